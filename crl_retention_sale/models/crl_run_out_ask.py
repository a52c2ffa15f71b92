from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.crl_retention.tools import schedule

#: Days since something ran out, after which it is no news any more.
RECENT_DAYS = 30


class CrlRunOut(models.Model):
    """Asking customers whether they need more, before they run out.

    Each last purchase of a product is asked about once (``date_asked``), which is
    written in the transaction that begins the procedure; all that runs out soon is
    asked about together. Who cannot be asked today is looked at again tomorrow, until
    it has run out for longer than the company catches up.
    """

    _inherit = "crl.run.out"

    @api.model
    def _start_due(self, limit):
        """Begin procedures for customers who run out of something soon.

        :returns: how many rows were handled
        """
        cadences = (
            self.env["crl.cadence"]
            .search([("order_trigger", "=", "run_out"), ("order_from", "!=", False)])
            ._filter_sound()
        )
        if not cadences:
            return 0
        handled = 0
        for company in self.env["res.company"].search([("active", "=", True)]):
            own = cadences.filtered(
                lambda c, company=company: c.company_id in (company, company.browse())
            )
            if not own or handled == limit:
                continue
            due = self._claim_due(own, company, limit - handled)
            self.env["crl.engine"]._isolate(due, lambda rows, own=own: rows._ask(own))
            handled += len(due)
        return handled

    @api.model
    def _claim_due(self, cadences, company, limit):
        rows = self.env.execute_query(
            SQL(
                """SELECT r.id FROM crl_run_out r
                     JOIN res_partner p ON p.id = r.partner_id
                    WHERE r.company_id = %s AND (%s)
                      AND (r.date_tried < %s) IS NOT FALSE
                      -- who belongs to another company now is asked by that one
                      AND (p.company_id = r.company_id) IS NOT FALSE
                 ORDER BY r.partner_id, r.id LIMIT %s
                   FOR NO KEY UPDATE OF r SKIP LOCKED""",
                company.id,
                SQL(" OR ").join(
                    self._get_due_sql(cadence, company) for cadence in cadences
                ),
                company._crl_today(),
                limit,
            )
        )
        return self.browse(row[0] for row in rows)

    @api.model
    def _get_due_sql(self, cadence, company):
        """Whether a row (``r``) is to be asked about by a procedure that begins by
        itself: as below, and it fell due since the procedure was switched on."""
        since = schedule.local_day(cadence.order_from, company._crl_tz())
        lead, __ = cadence._get_run_out_days()
        return SQL(
            "(%s AND r.date_run_out >= %s)",
            self._get_askable_sql(cadence, company),
            since + timedelta(days=lead),
        )

    @api.model
    def _get_askable_sql(self, cadence, company, more_days=0):
        """Whether a procedure can ask about a row (``r``) today: nobody did, it runs
        out soon, or did lately, and it is not bought all the time.

        :param int more_days: days beyond the lead
        """
        today = company._crl_today()
        lead, __ = cadence._get_run_out_days()
        products = self.env["product.product"]._search(cadence._parse_run_out_domain())
        return SQL(
            """(r.date_run_out BETWEEN %(first)s AND %(last)s
                AND (r.date_asked < r.date_last) IS NOT FALSE
                AND r.date_run_out - r.date_last >= %(shortest)s
                AND r.product_id IN %(products)s)""",
            first=today - company._crl_get_catch_up(),
            last=today + timedelta(days=lead + more_days),
            shortest=2 * lead,
            products=products.subselect(),
        )

    def _ask(self, cadences):
        """Let the first procedure that takes each customer ask about these rows."""
        waiting = self
        for cadence in cadences:
            company = waiting.company_id
            rows = self.env.execute_query(
                SQL(
                    "SELECT r.id FROM crl_run_out r WHERE r.id = ANY(%s) AND %s",
                    waiting.ids,
                    self._get_due_sql(cadence, company),
                )
            )
            self.browse(row[0] for row in rows)._ask_in(cadence)
            waiting = waiting.filtered(lambda row: not row._is_asked())
            if not waiting:
                return
        waiting.date_tried = waiting.company_id._crl_today()

    def _ask_in(self, cadence):
        """Begin a procedure for the customers of these rows; who cannot enter gets a
        line in the log, once a purchase."""
        Enrollment = self.env["crl.enrollment"]
        partners = self.partner_id.filtered_domain(cadence._get_enroll_domain())
        accepted, refused = Enrollment._sort_out(partners, cadence)
        news = self.filtered(
            lambda row: (
                row.partner_id in refused
                and not (row.date_tried and row.date_tried > row.date_last)
            )
        )
        # once a customer, however much runs out
        news = self.browse(rows[0].id for rows in news.grouped("partner_id").values())
        self.env["crl.touchpoint.log"]._log(
            news,
            "skipped",
            "run_out",
            {row.id: refused[row.partner_id] for row in news},
        )
        if accepted:
            Enrollment._enroll(accepted, cadence, company=self.company_id)

    def _is_asked(self):
        """Whether the last purchase was asked about."""
        self.ensure_one()
        return bool(self.date_asked and self.date_asked >= self.date_last)

    def _set_aside(self, error):
        """Try a customer whose procedure cannot begin again tomorrow."""
        self.date_tried = self.company_id._crl_today()
        self.env["crl.touchpoint.log"]._log(
            self, "failed", "error", self.env._("Error: %s", str(error)[:500])
        )

    @api.model
    def _attach(self, enrollments):
        """Note what procedures that begin ask about: what runs out within their days,
        and soon after."""
        for (cadence, company), own in enrollments.grouped(
            lambda e: (e.cadence_id, e.company_id)
        ).items():
            __, more_days = cadence._get_run_out_days()
            self.env.flush_all()
            self.env.execute_query(
                SQL(
                    """UPDATE crl_run_out r
                          SET date_asked = r.date_last, enrollment_id = e.id
                         FROM unnest(%s::int[], %s::int[]) e (id, partner_id)
                        WHERE r.partner_id = e.partner_id AND r.company_id = %s
                              AND %s
                    RETURNING r.id""",
                    own.ids,
                    own.partner_id.ids,
                    company.id,
                    self._get_askable_sql(cadence, company, more_days),
                )
            )
        self.invalidate_model(["date_asked", "enrollment_id"], flush=False)
        enrollments.invalidate_recordset(["run_out_ids"], flush=False)

    @api.model
    def _find_next(self, partner, limit=None):
        """What a customer runs out of next, or ran out of within a month, for whoever
        sees it."""
        today = self.env.company._crl_today()
        return self.search(
            [
                ("partner_id", "=", partner.id),
                ("date_run_out", ">=", today - timedelta(days=RECENT_DAYS)),
            ],
            limit=limit,
        )
