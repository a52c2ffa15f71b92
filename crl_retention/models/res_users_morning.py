from datetime import timedelta

from odoo import fields, models
from odoo.tools import format_datetime

from ..tools import schedule

#: The hour of the manager's own clock the mail is written at.
HOUR = 7
#: The most lines of a list in the mail; the rest is a click away.
LINES = 10
#: Reps with less than this per cent of what is expected by now are named.
BEHIND = 80


class ResUsers(models.Model):
    """When a manager's morning is, and what it is about."""

    _inherit = "res.users"

    def _crl_get_morning(self):
        """The local day the user begins to work on now; nothing before seven, after
        noon, and on days off."""
        self.ensure_one()
        company = self.company_id
        tz = self._crl_get_tz(company)
        now = fields.Datetime.now()
        day = schedule.local_day(now, tz)
        begins = schedule.utc_at(day, HOUR, tz)
        if not begins <= now < schedule.utc_at(day, 12.0, tz):
            return None
        return day if self._crl_working_days(company)(day) else None

    def _crl_get_morning_start(self, last=None):
        """Since when things are new: the last mail, a day at least, a week at most."""
        self.ensure_one()
        now = fields.Datetime.now()
        tz = self._crl_get_tz(self.company_id)
        yesterday = now - timedelta(days=1)
        before = schedule.utc_at(last, HOUR, tz) if last else yesterday
        return min(yesterday, max(before, now - timedelta(days=7)))

    def _crl_get_morning_sections(self, since):
        """What there is to tell, worst first: ``[{"title", "rows", "count", "url"}]``,
        rows are ``{"name", "text", "url"}``; ``is_quiet``: told beside others only. A
        bridge adds its own.

        :param since: what is new began after this moment, naive UTC
        """
        waiting = [("kind", "!=", "promise"), ("is_late", "=", True)]
        owed = [
            ("kind", "=", "promise"),
            "|",
            *("&", ("state", "=", "not_recovered")),
            ("date_closed", ">=", since),
            ("is_late", "=", True),
        ]
        # domains beside: Odoo's export takes them for words when a sentence is before
        sections = [
            self._crl_get_alarm_section(),
            self._crl_get_case_section(
                self.env._("Unhappy customers who wait too long"), waiting
            ),
            self._crl_get_case_section(
                self.env._("Promises that are late or were broken"), owed
            ),
            self._crl_get_alert_section(since),
            self._crl_get_quota_section(),
        ]
        return [section for section in sections if section]

    def _crl_get_alarm_section(self):
        alarm = self.env["crl.heartbeat"].get_alarm()
        if not alarm:
            return None
        title = self.env._("The procedures do not run as they should")
        row = {"name": "", "text": alarm, "url": ""}
        return {"title": title, "rows": [row], "count": 1, "url": ""}

    def _crl_get_section(self, title, records, path, tell):
        """A list of records with links.

        :param records: all of them
        :param path: of the action that opens one
        :param tell: function that says of a record what is to be known
        """
        if not records:
            return None
        rows = [
            {
                "name": record.partner_id.display_name,
                "text": tell(record),
                "url": f"/odoo/{path}/{record.id}",
            }
            for record in records[:LINES]
        ]
        return {
            "title": title,
            "rows": rows,
            "count": len(records),
            "url": f"/odoo/{path}",
        }

    def _crl_get_case_section(self, title, domain):
        cases = self.env["crl.case"].search(domain, order="deadline, id")
        return self._crl_get_section(
            title,
            cases,
            "retention-cases",
            lambda case: self.env._(
                "%(rep)s, until %(deadline)s",
                rep=case.user_id.name or self.env._("nobody"),
                deadline=format_datetime(
                    self.env,
                    case.deadline,
                    tz=self._crl_get_tz(self.company_id),
                    dt_format="short",
                ),
            ),
        )

    def _crl_get_quota_section(self):
        """Reps who are behind their target of the month. No reason for a mail of its
        own: it would go every day."""
        rows = []
        for row in self.env["crl.portfolio"].get_board()["rows"]:
            bars = {
                self.env._("meetings"): row["meetings_bar"],
                self.env._("new accounts"): row["new_accounts_bar"],
            }
            behind = [
                self.env._(
                    "%(actual)s of %(target)s %(what)s (pace %(pace)s %%)",
                    what=what,
                    **{name: bar[name] for name in ("actual", "target", "pace")},
                )
                for what, bar in bars.items()
                if bar["is_due"] and bar["pace"] < BEHIND
            ]
            if behind:
                url = "/odoo/retention-portfolio"
                rows.append(
                    {"name": row["name"], "text": ", ".join(behind), "url": url}
                )
        title = self.env._("Behind the target of the month")
        return rows and {
            "title": title,
            "rows": rows[:LINES],
            "count": len(rows),
            "url": "/odoo/retention-portfolio",
            "is_quiet": True,
        }

    def _crl_get_alert_section(self, since):
        alerts = self.env["crl.alert"].search(
            [("state", "=", "open"), ("date", ">=", since)], order="date desc, id desc"
        )
        return self._crl_get_section(
            self.env._("Newly at risk"),
            alerts,
            "retention-alerts",
            lambda alert: ", ".join(filter(None, [alert.title, alert.user_id.name])),
        )
