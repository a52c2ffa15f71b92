from ast import literal_eval
from contextlib import contextmanager
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..tools import schedule
from .crl_actor import _quote

#: Fields of the customer that name segments: a filter may use those of others.
NESTED = "crl_segment_ids"


class CrlSegment(models.Model):
    """A saved, living set of customers: a filter, and a log of who entered and left.

    Whoever the filter finds is in the segment at that moment, for mailings, procedures
    and searches; the log is written once a night (``crl_segment_member.py``).
    """

    _name = "crl.segment"
    _description = "Customer Segment"
    _inherit = ["crl.sheet"]
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    description = fields.Char(
        translate=True, help="What these customers have in common."
    )
    company_id = fields.Many2one("res.company", help="Empty: for all companies.")
    domain = fields.Char("Customers", required=True, default="[]")
    partner_count = fields.Integer(
        "Number of Customers", readonly=True, copy=False, aggregator=None
    )
    date_refresh = fields.Datetime("Counted On", readonly=True, copy=False)
    date_next = fields.Datetime(
        "Counted Next",
        default=fields.Datetime.now,
        readonly=True,
        copy=False,
        help="When the engine looks next who entered and who left.",
    )
    fault = fields.Char(readonly=True, copy=False)
    member_ids = fields.One2many("crl.segment.member", "segment_id", "Log")

    @api.constrains("domain", "name")
    def _check_domain(self):
        for segment in self:
            with segment._telling_misfits():
                segment._check_nesting(self.browse())
            segment._get_domain()

    @contextmanager
    def _telling_misfits(self):
        """Refuse a filter with values that the database cannot compare with its
        fields, like a text with a number.

        :raises ValidationError: naming the filter
        """
        try:
            with self.env.cr.savepoint():
                yield
        except (psycopg2.DataError, psycopg2.ProgrammingError, ValueError) as error:
            raise self.env["res.partner"]._crl_get_filter_error(
                self.env._("Segment “%s”", self.name), _quote(self.domain)
            ) from error

    @api.constrains("domain")
    def _check_rights(self):
        """The engine counts with its own rights, archived segments too when it is asked
        to: a filter on what its author may not read would tell them.

        :raises AccessError: when the author may not read what the filter names
        """
        partners = self.env["res.partner"].sudo(False)
        for segment in self.sudo(False):
            partners._search(segment._get_domain())

    def _check_nesting(self, outer):
        """Refuse a filter that, over other segments, names its own."""
        self.ensure_one()
        if self in outer:
            raise ValidationError(
                self.env._("The segment “%s” cannot be defined by itself.", self.name)
            )
        try:
            conditions = [*Domain(literal_eval(self.domain)).iter_conditions()]
        except (ValueError, SyntaxError, TypeError):
            return  # whoever reads it is told
        for condition in conditions:
            if condition.field_expr.split(".")[0] != NESTED:
                continue
            for inner in self._find(condition.operator, condition.value):
                inner._check_nesting(outer | self)

    @api.model
    def _find(self, operator, value):
        """The segments a condition on a customer's segments names."""
        values = value if isinstance(value, list | tuple | set) else [value]
        if any(isinstance(each, str) for each in values):
            return self.search(
                Domain.OR([("display_name", operator, each)] for each in values if each)
            )
        return self.browse([each for each in values if each]).exists()

    @api.model_create_multi
    def create(self, vals_list):
        segments = super().create(vals_list)
        segments._count_soon()
        return segments

    def write(self, vals):
        result = super().write(vals)
        if {"domain", "company_id", "active"} & vals.keys():
            self._count_soon()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        # every campaign counts, also those the user does not see
        campaigns = self.env["crl.campaign"].sudo().with_context(active_test=False)
        campaign = campaigns.search([("segment_id", "in", self.ids)], limit=1)
        if campaign:
            raise UserError(
                self.env._(
                    "The campaign “%(campaign)s” takes its customers from "
                    "“%(segment)s”: archive the segment instead.",
                    campaign=campaign.name,
                    segment=campaign.segment_id.name,
                )
            )

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for segment, vals in zip(self, vals_list, strict=True):
            vals.setdefault("name", self.env._("%s (copy)", segment.name))
        return vals_list

    # ---- Who is in it ----

    def _parse_domain(self):
        """The filter as somebody wrote it.

        :raises ValidationError: when it cannot be read
        """
        self.ensure_one()
        return self.env["res.partner"]._crl_parse_domain(
            self.domain, self.env._("Segment “%s”", self.name)
        )

    def _get_domain(self):
        """Whom the segment finds: customers, never their people nor ourselves."""
        self.ensure_one()
        # every company counts, also one the user cannot look into
        companies = self.env["res.company"].sudo()
        companies = companies.search([("active", "in", (True, False))])
        domain = self._parse_domain() & Domain(
            [
                ("partner_share", "=", True),
                ("id", "not in", companies.partner_id.ids),
                "|",
                ("is_company", "=", True),
                ("parent_id", "=", False),
            ]
        )
        if self.company_id:
            domain &= Domain("company_id", "in", [self.company_id.id, False])
        return domain

    # ---- When it is counted ----

    def _count_soon(self):
        """Let the engine see in its next run who is in a new or changed segment, and
        tell their number now."""
        for segment in self.filtered("active"):
            with segment._telling_misfits():
                count = self.env["res.partner"].search_count(segment._get_domain())
            # the count is the engine's, whoever may write the segment
            segment.sudo().write(
                {"partner_count": count, "date_next": fields.Datetime.now()}
            )
        if self:
            self.env.ref("crl_retention.ir_cron_run")._trigger()

    def _get_next_night(self):
        """One o'clock of the next night of the company."""
        self.ensure_one()
        company = self.company_id or self.env.company
        return schedule.utc_at(
            company._crl_today() + timedelta(days=1), 1.0, company._crl_tz()
        )
