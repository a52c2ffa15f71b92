from odoo import api, fields, models
from odoo.fields import Domain

from .crl_relationship import BANDS

#: Countries and salespeople the sheet names.
MOST = 5


class CrlSegment(models.Model):
    """A segment on one sheet: how its customers are, where, and who looks after them.

    As of the last count, and of the customers the user may see.
    """

    _inherit = "crl.segment"

    sheet = fields.Html(compute="_compute_sheet")

    @api.depends("date_refresh")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_sheet(self):
        may = self.env["crl.segment.member"].has_access("read")
        for segment in self:
            segment.sheet = (
                self.env["ir.qweb"]._render(
                    "crl_retention.segment_sheet", segment._get_sheet()
                )
                if may and segment.date_refresh
                else False
            )

    def _get_sheet(self):
        """What the sheet shows, in two statements.

        A bridge adds rows to ``facts``, what these customers are worth for instance,
        and ``lists`` of pairs with a title.
        """
        self.ensure_one()
        present = self._get_present()
        domain = Domain("partner_id", "in", present.subselect("partner_id"))
        relationships = self.env["crl.relationship"]
        totals, bands, verdicts, users = relationships._read_grouping_sets(
            domain,
            [[], ["band"], ["last_verdict"], ["user_id"]],
            ["__count", "score:avg", "open_case_count:sum"],
        )
        [(count, score, cases)] = totals or [(0, 0, 0)]
        by_band = {band: number for band, number, *__ in bands}
        unhappy = {verdict: number for verdict, number, *__ in verdicts}
        return {
            "bands": [
                (band, label, by_band.get(band, 0), 100 * by_band.get(band, 0) / count)
                for band, label in self._get_band_labels()
            ]
            if any(by_band.get(band) for band, __ in BANDS)
            else [],
            "facts": [
                (self.env._("Looked after"), count),
                (self.env._("Average health"), round(score) if score else "–"),
                (self.env._("Open cases"), cases or 0),
                (self.env._("Unhappy at last"), unhappy.get("negative", 0)),
            ],
            "lists": [
                (self.env._("Salespeople"), self._get_most(users)),
                (self.env._("Countries"), self._get_countries(present)),
            ],
        }

    def _get_present(self):
        """Who is in the segment as of the last count, as a query on its log."""
        return self.env["crl.segment.member"]._search(
            [("segment_id", "=", self.id), ("date_to", "=", False)]
        )

    def _get_band_labels(self):
        field = self.env["crl.relationship"]._fields["band"]
        return [
            *field._description_selection(self.env),
            (False, self.env._("Unknown")),
        ]

    def _get_countries(self, present):
        groups = self.env["res.partner"]._read_group(
            [("id", "in", present.subselect("partner_id"))],
            ["country_id"],
            ["__count"],
        )
        return self._get_most(groups)

    def _get_most(self, groups):
        """The largest groups by name, and what the rest comes to."""
        largest = sorted(groups, key=lambda group: -group[1])
        rows = [
            (record.display_name or self.env._("None"), count)
            for record, count, *__ in largest[:MOST]
        ]
        rest = sum(group[1] for group in largest[MOST:])
        return [*rows, (self.env._("Others"), rest)] if rest else rows
