from odoo import fields, models

REACTIONS = [("stay", "Goes on"), ("pause", "Rests"), ("exit", "Leaves")]


class CrlCadence(models.Model):
    """What a procedure does when something happens to the customer under way. Holds at
    once, also for customers on a former version."""

    _inherit = "crl.cadence"

    on_reply = fields.Selection(
        REACTIONS,
        "Customer Writes",
        default="stay",
        required=True,
        help="An email or SMS of the customer or one of their people in their "
        "chatter. Automatic replies and bounces do not count.",
    )
    on_meeting = fields.Selection(
        REACTIONS,
        "Somebody Meets Them",
        default="stay",
        required=True,
        help="A meeting with the customer that somebody booked or held. Visits of the "
        "procedure do not count.",
    )
    on_opt_out = fields.Selection(
        REACTIONS,
        "Customer Opts Out",
        default="stay",
        required=True,
        help="Their email or phone is on the blacklist. Marketing never goes there, "
        "whatever is chosen here; calls and visits go on unless they leave.",
    )
    on_complaint = fields.Selection(
        REACTIONS,
        "Customer Complains",
        default="stay",
        required=True,
        help="Going on means as with every unhappy customer: the main procedure rests "
        "until the complaint is recovered.",
    )

    def _filter_leaving(self, partners):
        """Those of the customers whom the exit filter finds. One that is empty finds
        nobody."""
        self.ensure_one()
        domain = self._parse_domain("exit_domain")
        return (
            partners.browse() if domain.is_true() else partners.filtered_domain(domain)
        )
