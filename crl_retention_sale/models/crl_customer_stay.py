import functools

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .res_company_base import ACTIVITY_DAYS

#: What is written of a time, as columns.
FACTS = ("date_to", "kind", "date_before", "date_return", "amount")
KINDS = [("new", "New"), ("won_back", "Won back")]


class CrlCustomerStay(models.Model):
    """One unbroken time in which somebody was a customer: ``tools/base.py`` says when.

    Narrow, and written from ``crl.purchase`` by one statement alone. A day that goes by
    changes no row.
    """

    _name = "crl.customer.stay"
    _description = "Time as a Customer"
    _inherit = ["crl.sheet"]
    _order = "date_from desc, id desc"
    _rec_name = "partner_id"
    _log_access = False

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    date_from = fields.Date(
        "From", required=True, help="The first purchase of this time."
    )
    date_to = fields.Date(
        "Until",
        required=True,
        help="The last purchase, and the days that somebody stays a customer after it.",
    )
    kind = fields.Selection(
        KINDS,
        required=True,
        help="New: the first purchase ever. Won back: they had been away before.",
    )
    date_before = fields.Date(
        "Left Before", help="The last day as a customer before they came back."
    )
    date_return = fields.Date("Came Back")
    amount = fields.Monetary(
        help="Bought in this time, without taxes and what was refunded."
    )
    currency_id = fields.Many2one(related="company_id.currency_id")

    user_id = fields.Many2one(related="partner_id.user_id", string="Salesperson")
    team_id = fields.Many2one(
        related="partner_id.user_id.sale_team_id", string="Sales Team"
    )
    country_id = fields.Many2one(related="partner_id.country_id")
    phone = fields.Char(related="partner_id.phone")
    email = fields.Char(related="partner_id.email")
    repeat_date = fields.Date(
        "Bought Twice in the Year Before",
        store=False,
        search="_search_repeat_date",
        help="Filter: whoever bought on at least two days of the year before a day.",
    )

    _company_to = models.Index("(company_id, date_to, date_from)")
    # of two who write a customer's times at once, one tries again
    _customer_from = models.UniqueIndex("(partner_id, company_id, date_from)")

    def _search_repeat_date(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain.OR(
            self._get_repeat_domain(fields.Date.to_date(day)) for day in value if day
        )

    @api.model
    def _get_repeat_domain(self, day):
        def to_sql(model, alias, query):
            return SQL(
                """(%s, %s) IN (SELECT partner_id, company_id FROM crl_purchase
                                 WHERE date >= %s AND date < %s
                              GROUP BY partner_id, company_id HAVING COUNT(*) > 1)""",
                model._field_to_sql(alias, "partner_id", query),
                model._field_to_sql(alias, "company_id", query),
                day - relativedelta(years=1),
                day,
            )

        return Domain.custom(to_sql=to_sql)

    def action_open_partner(self):
        self.env["crl.actor"]._check_one(self)
        return self.partner_id._crl_open()

    # ---- How they are written ----

    @api.model
    def _get_numbered(self, within):
        """The stays as they should be, as SQL: with a number from 1 on of each customer
        at each company.

        :param within: function that says which rows are meant, for the name of a table
        """
        return SQL(
            """
            SELECT s.*, LAG(date_to) OVER customer AS date_before,
                   LEAD(date_from) OVER customer AS date_return,
                   CASE number WHEN 1 THEN 'new' ELSE 'won_back' END AS kind
              FROM (SELECT partner_id, company_id, number, SUM(amount) AS amount,
                           MIN(date) AS date_from, MAX(date) + days AS date_to
                      FROM (SELECT *, COUNT(*) FILTER (
                                          WHERE before IS NULL OR date - before > days
                                      ) OVER (customer ORDER BY date) AS number
                              FROM (SELECT p.partner_id, p.company_id, p.date, p.amount,
                                           COALESCE(c.crl_activity_days, %s) AS days,
                                           LAG(p.date) OVER (
                                               PARTITION BY p.partner_id, p.company_id
                                                   ORDER BY p.date) AS before
                                      FROM crl_purchase p
                                      JOIN res_company c ON c.id = p.company_id
                                     WHERE %s) d
                            WINDOW customer AS (PARTITION BY partner_id, company_id)) d
                  GROUP BY partner_id, company_id, number, days) s
            WINDOW customer AS (PARTITION BY partner_id, company_id ORDER BY number)
            """,
            ACTIVITY_DAYS,
            within("p"),
        )

    @api.model
    def _refresh(self, partners=None, companies=None):
        """Write the times of customers, as their purchases now say: one statement, only
        rows that differ.

        :param partners: some customers; else all
        :param companies: of some companies; else of all
        :returns: how many rows were written
        """
        if partners is not None and not partners:
            return 0

        def within(table):
            column = functools.partial(SQL.identifier, table)
            conditions = [SQL("TRUE")]
            if partners is not None:
                conditions.append(
                    SQL("%s = ANY(%s)", column("partner_id"), partners.ids)
                )
            if companies is not None:
                conditions.append(
                    SQL("%s = ANY(%s)", column("company_id"), companies.ids)
                )
            return SQL(" AND ").join(conditions)

        names = [*FACTS]
        self.env.flush_all()
        ((count,),) = self.env.execute_query(
            SQL(
                """
                WITH wrong AS MATERIALIZED (
                    SELECT p.id, f.*
                      FROM (%(found)s) f
                 FULL JOIN (SELECT * FROM crl_customer_stay WHERE %(within)s) p
                        ON p.partner_id = f.partner_id
                       AND p.company_id = f.company_id AND p.date_from = f.date_from
                     WHERE (%(old)s) IS DISTINCT FROM (%(new)s)),
                gone AS (
                    DELETE FROM crl_customer_stay s USING wrong f
                     WHERE s.id = f.id AND f.number IS NULL
                 RETURNING s.id),
                changed AS (
                    UPDATE crl_customer_stay s SET (%(names)s) = ROW(%(new)s)
                      FROM wrong f WHERE s.id = f.id AND f.number IS NOT NULL
                 RETURNING s.id),
                come AS (
                    INSERT INTO crl_customer_stay (
                                partner_id, company_id, date_from, %(names)s)
                    SELECT f.partner_id, f.company_id, f.date_from, %(new)s
                      FROM wrong f WHERE f.id IS NULL
                  ORDER BY f.partner_id, f.company_id, f.number
                        ON CONFLICT DO NOTHING
                 RETURNING id)
                SELECT (SELECT COUNT(*) FROM gone) + (SELECT COUNT(*) FROM changed)
                     + (SELECT COUNT(*) FROM come)
                """,
                found=self._get_numbered(within),
                within=within(self._table),
                names=SQL(", ").join(SQL.identifier(name) for name in names),
                old=SQL(", ").join(SQL.identifier("p", name) for name in names),
                new=SQL(", ").join(SQL.identifier("f", name) for name in names),
            )
        )
        if count:
            self.invalidate_model(flush=False)
        return count

    @api.model
    def _refresh_due(self, limit):
        """Write the times of all customers of companies anew whose setting was changed.
        A job of the engine.

        :returns: how many companies were looked at
        """
        companies = self.env["res.company"].search(
            [("crl_is_base_due", "=", True)], limit=limit
        )
        if companies:
            self._refresh(companies=companies)
            companies.crl_is_base_due = False
        return len(companies)
