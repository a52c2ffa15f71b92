import hashlib
import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

#: Days a batch of values can be sent again by its key.
KEPT_DAYS = 30
#: Receipts that are deleted at once.
GC_BATCH = 1000
#: Statuses, by the letter each row has in a receipt.
STATUSES = {"c": "created", "u": "updated", "n": "unchanged", "r": "refused"}


class CrlLoad(models.Model):
    """The receipt of a batch of values that came with a key: sent again, it gets the
    same answer, and nothing is loaded twice."""

    _name = "crl.load"
    _description = "Receipt of Loaded Values"
    _inherit = ["crl.sheet"]
    _order = "id desc"
    _rec_name = "key"

    key = fields.Char(required=True, readonly=True)
    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    dedup_key = fields.Char(required=True)
    digest = fields.Char(required=True)
    result = fields.Text(help="What became of the rows.")

    _dedup_key_uniq = models.Constraint(
        "UNIQUE(dedup_key)", "This key was used already."
    )
    _user = models.Index("(user_id)")

    @api.model
    def _claim(self, key, rows):
        """Take a key for a batch, before anything is loaded.

        Two at once with one key: the second waits for the first, fails as a concurrent
        update, and is tried again by Odoo.

        :returns: the new receipt, or the one there was
        :raises UserError: when the key was used for other rows
        """
        digest = hashlib.sha256(
            json.dumps(rows, sort_keys=True, default=str).encode()
        ).hexdigest()
        dedup_key = f"{self.env.uid}:{key}"
        created = self.env.execute_query(
            SQL(
                """INSERT INTO crl_load (key, user_id, dedup_key, digest, create_uid,
                                         create_date)
                   VALUES (%(key)s, %(user)s, %(dedup_key)s, %(digest)s, %(user)s,
                           %(now)s)
                       ON CONFLICT (dedup_key) DO NOTHING RETURNING id""",
                key=key,
                user=self.env.uid,
                dedup_key=dedup_key,
                digest=digest,
                now=fields.Datetime.now(),
            )
        )
        if created:
            return self.browse(created[0])
        receipt = self.search([("dedup_key", "=", dedup_key)])
        if receipt.digest != digest:
            raise UserError(
                self.env._(
                    "The key “%s” was used for other rows before: give each batch a "
                    "key of its own.",
                    key,
                )
            )
        return receipt

    def _keep(self, results):
        """Note what became of the rows, in a few bytes each."""
        letters = {status: letter for letter, status in STATUSES.items()}
        self.result = json.dumps(
            {
                "statuses": "".join(letters[result["status"]] for result in results),
                "reasons": {
                    result["row"]: result["reason"]
                    for result in results
                    if "reason" in result
                },
            }
        )

    def _get_results(self):
        """What became of the rows, as ``load_values`` returned it; ``None`` when they
        are not loaded yet."""
        self.ensure_one()
        if not self.result:
            return None
        kept = json.loads(self.result)
        results = [
            {"row": row, "status": STATUSES[letter]}
            for row, letter in enumerate(kept["statuses"])
        ]
        for row, reason in kept["reasons"].items():
            results[int(row)]["reason"] = reason
        return results

    @api.autovacuum
    def _gc_old_receipts(self):
        before = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        old = self.search([("create_date", "<", before)], limit=GC_BATCH)
        old.unlink()
        return len(old), len(old) == GC_BATCH
