from odoo import fields, models

from ..tools import schedule


class CrlEnrollment(models.Model):
    """From when on events end a procedure or let it rest, and how it rests."""

    _inherit = "crl.enrollment"

    date_events = fields.Datetime(
        "Events Count From",
        default=fields.Datetime.now,
        help="What the customer did before the cycle began, or went on after a rest, "
        "neither ends nor pauses it.",
    )

    def _get_events_start(self):
        """The moment from which on replies, meetings and the like count, naive UTC."""
        self.ensure_one()
        start = schedule.utc_at(self.date_cycle, 0.0, self.company_id._crl_tz())
        return max(start, self.date_events or start)

    def _go_on(self):
        result = super()._go_on()
        # messages that no step plans go on as well
        self.touchpoint_ids.filtered(
            lambda t: t.tried_id and t.state == "planned" and not t.date_due
        ).date_due = fields.Datetime.now()
        return result

    def _pause(self, until, reason, rule="pause"):
        """Let customers rest until a local day, or until somebody resumes them."""
        for enrollment in self:
            enrollment.write(
                {
                    "state": "paused",
                    "pause_until": until,
                    "date_paused": enrollment.date_paused
                    or enrollment.company_id._crl_today(),
                    "date_next": until,
                }
            )
        self.touchpoint_ids.filtered(
            lambda t: t.state == "planned" and not t.case_id
        ).write({"date_due": False})
        self._log("paused", rule, reason)
        self.env["crl.relationship"]._refresh(self.partner_id)
