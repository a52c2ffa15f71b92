from odoo import fields, models
from odoo.fields import Domain


class CrlCadence(models.Model):
    """A procedure for the customers of a segment."""

    _inherit = "crl.cadence"

    segment_id = fields.Many2one(
        "crl.segment",
        "Only of the Segment",
        index="btree_not_null",
        ondelete="restrict",
        help="Enrolled automatically are then the customers who enter the segment "
        "after it was switched on, whenever they were created; of all others those who "
        "are in the segment can be enrolled by the filter.",
    )

    def _get_enroll_domain(self):
        """Whom the procedure is for: its filter, within its segment."""
        self.ensure_one()
        domain = self._parse_domain("enroll_domain")
        return domain & self.segment_id._get_domain() if self.segment_id else domain

    def _get_newcomers_domain(self):
        """Who is new to the procedure: created, or in its segment, since automatic
        enrollment was switched on."""
        self.ensure_one()
        if not self.segment_id:
            return Domain("create_date", ">=", self.auto_enroll_from)
        entered = self.env["crl.segment.member"]._search(
            [
                ("segment_id", "=", self.segment_id.id),
                ("date_to", "=", False),
                ("date_from", ">=", self.auto_enroll_from),
            ]
        )
        return Domain("id", "in", entered.subselect("partner_id"))
