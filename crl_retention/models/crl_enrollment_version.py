from odoo import models


class CrlEnrollment(models.Model):
    """Which version of the procedure a customer goes through."""

    _inherit = "crl.enrollment"

    def _get_version(self):
        """The former version the customer is on; empty for the present one."""
        return self.cadence_id._get_version(self.version)

    def _get_steps(self):
        """The steps of the present cycle, in order, as the customer's version has
        them."""
        return self.cadence_id._get_steps(self.cycle, self._get_version())

    def _get_stages(self):
        """The stages of the customer's version, in order, and the months of each.

        :returns: ``(stages, [months])``
        """
        return self.cadence_id._get_stages(self._get_version())

    def _get_calendar(self):
        """The working days of the customer's version; empty: the company's."""
        return (self._get_version() or self.cadence_id).calendar_id
