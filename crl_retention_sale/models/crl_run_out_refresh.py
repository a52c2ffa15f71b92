from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crl_retention.tools import schedule

from ..tools import run_out

#: The hour of the night, where the main company is, from which on all is looked at.
NIGHT = 2


class CrlRunOut(models.Model):
    """``tools/run_out.py`` as SQL, and when it is asked: at once for the customers of
    an order, and every night for all, since settings and products change too."""

    _inherit = "crl.run.out"

    # ---- What was bought ----

    @api.model
    def _get_arrival_sql(self):
        """The moment the goods of an order (``o``) arrived, naive UTC. A bridge that
        knows of deliveries says so."""
        return SQL("o.date_order")

    @api.model
    def _get_quantity_sql(self):
        """What of an order line (``l``) the customer kept, in the line's unit; ``r``
        is what was refunded. A bridge that knows of deliveries says so."""
        return SQL("l.product_uom_qty - COALESCE(r.quantity, 0)")

    @api.model
    def _get_lines_sql(self, within):
        """Lines of confirmed orders for goods that are still sold, and for services
        with a duration. Notes, down payments and kits of several products are none.

        :param within: function that limits a column of customers
        """
        companies = self.env["res.company"].sudo().search([])  # pylint: disable=no-search-all
        return SQL(
            """
            SELECT c.id AS partner_id, o.company_id, l.product_id, v.product_tmpl_id,
                   l.id, l.product_uom_id, l.product_uom_qty, l.qty_delivered,
                   l.qty_delivered_method, o.date_order, t.uom_id, z.tz,
                   v.crl_days_per_unit AS days, %(arrival)s AS arrival
              FROM sale_order o
              JOIN unnest(%(companies)s::int[], %(zones)s::text[])
                   AS z (company_id, tz) ON z.company_id = o.company_id
              JOIN res_partner p ON p.id = o.partner_id
              JOIN res_partner c ON c.id = p.commercial_partner_id AND c.active
              JOIN sale_order_line l ON l.order_id = o.id
              JOIN product_product v ON v.id = l.product_id AND v.active
              JOIN product_template t ON t.id = v.product_tmpl_id AND t.sale_ok
                   AND (t.type = 'consu' OR t.type <> 'combo'
                                            AND v.crl_days_per_unit > 0)
             WHERE o.state = 'sale' AND l.display_type IS NULL
                   AND l.is_downpayment IS NOT TRUE
                   AND o.date_order <= %(latest)s AND %(within)s""",
            latest=self.env["crl.purchase"]._get_latest_moment(),
            arrival=self._get_arrival_sql(),
            companies=companies.ids,
            zones=[company._crl_tz() for company in companies],
            within=within(SQL("p.commercial_partner_id")),
        )

    @api.model
    def _get_truth_sql(self, within):
        """When customers run out of what, with the columns of the table.

        Of two variants of a product the one bought later takes the other's place.
        """
        rhythm = self.env["crl.rhythm"]
        keys = SQL("partner_id, company_id, product_id")
        return SQL(
            """
            WITH line AS MATERIALIZED (%(lines)s),
            refund AS (
                SELECT s.order_line_id, SUM(a.quantity * au.factor / lu.factor)
                       AS quantity
                  FROM line l
                  JOIN sale_order_line_invoice_rel s ON s.order_line_id = l.id
                  JOIN account_move_line a ON a.id = s.invoice_line_id
                  JOIN account_move m ON m.id = a.move_id
                       AND m.move_type = 'out_refund' AND m.state = 'posted'
                  JOIN uom_uom au ON au.id = a.product_uom_id
                  JOIN uom_uom lu ON lu.id = l.product_uom_id
              GROUP BY s.order_line_id
            ),
            bought AS (
                SELECT l.partner_id, l.company_id, l.product_id, l.product_tmpl_id,
                       (l.date_order AT TIME ZONE 'UTC' AT TIME ZONE l.tz)::date
                           AS date,
                       (l.arrival AT TIME ZONE 'UTC' AT TIME ZONE l.tz)::date
                           AS arrival, l.days,
                       (%(quantity)s) * lu.factor / pu.factor AS quantity
                  FROM line l
             LEFT JOIN refund r ON r.order_line_id = l.id
                  JOIN uom_uom lu ON lu.id = l.product_uom_id
                  JOIN uom_uom pu ON pu.id = l.uom_id
            ),
            day AS (
                SELECT partner_id, company_id, product_id, product_tmpl_id, date,
                       SUM(quantity) AS quantity, MAX(arrival) AS arrival,
                       MAX(days) AS days
                  FROM bought
              GROUP BY partner_id, company_id, product_id, product_tmpl_id, date
                HAVING SUM(quantity) > 0
            ),
            item AS (
                SELECT partner_id, company_id, product_id, product_tmpl_id,
                       MAX(date) AS date_last, MAX(days) AS days,
                       MAX(quantity) FILTER (WHERE place = 1) AS quantity,
                       MAX(arrival) FILTER (WHERE place = 1) AS arrival,
                       %(gaps)s AS gaps
                  FROM (%(placed)s) AS placed
              GROUP BY partner_id, company_id, product_id, product_tmpl_id
            ),
            known AS (
                SELECT i.*, %(gap)s AS gap,
                       MAX(date_last) OVER (
                           PARTITION BY partner_id, company_id, product_tmpl_id
                       ) AS date_newest
                  FROM item i
            )
            SELECT partner_id, company_id, product_id, date_last, quantity,
                   CASE WHEN gap IS NOT NULL THEN %(expected)s
                        ELSE arrival + LEAST(CEIL(ROUND(quantity * days, %(digits)s)),
                                             %(most)s)::int END AS date_run_out,
                   CASE WHEN gap IS NOT NULL THEN 'own_rhythm' ELSE 'product' END
                       AS basis
              FROM known
             WHERE date_last = date_newest AND (gap IS NOT NULL OR days > 0)""",
            lines=self._get_lines_sql(within),
            quantity=self._get_quantity_sql(),
            placed=rhythm._get_days_sql(SQL("SELECT * FROM day"), keys),
            gaps=rhythm._get_gaps_sql(),
            gap=rhythm._get_gap_sql(SQL("gaps")),
            expected=rhythm._get_expected_sql(SQL("date_last"), SQL("gap")),
            digits=run_out.DIGITS,
            most=run_out.MAX_DAYS,
        )

    # ---- The rows ----

    @api.model
    def _refresh(self, partners=None):
        """Make the rows of customers what their orders say; all of them when empty.

        Only rows that change are written. A row that was asked about stays, without a
        day, when its purchase is gone.
        """
        ids = partners.commercial_partner_id.ids if partners is not None else []
        if partners is not None and not ids:
            return

        def within(column):
            return SQL("TRUE") if partners is None else SQL("%s = ANY(%s)", column, ids)

        self.env.flush_all()
        self.env.execute_query(
            SQL(
                """
                -- a full join cannot be done row by row, whatever is guessed of counts
                WITH diff AS MATERIALIZED (
                    SELECT r.id, r.date_asked, r.date_run_out AS former, t.*
                      FROM (%(truth)s) t
                 FULL JOIN (SELECT * FROM crl_run_out r WHERE %(within)s) r
                        ON t.partner_id = r.partner_id
                           AND t.company_id = r.company_id
                           AND t.product_id = r.product_id
                     WHERE (r.date_last, r.quantity, r.date_run_out, r.basis)
                           IS DISTINCT FROM
                           (t.date_last, t.quantity, t.date_run_out, t.basis)
                ),
                gone AS (
                    DELETE FROM crl_run_out r USING diff d
                     WHERE r.id = d.id AND d.partner_id IS NULL
                           AND d.date_asked IS NULL
                ),
                changed AS (
                    UPDATE crl_run_out r
                       SET date_last = COALESCE(d.date_last, r.date_last),
                           quantity = COALESCE(d.quantity, r.quantity),
                           date_run_out = d.date_run_out,
                           basis = COALESCE(d.basis, r.basis)
                      FROM diff d
                     WHERE r.id = d.id AND (d.partner_id IS NOT NULL
                           OR d.date_asked IS NOT NULL AND d.former IS NOT NULL)
                )
                INSERT INTO crl_run_out (partner_id, company_id, product_id, date_last,
                                         quantity, date_run_out, basis)
                     SELECT partner_id, company_id, product_id, date_last, quantity,
                            date_run_out, basis
                       FROM diff WHERE id IS NULL
                ON CONFLICT (partner_id, company_id, product_id) DO NOTHING""",
                truth=self._get_truth_sql(within),
                within=within(SQL("r.partner_id")),
            )
        )
        self.invalidate_model(flush=False)
        self.env["crl.enrollment"].invalidate_model(["run_out_ids"], flush=False)
        self.env["crl.touchpoint"].invalidate_model(
            ["run_out_ids", "run_out_names"], flush=False
        )

    # ---- Every night ----

    @api.model
    def _refresh_due(self, limit):
        """Look at all customers once a night; when next is on the main company.

        :returns: 0, as there is no more of it
        """
        company = self.env["res.company"]._get_main_company()
        if (company.crl_run_out_date or fields.Datetime.now()) > fields.Datetime.now():
            return 0
        self._refresh()
        self.env["crl.enrollment"]._exit_supplied()
        company.crl_run_out_date = schedule.utc_at(
            company._crl_today() + timedelta(days=1), NIGHT, company._crl_tz()
        )
        return 0

    @api.model
    def _mark_due(self):
        """A product changed: let the engine look at all customers in its next run."""
        # sudo: the engine's own mark, whoever changes a product
        company = self.env["res.company"]._get_main_company().sudo()
        if company.crl_run_out_date:
            company.crl_run_out_date = False
            self.env.ref("crl_retention.ir_cron_run").sudo()._trigger()  # as above
