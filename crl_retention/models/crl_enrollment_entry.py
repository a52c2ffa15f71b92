from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import holdout


class CrlEnrollment(models.Model):
    """How customers get into a procedure, the first time and again."""

    _inherit = "crl.enrollment"

    @api.model
    def _sort_out(self, partners, cadence, ending=None):
        """Who can enter a procedure, and who cannot and why.

        :param ending: enrollments that are to end when their customer gets in: they
            keep nobody out
        :returns: ``(commercial partners, {commercial partner: sentence})``
        """
        customers = partners.commercial_partner_id
        # whether somebody runs elsewhere decides, even where the user cannot look
        history = self.sudo().search([("partner_id", "in", customers.ids)])
        history -= ending or self.browse()
        unhappy = history.env["crl.case"]._get_unhappy(customers)
        seen = defaultdict(self.browse)
        for enrollment in history:
            seen[enrollment.partner_id] += enrollment
        # every company counts, also one the user cannot look into
        companies = self.env["res.company"].sudo()
        ours = companies.search([("partner_id", "in", customers.ids)])
        refused = {
            partner: self.env._("%s is our own company.", partner.display_name)
            for partner in customers & ours.partner_id
        }
        addresses = self._get_addresses(customers)
        holders = self._get_holders(addresses, cadence)
        for partner in customers - ours.partner_id:
            twin = next(
                (holders[a] for a in addresses[partner] if a in holders), partner
            )
            reason = self._get_refusal(
                partner, cadence, seen[partner], partner in unhappy
            ) or (twin != partner and self._get_twin_text(partner, twin))
            if reason:
                refused[partner] = reason
                continue
            # the first of a selection gets in
            holders.update(dict.fromkeys(addresses[partner], partner))
        return customers - self.env["res.partner"].union(*refused), refused

    @api.model
    def _get_refusal(self, partner, cadence, history, is_unhappy):
        """Why a customer cannot enter a procedure, as a sentence; '' when they can.

        :param history: all enrollments of the customer
        :param is_unhappy: whether a case waits to be recovered
        """
        name = partner.display_name
        live = history.filtered("is_live")
        same = history.filtered(lambda enrollment: enrollment.cadence_id == cadence)
        main = live.filtered(lambda enrollment: enrollment.cadence_id.is_main)
        company = cadence.company_id
        if not partner.active:
            return self.env._("%s is archived.", name)
        if not partner.partner_share:
            return self.env._("%s is a colleague, not a customer.", name)
        if partner.crl_do_not_contact:
            return self.env._("%s does not want to be contacted.", name)
        if company and partner.company_id not in (company, company.browse()):
            return self.env._("%s belongs to another company.", name)
        if is_unhappy:
            return self.env._("%s is unhappy: recover the open case first.", name)
        if live & same:
            return self.env._("%s goes through this procedure already.", name)
        if cadence.is_main and main:
            return self.env._(
                "%(customer)s goes through “%(cadence)s”, and can go through one main "
                "procedure at a time.",
                customer=name,
                cadence=main[0].cadence_id.name,
            )
        if cadence.reenroll == "never" and same:
            return self.env._("%s went through this procedure before.", name)
        return ""

    @api.model
    def _enroll(
        self, partners, cadence, start=None, cycle=1, company=None, values=None
    ):
        """Enroll customers who were sorted out before, and plan their contacts.

        :param partners: commercial partners
        :param start: local day; the company's today when empty
        :param company: of customers and procedures that have none
        :param values: what differs by customer: ``{customer: {field: value}}``
        """
        self.env["crl.relationship"]._ensure(partners)
        salt = self.env["ir.config_parameter"].get_param("database.uuid", "")
        contacts = self._get_contacts(partners)
        vals_list = []
        company = company or self.env.company
        for partner in partners:
            own = partner.company_id or cadence.company_id or company
            day = start or own._crl_today()
            vals_list.append(
                {
                    "partner_id": partner.id,
                    "contact_id": contacts[partner].id,
                    "cadence_id": cadence.id,
                    "version": cadence.version,
                    "company_id": own.id,
                    "user_id": partner.user_id.id,
                    "date_start": day,
                    "date_cycle": day,
                    "cycle": cycle,
                    "dedup_key": self._get_dedup_key(cadence, partner),
                    "is_holdout": holdout.is_held_out(
                        salt, cadence.id, partner.id, cadence.holdout_percent
                    ),
                    **(values or {}).get(partner, {}),
                }
            )
        enrollments = self.create(vals_list)
        enrollments._log("planned", "enroll", cadence.name)
        enrollments._plan()
        enrollments._set_stage()
        self.env["crl.relationship"]._refresh(partners)
        return enrollments

    @api.model
    def _get_dedup_key(self, cadence, partner):
        return f"main:{partner.id}" if cadence.is_main else f"{cadence.id}:{partner.id}"

    def _restarts_used_up(self):
        """Whether the next restart is for the manager to decide."""
        self.ensure_one()
        cadence = self.cadence_id.restart_cadence_id or self.cadence_id
        cycle = max(
            self.partner_id.crl_enrollment_ids.filtered(
                lambda enrollment: enrollment.cadence_id == cadence
            ).mapped("cycle")
            or [1]
        )
        return cycle > cadence.max_restarts

    def _enter_recovery(self):
        """Wait until the customer is content: what is planned rests."""
        for enrollment in self:
            enrollment.write(
                {
                    "state": "recovery",
                    "was_paused": enrollment.state == "paused",
                    "date_paused": enrollment.date_paused
                    or enrollment.company_id._crl_today(),
                    "stage_id": self.env.ref("crl_retention.stage_recovery").id,
                    "date_next": False,
                }
            )
        self.touchpoint_ids.filtered(
            lambda touchpoint: touchpoint.state == "planned" and not touchpoint.case_id
        ).write({"date_due": False})

    def _leave_recovery(self):
        """Go on where the procedure was: paused, or with the remaining delays."""
        waiting = self.filtered(lambda enrollment: enrollment.state == "recovery")
        for enrollment in waiting.filtered("was_paused"):
            stage, __ = enrollment._get_stage_now()
            enrollment.write(
                {
                    "state": "paused",
                    "stage_id": stage.id,
                    "date_next": enrollment.pause_until,
                }
            )
        waiting.filtered(lambda e: e.state == "recovery")._go_on()
        self.env["crl.relationship"]._refresh(waiting.partner_id)

    def _check_restart(self, user):
        """Refuse to begin anew with customers who are not to be contacted, and leave
        unhappy ones and those who were restarted too often to the manager."""
        is_manager = user.has_group("crl_retention.crl_retention_group_manager")
        unhappy = self.env["crl.case"]._get_unhappy(self.partner_id)
        for enrollment in self:
            partner = enrollment.partner_id
            if not partner.active or partner.crl_do_not_contact:
                raise UserError(
                    self.env._("%s is not to be contacted.", partner.display_name)
                )
            if not is_manager and enrollment.state == "recovery":
                raise UserError(
                    self.env._(
                        "%s is in recovery: the case brings the customer back, or the "
                        "manager.",
                        partner.display_name,
                    )
                )
            if not is_manager and partner in unhappy:
                raise UserError(
                    self.env._(
                        "%s is unhappy: recover the open case first.",
                        partner.display_name,
                    )
                )
            if not is_manager and enrollment._restarts_used_up():
                raise UserError(
                    self.env._(
                        "%s was restarted too often: a manager decides what is next.",
                        partner.display_name,
                    )
                )

    def _open_next_cycle(self, reason, rule):
        """Begin anew, today; whatever else drives the customer's stage ends."""
        self.ensure_one()
        if self.cadence_id.is_main:
            others = self.search(
                [
                    ("partner_id", "=", self.partner_id.id),
                    ("cadence_id.is_main", "=", True),
                    ("is_live", "=", True),
                    ("id", "!=", self.id),
                ]
            )
            others._exit(reason, rule)
        self.touchpoint_ids.filtered(lambda t: not t.case_id)._cancel(rule, reason)
        self.write(
            {
                "state": "running",
                "cycle": self.cycle + 1,
                "date_cycle": self.company_id._crl_today(),
                "date_events": fields.Datetime.now(),
                "version": self.cadence_id.version,
                "version_target": 0,
                "user_id": (
                    self.user_id if self.campaign_id else self.partner_id.user_id
                ).id,
                "paused_days": 0,
                "date_paused": False,
                "was_paused": False,
                "pause_until": False,
                "exit_reason": False,
                "dedup_key": self._get_dedup_key(self.cadence_id, self.partner_id),
            }
        )
        self._log("restarted", rule, reason)
        self._plan()
        self._set_stage()
