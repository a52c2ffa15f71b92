from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

#: How long a contact is kept for who opened it, unless they say that they go on.
LOCK = timedelta(minutes=15)


class CrlTouchpoint(models.Model):
    """Who has a contact open on their desk: while they do, no colleague takes it.

    Written by the engine alone, in one statement, so that of two who want the same
    contact one gets it. A second one who was just then too late is tried again by Odoo,
    and sees the first.
    """

    _inherit = "crl.touchpoint"

    taken_by_id = fields.Many2one(
        "res.users",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    taken_until = fields.Datetime(readonly=True, copy=False)
    result_key = fields.Char(
        "Key of the Result",
        copy=False,
        exportable=False,
        help="What the browser called the last result, so that it is not taken twice.",
    )

    def _get_holder(self):
        """Who has the contact now; none when nobody, or no longer."""
        self.ensure_one()
        is_held = self.taken_until and self.taken_until > fields.Datetime.now()
        return self.taken_by_id if is_held else self.taken_by_id.browse()

    def _take(self):
        """Take the first of these contacts that nobody else has or is just taking, and
        return it; it is the user's for 15 minutes from now.

        :returns: the contact, or none
        """
        self.env["crl.touchpoint"].flush_model(["state", "taken_by_id", "taken_until"])
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            SQL(
                """WITH wanted AS (
                    SELECT t.id FROM crl_touchpoint t
                      JOIN unnest(%(ids)s::int[]) WITH ORDINALITY w (id, place)
                        ON w.id = t.id
                     WHERE t.state IN ('planned', 'open')
                       AND (t.taken_by_id IS NULL OR t.taken_by_id = %(uid)s
                            OR t.taken_until IS NULL OR t.taken_until <= %(now)s)
                  ORDER BY w.place LIMIT 1
                       FOR NO KEY UPDATE OF t SKIP LOCKED
                )
                UPDATE crl_touchpoint t SET taken_by_id = %(uid)s, taken_until = %(end)s
                  FROM wanted WHERE t.id = wanted.id
             RETURNING t.id""",
                ids=self.ids,
                uid=self.env.uid,
                now=now,
                end=now + LOCK,
            )
        )
        taken = self.browse(row[0] for row in rows)
        taken.invalidate_recordset(["taken_by_id", "taken_until"], flush=False)
        taken._tell_desks("taken")
        return taken

    def _release(self):
        """Let go of those of these contacts the user has."""
        held = self.filtered(lambda t: t._get_holder() == self.env.user)
        held.write({"taken_by_id": False, "taken_until": False})
        held._tell_desks("released")

    def _tell_desks(self, what):
        """Tell the desks of the same company, when the transaction is through, what
        became of contacts: their numbers alone, nothing of the customers.

        :param what: 'taken', 'released' or 'closed'
        """
        # to the company, not to each colleague; users may not send themselves
        bus = self.env["bus.bus"].sudo()
        for touchpoint in self:
            bus._sendone(
                (touchpoint.company_id, "crl_desk"),
                "crl_desk",
                {"type": what, "id": touchpoint.id, "user_id": self.env.uid},
            )
