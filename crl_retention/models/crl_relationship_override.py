from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from .crl_relationship import BANDS
from .res_partner import INSIDERS

#: Days a band that was set by hand holds, where nobody says.
OVERRIDE_DAYS = 30


class CrlRelationship(models.Model):
    """What people know better than the indicators: a band set by hand, for a while."""

    _inherit = "crl.relationship"

    override_band = fields.Selection(BANDS, "Band Set by Hand")
    override_until = fields.Date("Holds Until")
    override_user_id = fields.Many2one(
        "res.users", "Set By", index="btree_not_null", ondelete="set null"
    )
    override_reason = fields.Char("Set Because", groups=INSIDERS)

    _override_over = models.Index("(override_until) WHERE override_band IS NOT NULL")

    # ---- Verbs ----

    def action_override_health(self, band, reason, until=None):
        """Set the band of customers by hand; the score stays what it is.

        :param band: healthy, watch, at_risk
        :param reason: what the indicators do not know
        :param until: the last local day it holds, or its ISO text; 30 days when empty
        :raises ValidationError: without a band or a reason, and for a day that is past
        """
        relationships = self._as_engine()
        band, reason = self._check_choice("band", band), self._check_text(reason, 500)
        until = self._check_day(until)
        if not band or not reason.strip():
            raise ValidationError(
                self.env._("Say which band, and what the indicators do not know.")
            )
        for relationship in relationships:
            today = (relationship.company_id or self.env.company)._crl_today()
            last = until or today + timedelta(days=OVERRIDE_DAYS)
            if last < today:
                raise UserError(self.env._("Choose today or a day ahead."))
            relationship.write(
                {
                    "override_band": band,
                    "override_until": last,
                    "override_user_id": self.env.uid,
                    "override_reason": reason,
                }
            )
            relationship._log_health(
                "override",
                self.env._(
                    "%(band)s until %(day)s. %(reason)s",
                    band=dict(self._fields["band"]._description_selection(self.env))[
                        band
                    ],
                    day=format_date(self.env, last),
                    reason=reason,
                ),
            )
        relationships._refresh_health(relationships.partner_id)
        return True

    def action_clear_override(self):
        """Let the indicators say again how healthy customers are."""
        self._as_engine()._end_override()
        return True

    def action_open_override(self):
        """Ask for the band in a dialog."""
        self._check_one(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Set the Health by Hand"),
            "res_model": "crl.health.override",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_relationship_id": self.id},
        }

    # ---- What follows ----

    def _log_health(self, rule, note=""):
        self.env["crl.touchpoint.log"]._log(self, "health", rule, note)

    def _take_override(self, other):
        """Keep what was set by hand for another record of the same customer."""
        names = ("band", "until", "user_id", "reason")
        if other and other != self:
            self.write(
                {
                    f"override_{name}": self._fields[
                        f"override_{name}"
                    ].convert_to_write(other[f"override_{name}"], other)
                    for name in names
                }
            )

    def _end_override(self):
        overridden = self.filtered("override_band")
        overridden.write(
            {
                "override_band": False,
                "override_until": False,
                "override_user_id": False,
                "override_reason": False,
            }
        )
        overridden._log_health("override_over")
        overridden._refresh_health(overridden.partner_id)

    @api.model
    def _end_overrides(self, limit):
        """End those whose last day is over.

        :returns: how many ended
        """
        # every company's day counts
        companies = self.env["res.company"].sudo().search([])  # pylint: disable=no-search-all
        rows = self.search(
            [
                ("override_band", "!=", False),
                ("override_until", "<", max(c._crl_today() for c in companies)),
            ],
            limit=limit,
            order="override_until, id",
        ).try_lock_for_update(allow_referencing=True)
        over = rows.filtered(
            lambda row: (
                row.override_until < (row.company_id or self.env.company)._crl_today()
            )
        )
        self.env["crl.engine"]._isolate(over, "_end_override")
        return len(over)
