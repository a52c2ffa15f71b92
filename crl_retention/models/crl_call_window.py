from functools import cache

from odoo import api, fields, models
from odoo.tools import format_duration

from ..tools import call_window, quiet_hours
from .res_partner import INSIDERS

WEEKDAYS = [
    ("0", "Monday"),
    ("1", "Tuesday"),
    ("2", "Wednesday"),
    ("3", "Thursday"),
    ("4", "Friday"),
    ("5", "Saturday"),
    ("6", "Sunday"),
]


class CrlCallWindow(models.Model):
    """Hours in which a customer likes to be called, on the customer's clock.

    A customer without any is called outside the quiet hours of their country.
    """

    _name = "crl.call.window"
    _description = "Best Time to Call"
    _inherit = ["crl.sheet"]
    _order = "weekday, hour_from, id"

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, ondelete="restrict"
    )
    weekday = fields.Selection(WEEKDAYS, "Day", required=True, default="0")
    hour_from = fields.Float("From", required=True, default=9.0)
    hour_to = fields.Float("To", required=True, default=12.0)

    _hours_in_order = models.Constraint(
        "CHECK(hour_from >= 0 AND hour_from < hour_to AND hour_to <= 24)",
        "Hours go from 0:00 to 24:00, the later one second.",
    )

    @api.depends("weekday", "hour_from", "hour_to")
    def _compute_display_name(self):
        days = dict(self._fields["weekday"]._description_selection(self.env))
        for window in self:
            window.display_name = self.env._(
                "%(day)s %(start)s–%(end)s",
                day=days.get(window.weekday, ""),
                start=format_duration(window.hour_from),
                end=format_duration(window.hour_to),
            )


class ResPartner(models.Model):
    _inherit = "res.partner"

    crl_call_window_ids = fields.One2many(
        "crl.call.window", "partner_id", "Best Times to Call", groups=INSIDERS
    )

    def unlink(self):
        # a link that goes along would hide them from Odoo's search for personal data
        self.sudo().crl_call_window_ids.unlink()
        return super().unlink()

    def _crl_get_call_moments(self, company, moment):
        """From when on each customer may be called: ``{partner id: naive UTC}``, all at
        once; ``moment`` itself where it is now.

        :param company: whose time zone and quiet hours hold where the customer has none
        """
        customers = self.sudo()  # hours of customers the user was let see before
        windows = self.env["crl.call.window"].sudo()  # as above
        spans = windows.search_fetch(
            [("partner_id", "in", self.ids)],
            ["partner_id", "weekday", "hour_from", "hour_to"],
        ).grouped("partner_id")
        holidays = cache(company._crl_holidays)
        usual = cache(
            lambda tz, code: call_window.first_moment(
                moment, tz, (), *self._crl_get_quiet(company, code, holidays)
            )
        )
        moments = {}
        for customer in customers:
            tz = customer._crl_tz(company)
            own = spans.get(customer)
            if own:
                moments[customer.id] = call_window.first_moment(
                    moment,
                    tz,
                    [
                        call_window.Window(int(w.weekday), w.hour_from, w.hour_to)
                        for w in own
                    ],
                )
            else:
                country = customer.country_id or company.country_id
                moments[customer.id] = usual(tz, country.code)
        return moments

    def _crl_get_quiet(self, company, code, holidays):
        """The quiet hours of a country for calls, and its public holidays."""
        if not company.crl_quiet_hours:
            return None, None
        quiet = quiet_hours.of_country(code)
        return quiet, holidays() if quiet.days_off else None
