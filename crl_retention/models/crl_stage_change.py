from odoo import api, fields, models
from odoo.tools import SQL


class CrlStageChange(models.Model):
    """A customer went from one stage to another.

    Narrow, and written by the statement that changes the stage alone
    (``crl.relationship._refresh``). There is no row about where a customer stood
    before stages were written down.
    """

    _name = "crl.stage.change"
    _description = "Change of Stage"
    _inherit = ["crl.sheet"]
    _order = "date desc, id desc"
    _rec_name = "partner_id"
    _log_access = False

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company")
    date = fields.Datetime("Changed On", required=True)
    former_stage_id = fields.Many2one("crl.stage", "From", ondelete="restrict")
    stage_id = fields.Many2one("crl.stage", "To", required=True, ondelete="restrict")
    days = fields.Float(
        "Days in the Stage Before",
        digits=(16, 1),
        aggregator="avg",
        help="Calendar days. Empty: since when the customer was there is not known.",
    )
    user_id = fields.Many2one(
        "res.users", "Salesperson", help="Who looked after the customer then."
    )
    team_id = fields.Many2one(related="user_id.sale_team_id", string="Sales Team")
    cadence_id = fields.Many2one(
        "crl.cadence",
        "Procedure",
        ondelete="set null",
        help="The main procedure the customer was going through, or the last one.",
    )

    _partner_date = models.Index("(partner_id, date)")
    _date_stage = models.Index("(date, stage_id)")

    @api.model
    def _get_insert(self):
        """The statement that writes the changes, from the rows ``changed`` of
        relationships with the stage before and its date."""
        return SQL(
            """
            INSERT INTO crl_stage_change
                        (partner_id, company_id, user_id, cadence_id, date,
                         former_stage_id, stage_id, days)
                 SELECT c.partner_id, c.company_id, c.user_id,
                        (SELECT e.cadence_id FROM crl_enrollment e
                           JOIN crl_cadence d ON d.id = e.cadence_id AND d.is_main
                          WHERE e.partner_id = c.partner_id
                       ORDER BY e.is_live DESC, e.id DESC LIMIT 1),
                        %(now)s, c.former_id, c.stage_id,
                        EXTRACT(EPOCH FROM %(now)s - c.former_date) / 86400
                   FROM changed c
                  WHERE c.stage_id IS DISTINCT FROM c.former_id
            """,
            now=SQL("%s::timestamp", fields.Datetime.now()),
        )
