from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _crl_get_leader(self):
        """The leader of the user's sales team, even after the user has left it."""
        # who leads whom is for every colleague to know
        members = self.sudo().with_context(active_test=False).crm_team_member_ids
        member = members.sorted(lambda m: (not m.active, m.id))[:1]
        return self.browse(member.crm_team_id.user_id.id)
