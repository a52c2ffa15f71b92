from odoo import models
from odoo.tools import formatLang

from odoo.addons.crl_retention.tools import schedule

from ..tools import base

URL = "/odoo/retention-base"


class ResUsers(models.Model):
    """What the managers' morning tells of the customer base: once a month."""

    _inherit = "res.users"

    def _crl_get_morning_sections(self, since):
        sections = super()._crl_get_morning_sections(since)
        section = self._crl_get_base_section(since)
        return [*sections, section] if section else sections

    def _crl_get_base_section(self, since):
        """How a month ended, of each company, when it did since then."""
        rows = []
        for company in self.env.companies:
            [first, __] = base.edges(company._crl_today(), 1)
            if schedule.utc_at(first, 0.0, company._crl_tz()) < since:
                continue
            over = self.env["crl.base"].with_company(company).get_months(2)["rows"][0]
            if over["start"] or over["end"]:
                name = f"{company.name}, {over['title']}"
                text = self._crl_tell_base(over)
                rows.append({"name": name, "text": text, "url": URL})
        title = self.env._("The customer base of the month that is over")
        return rows and {"title": title, "rows": rows, "count": len(rows), "url": URL}

    def _crl_tell_base(self, month):
        """A month of ``crl.base.get_months`` in words."""
        texts = [
            self.env._(
                "%(end)s customers: %(new)s new, %(won_back)s won back, %(lost)s lost",
                **{name: month[name] for name in ("end", "new", "won_back", "lost")},
            )
        ]
        if month["year_rate"] is not None:
            rate = formatLang(self.env, month["year_rate"], digits=1)
            texts.append(self.env._("%s %% stayed over 12 months", rate))
        if month["expected"] is not None:
            rate = formatLang(self.env, month["expected"], digits=1)
            texts.append(self.env._("on the way to the target: %s %%", rate))
        return "; ".join(texts)
