from odoo import fields, models


class CrlCadence(models.Model):
    """What keeps a procedure from beginning by itself, for whoever can mend it."""

    _inherit = "crl.cadence"

    fault = fields.Char(
        readonly=True,
        copy=False,
        help="Why it begins for nobody by itself. The engine tries again in each run.",
    )

    def write(self, vals):
        if "fault" not in vals and any(cadence.fault for cadence in self):
            vals = {**vals, "fault": False}
        return super().write(vals)

    def _is_said(self, error):
        """Whether the procedure says already what is wrong with it: a filter stays
        broken for days, and every run of the engine finds it so."""
        self.ensure_one()
        return self.fault == str(error)[:500]

    def _set_aside(self, error):
        """Say what is wrong with a procedure, and let the others go on."""
        if not self._is_said(error):
            self.fault = str(error)[:500]

    def _set_right(self):
        """Say no more what kept procedures from beginning: it was mended elsewhere, in
        their segment or by an addon that is back."""
        self.filtered("fault").fault = False
