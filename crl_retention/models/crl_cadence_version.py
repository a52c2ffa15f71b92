from odoo import fields, models


class CrlCadenceVersion(models.Model):
    """A former version of a procedure: its steps as they were, kept for the customers
    who go on with them. The present version is the procedure itself.

    Written by ``crl_cadence_freeze.py`` alone.
    """

    _name = "crl.cadence.version"
    _description = "Former Version of a Procedure"
    _order = "cadence_id, number desc"
    _rec_name = "number"

    cadence_id = fields.Many2one(
        "crl.cadence", "Procedure", required=True, index=True, ondelete="cascade"
    )
    number = fields.Integer("Version", required=True, aggregator=None)
    calendar_id = fields.Many2one("resource.calendar", "Working Days")
    step_ids = fields.One2many(
        "crl.cadence.step", "version_id", "Steps", context={"active_test": False}
    )
    create_date = fields.Datetime("Replaced On")
    create_uid = fields.Many2one("res.users", "Changed By")
    running_count = fields.Integer("Running", compute="_compute_running_count")

    _number_uniq = models.Constraint(
        "UNIQUE(cadence_id, number)", "This version is kept already."
    )

    def _compute_running_count(self):
        counts = self.cadence_id._count_running()
        for version in self:
            version.running_count = counts[version.cadence_id, version.number]

    def _get_step(self, step):
        """A step as this version has it; as it is now where it has none.

        :param step: the live step, as contacts know it
        """
        for kept in self.step_ids:
            if kept.origin_id == step:
                return kept
        return step
