import psycopg2
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, formatLang

from .crl_indicator_definition import DEFINITION

#: Customers shown, from the worst to the best.
SHOWN = 10
#: What a sample may take; the night has more time.
SECONDS = 5


class CrlIndicator(models.Model):
    """What a definition comes to, shown while it is written."""

    _inherit = "crl.indicator"

    sample = fields.Html(
        compute="_compute_sample",
        groups="crl_retention.crl_retention_group_manager",
    )

    @api.depends(*DEFINITION, "raw_bad", "raw_fair", "raw_good", "company_id")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_sample(self):
        for indicator in self:
            indicator.sample = (
                indicator.source == "computed" and indicator._show_sample()
            )

    def _show_sample(self):
        """Some customers with their values, or what is wrong with the definition."""
        self.ensure_one()
        try:
            self._check_thresholds()
            if not self.method:
                self._try_definition()
            rows, found, everybody = self._take_sample()
        except UserError as error:
            return Markup('<p class="text-danger">%s</p>') % error.args[0]
        except psycopg2.errors.QueryCanceled:
            return Markup('<p class="text-warning">%s</p>') % self.env._(
                "There are too many records to try it here; the night has the time."
            )
        told = self.env._(
            "%(found)s of %(everybody)s customers have a value. Some of them, from the "
            "lowest to the highest score:",
            found=formatLang(self.env, found, digits=0),
            everybody=formatLang(self.env, everybody, digits=0),
        )
        lines = Markup().join(
            Markup(
                '<tr><td>%s</td><td class="text-end">%s</td>'
                '<td class="text-end">%s</td></tr>'
            )
            % (name, self._tell_raw(raw, unit=False), round(score))
            for name, raw, score in rows
        )
        head = Markup(
            '<tr><th>%s</th><th class="text-end">%s</th><th class="text-end">%s</th>'
            "</tr>"
        ) % (
            self.env._("Customer"),
            self.unit or self.env._("Value"),
            self.env._("Score"),
        )
        table = Markup(
            '<table class="table table-sm"><thead>%s</thead><tbody>%s</tbody></table>'
        )
        return Markup("<p>%s</p>") % told + (table % (head, lines) if rows else "")

    def _take_sample(self):
        """:returns: ``[(name, raw, score)]``, how many customers have a value, and how
        many there are. With the user's own rights, and nothing is written."""
        asked = self.sudo(False)
        savepoint = self.env.cr.savepoint(flush=False)
        try:
            self.env.cr.execute(SQL("SET LOCAL statement_timeout = %s", SECONDS * 1000))
            self.env.cr.execute(asked._get_sample_sql(), log_exceptions=False)
            rows = self.env.cr.fetchall()
            everybody = asked.env["crl.relationship"].search_count([])
        finally:
            savepoint.close(rollback=True)
        partners = asked.env["res.partner"].browse(row[0] for row in rows)
        names = {partner.id: partner.display_name for partner in partners}
        found = rows[0][3] if rows else 0
        return [(names[row[0]], row[1], row[2]) for row in rows], found, everybody

    def _get_sample_sql(self):
        """Customers evenly spread over all that have a value, by their score."""
        found = self._get_found_sql(lambda column: SQL("%s IS NOT NULL", column))
        return SQL(
            """WITH scored AS (
                   SELECT f.partner_id, f.raw, %(score)s AS score
                     FROM (%(found)s) f
               CROSS JOIN (SELECT %(bad)s::double precision AS raw_bad,
                                  %(fair)s::double precision AS raw_fair,
                                  %(good)s::double precision AS raw_good) i
                    WHERE f.raw IS NOT NULL),
               placed AS (
                   SELECT s.*, COUNT(*) OVER () AS found,
                          ROW_NUMBER() OVER (
                              ORDER BY s.score, s.raw, s.partner_id) AS place
                     FROM scored s)
               SELECT partner_id, raw, score, found FROM placed
                WHERE place = 1
                   OR place * %(steps)s / found > (place - 1) * %(steps)s / found
             ORDER BY place""",
            score=self.env["crl.indicator.value"]._get_score_sql(SQL("f.raw")),
            found=found,
            bad=self.raw_bad,
            fair=self.raw_fair,
            good=self.raw_good,
            steps=SHOWN - 1,
        )
