from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _crl_get_leader(self):
        """The leader of the user's sales team, even after the user has left it."""
        members = self.with_context(active_test=False).crm_team_member_ids
        return members.sorted(lambda m: (not m.active, m.id))[:1].crm_team_id.user_id
