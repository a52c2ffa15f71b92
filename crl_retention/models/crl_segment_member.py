from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL


class CrlSegmentMember(models.Model):
    """One stay of one customer in a segment: when they entered, and when they left.

    No two stays of a customer are open at once: whoever writes them holds the segment's
    row. A merge of customers may leave two; the next count closes one.
    """

    _name = "crl.segment.member"
    _description = "Customer in a Segment"
    _inherit = ["crl.sheet"]
    _order = "id desc"
    _rec_name = "partner_id"

    segment_id = fields.Many2one(
        "crl.segment", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", index="btree_not_null", ondelete="set null"
    )
    date_from = fields.Datetime(
        "Entered", help="Empty: there when the segment was first counted."
    )
    date_to = fields.Datetime("Left")

    _present = models.Index("(segment_id, partner_id) WHERE date_to IS NULL")
    _entered = models.Index("(segment_id, date_from) WHERE date_from IS NOT NULL")
    _left = models.Index("(segment_id, date_to) WHERE date_to IS NOT NULL")


class CrlSegment(models.Model):
    """How the log of a segment is written: one statement, only what differs."""

    _inherit = "crl.segment"

    def _refresh(self):
        """Write down who entered and who left since the last count.

        The database compares the filter with the log; not a customer comes here.

        :returns: how many customers entered or left
        """
        self.ensure_one()
        self.lock_for_update()
        # all customers count, whoever asks
        found = self.env["res.partner"].sudo()._search(self.sudo()._get_domain())
        now = fields.Datetime.now()
        self.env.flush_all()
        [(count, *moved)] = self.env.execute_query(
            SQL(
                """
                WITH found AS MATERIALIZED %(found)s,
                present AS (
                    SELECT id, partner_id, ROW_NUMBER() OVER (
                               PARTITION BY partner_id ORDER BY id) AS stay
                      FROM crl_segment_member
                     WHERE segment_id = %(segment)s AND date_to IS NULL),
                -- of a million customers few differ: they are joined with the log once
                differing AS MATERIALIZED (
                    SELECT found.id AS partner_id, present.id AS member_id
                      FROM found FULL JOIN present ON present.partner_id = found.id
                     WHERE found.id IS NULL OR present.id IS NULL OR present.stay > 1),
                gone AS (
                    UPDATE crl_segment_member SET date_to = %(now)s
                     WHERE id = ANY(ARRAY(
                               SELECT member_id FROM differing
                                WHERE member_id IS NOT NULL))
                 RETURNING id),
                come AS (
                    INSERT INTO crl_segment_member
                           (segment_id, partner_id, date_from,
                            create_uid, create_date, write_uid, write_date)
                    SELECT %(segment)s, partner_id, %(since)s,
                           %(uid)s, %(now)s, %(uid)s, %(now)s
                      FROM differing WHERE member_id IS NULL
                  ORDER BY partner_id
                 RETURNING id)
                SELECT (SELECT COUNT(*) FROM found), (SELECT COUNT(*) FROM come),
                       (SELECT COUNT(*) FROM gone)
                """,
                # named, as the query of nobody has no column else
                found=found.subselect(SQL.identifier(found.table, "id")),
                segment=self.id,
                now=now,
                since=now if self.date_refresh else None,
                uid=self.env.uid,
            )
        )
        self.member_ids.browse().invalidate_model(flush=False)
        self.sudo().write(  # the count is the engine's
            {
                "partner_count": count,
                "date_refresh": now,
                "date_next": self._get_next_night(),
                "fault": False,
            }
        )
        return sum(moved)

    def _set_aside(self, error):
        """Leave a segment that cannot be counted as it is until the next night."""
        self.ensure_one()
        fault = self.env._("Could not be counted: %s", str(error)[:500])
        self.write({"fault": fault, "date_next": self._get_next_night()})

    @api.model
    def _refresh_due(self, limit):
        """Count the segments that are due: small ones together, a large one alone.

        :returns: how many customers were looked at
        """
        handled = 0
        while handled < limit:
            rows = self.env.execute_query(
                SQL(
                    """SELECT id FROM crl_segment WHERE active AND date_next <= %s
                     ORDER BY date_next, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED""",
                    fields.Datetime.now(),
                )
            )
            if not rows:
                break
            segment = self.browse(rows[0])
            self.env["crl.engine"]._isolate(segment, "_refresh")
            handled += max(segment.partner_count, 1)
        return handled

    # ---- Screens ----

    entered_count = fields.Integer("Entered in 7 Days", compute="_compute_moves")
    left_count = fields.Integer("Left in 7 Days", compute="_compute_moves")

    @api.depends("date_refresh")
    def _compute_moves(self):
        week = fields.Datetime.now() - timedelta(days=7)
        members = self.env["crl.segment.member"]
        counts = {
            name: dict(
                members._read_group(
                    [("segment_id", "in", self.ids), (name, ">=", week)],
                    ["segment_id"],
                    ["__count"],
                )
            )
            for name in ("date_from", "date_to")
        }
        for segment in self:
            segment.entered_count = counts["date_from"].get(segment, 0)
            segment.left_count = counts["date_to"].get(segment, 0)
