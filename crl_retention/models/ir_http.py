from odoo import models
from odoo.http import request


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _dispatch(cls, endpoint):
        # Odoo gives what stands behind the "?" to Python as arguments, so that
        # "self" would be there twice: on our public pages that is no error
        if request.httprequest.path.startswith("/crl/"):
            request.params.pop("self", None)
        return super()._dispatch(endpoint)

    def session_info(self):
        """Tell a manager's browser what is wrong with the engine, and to keep asking.

        For anybody else there is no such key, and no query."""
        info = super().session_info()
        user = self.env.user
        if user and user.has_group("crl_retention.crl_retention_group_manager"):
            info["crl_alarm"] = self.env["crl.heartbeat"].get_alarm()
        return info
