from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import base


class CrlBase(models.AbstractModel):
    """Who buys again, by the month of the first purchase."""

    _inherit = "crl.base"

    @api.model
    def get_cohorts(self, months=12, filters=None, is_cumulative=False):
        """Who bought for the first time in a month, and how many of them buy again in
        each calendar month after it.

        :param int months: how many months of first purchases; the last one runs
        :param is_cumulative: count who bought again until a month, and not in it
        """
        edges = self._get_edges(months)
        found = self._read_cohorts(self._get_filter(filters), edges, is_cumulative)
        rows = []
        sums = [[0, 0] for __ in edges[:-1]]
        for first, month in enumerate(edges[:-1]):
            size = found.get((month, 0), 0)
            cells, count = [], 0
            for number in range(len(edges) - 1 - first):
                here = found.get((month, number), 0)
                count = count + here if is_cumulative and number > 1 else here
                is_running = number == len(edges) - 2 - first
                cells.append(
                    {
                        "number": number,
                        "count": count,
                        "share": base.rate(count, size),
                        "is_running": is_running,
                    }
                )
                if not is_running:
                    sums[number][0] += count
                    sums[number][1] += size
            row = self._show_month(month, first == len(edges) - 2)
            rows.append({**row, "size": size, "cells": cells})
        return {
            "rows": rows,
            "totals": [
                {"number": number, "count": count, "share": base.rate(count, size)}
                for number, (count, size) in enumerate(sums)
            ],
        }

    @api.model
    def _read_cohorts(self, domain, edges, is_cumulative):
        """``{(month of the first purchase, months after it): customers}``; the
        cumulative ones by the month they first bought again in."""
        domain &= Domain("first_date", ">=", edges[0]) & Domain("date", "<", edges[-1])
        purchases = self.env["crl.purchase"]
        if not is_cumulative:
            groups = ["first_date:month", "month_number"]
            rows = purchases._read_group(domain, groups, ["partner_id:count_distinct"])
            return {(month, number): count for month, number, count in rows}
        query = purchases._search(domain)
        names = ("partner_id", "first_date", "month_number")
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """SELECT month, number, COUNT(*)
                     FROM (SELECT partner_id, DATE_TRUNC('month', first_date)::date
                                  AS month, MIN(month_number) AS number
                             FROM %s p GROUP BY 1, 2, month_number > 0) p
                 GROUP BY 1, 2""",
                query.subselect(*self._get_columns(query, *names)),
            )
        )
        return {(month, number): count for month, number, count in rows}
