from datetime import date, timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain

from ..tools import anniversary, schedule

#: Where the cursor stands when a day is done.
DONE = -1


class CrlCadence(models.Model):
    """A procedure that begins every year on a day of the customer: the day they became
    one, their birthday.

    Day after day is done, on the company's clock, customer after customer; how far it
    came is on the procedure. So a run that is killed goes on there, and no customer
    comes twice. Days before the procedure was switched on, and those that are past by
    more than the catch-up, are left out.
    """

    _inherit = "crl.cadence"

    start_field_id = fields.Many2one(
        "ir.model.fields",
        "Day of the Customer",
        domain=[("model", "=", "res.partner"), ("ttype", "in", ("date", "datetime"))],
        # a field goes with its addon: the procedure is there still, and begins no more
        ondelete="set null",
        copy=False,
        help="The procedure begins each year on this day. A 29 February is kept on the "
        "28th in years without one.",
    )
    start_day = fields.Date(
        readonly=True, copy=False, help="The last day whose customers were looked at."
    )
    start_cursor = fields.Integer(
        readonly=True,
        copy=False,
        help="The last customer of that day so far; -1 when the day is done.",
    )

    @api.constrains("start_on", "start_field_id")
    def _check_start_field(self):
        for cadence in self.filtered(lambda cadence: cadence.start_on == "yearly"):
            # who writes procedures must be allowed to read what they are told by
            field = cadence.sudo().start_field_id
            name = field.name
            if not name:
                raise ValidationError(
                    self.env._(
                        "Choose the day of the customer “%s” begins on.",
                        cadence.display_name,
                    )
                )
            try:
                domain = cadence._get_yearly_domain(date(2026, 1, 1))
                self.env["res.partner"].sudo(False)._search(domain)
            except (ValueError, NotImplementedError, AccessError) as error:
                raise ValidationError(
                    self.env._(
                        "“%s” is no day customers can be found by: choose another one.",
                        field.field_description,
                    )
                ) from error

    def write(self, vals):
        result = super().write(vals)
        if {"start_on", "start_field_id", "active"} & vals.keys():
            # as if it was switched on anew
            super().write({"start_day": False, "start_cursor": 0})
        return result

    @api.model
    def _start_yearly(self, limit):
        """Begin the procedures whose day of a customer has come.

        :returns: how many customers were looked at
        """
        yearly = self.search(
            [
                ("start_on", "=", "yearly"),
                ("start_from", "!=", False),
                ("start_field_id", "!=", False),
            ]
        ).try_lock_for_update(allow_referencing=True)
        handled = []
        self.env["crl.engine"]._isolate(
            yearly,
            lambda cadences: handled.extend(
                cadence._start_days(limit) for cadence in cadences
            ),
        )
        return sum(handled)

    def _start_days(self, limit):
        """Go on with the days that are not done yet, up to so many customers."""
        self.ensure_one()
        company = self.company_id or self.env["res.company"]._get_main_company()
        today = company._crl_today()
        handled = 0
        while handled < limit:
            day = self._get_next_day(company, today)
            if day > today:
                break
            if day != self.start_day:
                self.write({"start_day": day, "start_cursor": 0})
            most = limit - handled
            found = self._find_celebrating(day, company, most)
            self._start_for(found, day, company)
            self.start_cursor = found[-1].id if len(found) == most else DONE
            handled += len(found)
        self._set_right()
        return handled

    def _get_next_day(self, company, today):
        """The day that goes on, or the first that is not too old to be kept."""
        self.ensure_one()
        first = max(
            schedule.local_day(self.start_from, company._crl_tz()),
            today - company._crl_get_catch_up(),
        )
        if not self.start_day or self.start_day < first:
            return first
        return self.start_day + timedelta(days=self.start_cursor == DONE)

    def _get_yearly_domain(self, day):
        """Customers whose day of an earlier year comes round on a local day."""
        self.ensure_one()
        name = self.sudo().start_field_id.name  # fields are the administrators' to see
        field = self.env["res.partner"]._fields[name]
        # parts of a date can be asked where the date is stored
        links = [] if field.store or not field.related else field.related.split(".")
        name = links.pop() if links else name
        domain = Domain(name, "<", day) & Domain.OR(
            Domain(f"{name}.month_number", "=", month)
            & Domain(f"{name}.day_of_month", "=", number)
            for month, number in anniversary.get_days(day)
        )
        for link in reversed(links):
            domain = Domain(link, "any", domain)
        return domain

    def _find_celebrating(self, day, company, limit):
        """The next customers of a day, who did not begin the procedure lately."""
        self.ensure_one()
        lately = [
            ("cadence_id", "=", self.id),
            ("date_start", ">", day - timedelta(days=anniversary.LEAST_DAYS)),
        ]
        domain = self._get_enroll_domain() & self._get_yearly_domain(day)
        domain &= Domain(
            [
                ("id", ">", self.start_cursor),
                ("partner_share", "=", True),
                ("crl_enrollment_ids", "not any", lately),
                "|",
                ("is_company", "=", True),
                ("parent_id", "=", False),
            ]
        )
        if self.company_id:
            domain &= Domain("company_id", "in", [self.company_id.id, False])
        partners = self.env["res.partner"].with_company(company)
        partners = partners.with_context(tz=company._crl_tz())
        found = partners.search(domain, limit=limit, order="id")
        return found.with_env(self.env)

    def _start_for(self, partners, day, company):
        """Enroll customers from a day on; who cannot enter gets a line in the log."""
        self.ensure_one()
        Enrollment = self.env["crl.enrollment"]
        accepted, refused = Enrollment._sort_out(partners, self)
        self.env["crl.touchpoint.log"].create(
            [
                {
                    "partner_id": partner.id,
                    "company_id": (partner.company_id or company).id,
                    "decision": "skipped",
                    "rule": "yearly",
                    "note": reason,
                }
                for partner, reason in refused.items()
            ]
        )
        if accepted:
            self.env["crl.engine"]._isolate(
                accepted,
                lambda own: Enrollment._enroll(own, self, start=day, company=company),
            )
