from odoo import api, fields, models


class CalendarEvent(models.Model):
    """A booked visit is done where the rep looks at it: in the calendar."""

    _inherit = "calendar.event"

    crl_asks_result = fields.Boolean(
        "Asks for the Result", compute="_compute_crl_asks_result", exportable=False
    )

    @api.depends("activity_ids.crl_asks_result")
    @api.depends_context("uid")
    def _compute_crl_asks_result(self):
        for event in self:
            event.crl_asks_result = any(event.activity_ids.mapped("crl_asks_result"))

    def action_crl_result(self):
        """Ask for the result of the visit."""
        self.env["crl.actor"]._check_one(self)
        activity = self.activity_ids.filtered("crl_asks_result")[:1]
        return activity.action_done() if activity else None

    def _crl_get_shown_name(self):
        """What the event is for whoever looks: of others' private ones not the name."""
        self.ensure_one()
        if self.sudo(False)._check_private_event_conditions():
            return self.env._("Busy")
        # sudo: the engine asks in the user's name, and checked that above
        return self.sudo().name
