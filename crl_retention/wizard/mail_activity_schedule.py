from odoo import models


class MailActivitySchedule(models.TransientModel):
    _inherit = "mail.activity.schedule"

    def action_schedule_activities_done(self):
        """A contact logged as done right away asks for its result as well."""
        activities = self._action_schedule_activities()
        result = activities.action_done()
        return result if isinstance(result, dict) else None
