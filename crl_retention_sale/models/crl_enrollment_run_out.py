from odoo import api, fields, models
from odoo.tools import format_list


class CrlEnrollment(models.Model):
    """A procedure that asks a customer about what runs out."""

    _inherit = "crl.enrollment"

    run_out_ids = fields.One2many("crl.run.out", "enrollment_id", "Running Out")

    @api.model
    def _enroll(self, partners, cadence, *args, **kwargs):
        enrollments = super()._enroll(partners, cadence, *args, **kwargs)
        if cadence.order_trigger == "run_out":
            self.env["crl.run.out"]._attach(enrollments)
        return enrollments

    def _get_needed(self):
        """What the customer was asked about and has not ordered again."""
        return self.run_out_ids.filtered(
            lambda row: row.date_run_out and row._is_asked()
        )

    @api.model
    def _exit_supplied(self, partners=None):
        """End procedures whose customers have ordered again all they were asked about.

        :param partners: of these customers; all when empty
        """
        domain = [("cadence_id.order_trigger", "=", "run_out"), ("is_live", "=", True)]
        if partners is not None:
            domain += [("partner_id", "in", partners.ids)]
        supplied = self.search(domain).filtered(lambda e: not e._get_needed())
        for enrollment in supplied:
            enrollment._exit(enrollment._get_supplied_text(), "run_out")
        self.env["crl.relationship"]._refresh(supplied.partner_id)

    def _get_supplied_text(self):
        """Why nothing is asked any more, in a sentence."""
        self.ensure_one()
        if not self.run_out_ids:
            return self.env._("Nothing they buy from us runs out these days.")
        names = self.run_out_ids.product_id.mapped("display_name")
        return self.env._("They have enough again: %s.", format_list(self.env, names))
