from ast import literal_eval

import psycopg2
from pytz import country_timezones

from odoo import Command, api, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.text import tidy_words


class ResPartner(models.Model):
    """What the engine asks about customers, and what users ask of it for them."""

    _inherit = "res.partner"

    # ---- What the engine asks ----

    def _crl_get_owner(self, company, rule="salesperson", user=None):
        """The active user who looks after the customer.

        When the one the rule names is missing or has left, the customer's team
        leader, the portfolio administrator and the retention manager stand in.

        :param rule: an ``owner_rule`` of a step
        :param user: the person for the rule 'user', or the owner of an enrollment
        """
        self.ensure_one()
        owner = {"salesperson": user or self.user_id, "user": user}.get(rule)
        if owner and owner._crl_can_work(company):
            return owner
        candidates = self.user_id._crl_get_stand_ins(company)
        if rule == "portfolio_admin":
            leader = self.user_id._crl_get_leader()
            candidates = [person for person in candidates if person != leader]
        if rule == "salesperson" and self.user_id._crl_can_work(company):
            candidates.insert(0, self.user_id)
        return candidates[0] if candidates else self.env["res.users"]

    @api.model
    def _crl_parse_domain(self, text, label, model=None):
        """A filter on customers, written by an administrator, as a domain.

        :param label: what the filter is, for the message
        :param model: whose records it finds, when it is not customers
        :raises ValidationError: when it cannot be read or names unknown fields
        """
        try:
            domain = Domain(literal_eval(text or "[]"))
            domain.validate((self if model is None else model).sudo(False))
        except (ValueError, SyntaxError, TypeError, KeyError) as error:
            raise self._crl_get_filter_error(label, error) from error
        return domain

    @api.model
    def _crl_try_domain(self, domain, label, model=None):
        """Let the database read a filter on customers, without looking for any.

        :param model: whose records it finds, when it is not customers
        :raises ValidationError: for values it cannot compare with their fields, like a
            text with a number
        """
        try:
            with self.env.cr.savepoint():
                # whose customers they are does not matter here
                query = (self if model is None else model).sudo()._search(domain)
                self.env.execute_query(SQL("EXPLAIN %s", query.select()))
        except (psycopg2.DataError, psycopg2.ProgrammingError, ValueError) as error:
            raise self._crl_get_filter_error(label, error) from error

    def _crl_get_filter_error(self, label, error):
        return ValidationError(
            self.env._(
                "%(label)s: this filter cannot be read (%(error)s).",
                label=label,
                error=tidy_words(str(error), 200),
            )
        )

    def _crl_tz(self, company):
        """Name of the time zone the customer lives in: theirs, their country's
        when it has but one, else the company's."""
        self.ensure_one()
        if self.tz:
            return self.tz
        zones = self.country_id and country_timezones.get(self.country_id.code or "")
        return zones[0] if zones and len(zones) == 1 else company._crl_tz()

    def _crl_lang(self):
        """The customer's language when it is installed, else the company's."""
        self.ensure_one()
        installed = {code for code, __ in self.env["res.lang"].get_installed()}
        candidates = (
            self.lang,
            self.commercial_partner_id.lang,
            (self.company_id or self.env.company).partner_id.lang,
        )
        return next((code for code in candidates if code in installed), "en_US")

    # ---- Verbs ----

    def _crl_check_mine(self):
        """Check that the user may act on these customers.

        :raises AccessError: for another rep's customer
        """
        self.check_access("read")
        user = self.env.user
        if self.env.su or user.has_group("crl_retention.crl_retention_group_all"):
            return
        if not user.has_group("crl_retention.crl_retention_group_user"):
            raise AccessError(
                self.env._("Only users of Customer Retention can do this.")
            )
        owners = self.commercial_partner_id.user_id
        foreign = owners.filtered(
            lambda owner: (
                user not in owner._crl_with_cover() and owner._crl_get_leader() != user
            )
        )
        if foreign:
            raise AccessError(
                self.env._(
                    "These customers belong to %s: ask them, or your team leader.",
                    ", ".join(foreign.mapped("name")),
                )
            )

    def crl_enroll(self, cadence_id, date_start=None):
        """Enroll customers in a procedure.

        :param int cadence_id: the ``crl.cadence``
        :param date_start: local day (or its ISO text) the procedure starts;
            today when empty. Contacts that would be too old are skipped.
        :returns: ids of the new enrollments
        :raises UserError: when none of the customers can be enrolled, with the reason
        """
        actor = self.env["crl.actor"]
        actor._check_ids(self)
        self._crl_check_mine()
        cadence = actor._check_record("crl.cadence", cadence_id)
        if not cadence or not cadence.active:
            raise UserError(self.env._("Choose an active procedure."))
        start = actor._check_day(date_start)
        # checked above: reps enroll their customers, but write no enrollments
        Enrollment = self.env["crl.enrollment"].sudo()
        accepted, refused = Enrollment._sort_out(self, cadence)
        if refused and not accepted:
            raise UserError("\n".join(refused.values()))
        # sudo: as above, the engine reads the procedure
        return Enrollment._enroll(accepted, cadence.sudo(), start).ids

    def action_crl_enroll(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Enroll in a Procedure"),
            "res_model": "crl.enroll",
            "view_mode": "form",
            "target": "new",
            "context": {"default_partner_ids": [Command.set(self.ids)]},
        }

    def action_crl_touchpoints(self):
        self.env["crl.actor"]._check_one(self)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crl_retention.crl_touchpoint_action"
        )
        action["domain"] = [("partner_id", "=", self.commercial_partner_id.id)]
        action["context"] = {"search_default_filter_all": 1}
        return action
