from datetime import datetime

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import schedule
from ..tools.text import tidy_words
from .crl_cadence_step import HUMAN_CHANNELS
from .crl_desk_view import REASONS

#: How many free contacts are tried at once.
MAX_TRIES = 50


class CrlDesk(models.AbstractModel):
    """The worklist: contacts to be done and promises to be kept, what is late first."""

    _inherit = "crl.desk"

    @api.model
    def get_worklist(self, view=None):
        """What is to be done, most urgent first.

        :param dict view: ``scope`` 'mine' (with those the user stands in for), 'team'
            (leaders) or 'all'; ``reasons`` and ``channels`` to keep, empty for all;
            ``day`` 'due' (until tonight), 'week' (the next 7 days) or False (all that
            is planned); ``search`` in name, phone and city; ``callable_now``;
            ``offset``, ``limit``
        :returns: ``{"rows", "total", "counts": {"reasons", "channels"}, "scopes"}``. A
            ``reason`` is one of 'case' (an unhappy customer), 'overdue', 'promised' (a
            promise of ours, or the customer asked for this day), 'due', 'campaign',
            'soon' (a later day). Each count leaves its own filter aside.
        """
        self._check_worker()
        view = self._read_view(view)
        work = self._get_work(view)
        counts, total = self._count_work(work, view)
        return {
            "rows": self._show_rows(self._get_page(work, view)),
            "total": total,
            "counts": counts,
            "scopes": self._get_scopes(),
        }

    @api.model
    def _get_day_limits(self):
        """First moments of today, tomorrow and the day in a week, on the user's clock,
        as naive UTC."""
        tz = self._get_tz()
        today = schedule.local_day(fields.Datetime.now(), tz)
        return [
            schedule.utc_at(schedule.add_delay(today, days, "days"), 0.0, tz)
            for days in (0, 1, 8)
        ]

    @api.model
    def _get_work(self, view):
        """All rows of a view but for its reasons and channels, as SQL with the columns
        ``model, id, partner_id, user_id, channel, date, place``; the place is that of
        the reason in ``REASONS``."""
        __, tomorrow, later = self._get_day_limits()
        until = {"due": tomorrow, "week": later}.get(view["day"])
        base = self._get_owner_domain(view["scope"]) & self._get_search_domain(view)
        states = ["open"] if view["day"] == "due" else ["open", "planned"]
        human = Domain("channel", "in", HUMAN_CHANNELS) & Domain("state", "in", states)
        if until:
            # an unhappy customer's visit is prepared at once, whenever it is
            human &= Domain("date_planned", "<", until) | Domain("case_id", "!=", False)
        owed = Domain("kind", "=", "promise") | (
            # open, and nobody is to visit for it any more
            Domain("visit_id", "=", False)
            | Domain("visit_id.state", "not in", ("planned", "open"))
        )
        owed &= Domain("state", "in", ("open", "planned"))
        work = SQL(
            "%s UNION ALL %s",
            self._get_touchpoint_work(base & human),
            self._get_case_work(base & owed, until),
        )
        return self._keep_callable(work) if view["callable_now"] else work

    @api.model
    def _keep_callable(self, work):
        """The rows of customers who may be called now."""
        rows = self.env.execute_query(
            SQL("SELECT DISTINCT partner_id FROM (%s) w", work)
        )
        # only the hour it is there is asked of the customers of these rows
        partners = self.env["res.partner"].sudo().browse(row[0] for row in rows)
        partners.fetch(["tz", "country_id"])
        now = fields.Datetime.now()
        moments = partners._crl_get_call_moments(self.env.company, now)
        return SQL(
            "SELECT * FROM (%s) w WHERE partner_id = ANY(%s)",
            work,
            [number for number, moment in moments.items() if moment == now],
        )

    @api.model
    def _get_touchpoint_work(self, domain):
        """The contacts of a domain the user may see, as rows of the list."""
        today, tomorrow, __ = self._get_day_limits()
        self.env.flush_all()
        return (
            self.env["crl.touchpoint"]
            ._search(domain)
            .select(
                SQL("'crl.touchpoint' AS model"),
                SQL("crl_touchpoint.id"),
                SQL("crl_touchpoint.partner_id"),
                SQL("crl_touchpoint.user_id"),
                SQL("crl_touchpoint.channel"),
                SQL("crl_touchpoint.date_planned AS date"),
                SQL(
                    """CASE WHEN crl_touchpoint.case_id IS NOT NULL THEN 0
                            WHEN crl_touchpoint.date_planned < %(today)s THEN 1
                            WHEN crl_touchpoint.date_planned >= %(tomorrow)s THEN 5
                            WHEN crl_touchpoint.is_agreed
                              OR crl_touchpoint.outcome = 'call_back' THEN 2
                            WHEN crl_touchpoint.campaign_id IS NOT NULL THEN 4
                            ELSE 3 END AS place""",
                    today=today,
                    tomorrow=tomorrow,
                ),
            )
        )

    @api.model
    def _get_case_work(self, domain, until=None):
        """Promises and cases of a domain the user may see, as rows of the list; a
        promise is due when whoever has it now is to have done their part.

        :param until: only promises that fall due before, naive UTC
        """
        __, tomorrow, __ = self._get_day_limits()
        self.env.flush_all()
        cases = (
            self.env["crl.case"]
            ._search(domain)
            .select(
                SQL("crl_case.*"),
                SQL(
                    """COALESCE((SELECT h.deadline FROM crl_case_hand h
                                  WHERE h.case_id = crl_case.id
                                    AND h.date_from IS NOT NULL AND h.date_to IS NULL
                                  LIMIT 1), crl_case.deadline) AS due"""
                ),
            )
        )
        return SQL(
            """SELECT 'crl.case' AS model, id, partner_id, user_id,
                      'promise' AS channel, due AS date,
                      CASE WHEN kind != 'promise' THEN 0
                           WHEN due < %(now)s THEN 1
                           WHEN due >= %(tomorrow)s THEN 5
                           ELSE 2 END AS place
                 FROM (%(cases)s) c
                WHERE kind != 'promise' OR due < %(until)s""",
            now=fields.Datetime.now(),
            tomorrow=tomorrow,
            cases=cases,
            until=until or datetime.max,
        )

    @api.model
    def _get_search_domain(self, view):
        """Customers with a text in their name, phone or city."""
        text = tidy_words(view["search"] or "", 100)
        if not text:
            return Domain.TRUE
        found = Domain("name", "ilike", text) | Domain("city", "ilike", text)
        digits = "".join(char for char in text if char.isdigit())
        if len(digits) > 2:
            found |= Domain("phone_sanitized", "like", digits.lstrip("0"))
        return Domain("partner_id", "any", found)

    @api.model
    def _get_filter(self, view):
        """The reasons and channels of a view as SQL."""
        terms = [SQL("TRUE")]
        if view["reasons"]:
            places = [REASONS.index(reason) for reason in view["reasons"]]
            terms.append(SQL("place IN %s", tuple(places)))
        if view["channels"]:
            terms.append(SQL("channel IN %s", tuple(view["channels"])))
        return SQL(" AND ").join(terms)

    @api.model
    def _count_work(self, work, view):
        """How many rows each reason and channel has, and the whole list."""
        rows = self.env.execute_query(
            SQL("SELECT place, channel, COUNT(*) FROM (%s) w GROUP BY 1, 2", work)
        )
        reasons, channels, total = {}, {}, 0
        for place, channel, count in rows:
            reason = REASONS[place]
            of_reason = not view["reasons"] or reason in view["reasons"]
            of_channel = not view["channels"] or channel in view["channels"]
            if of_channel:
                reasons[reason] = reasons.get(reason, 0) + count
            if of_reason:
                channels[channel] = channels.get(channel, 0) + count
            total += count * (of_reason and of_channel)
        return {"reasons": reasons, "channels": channels}, total

    @api.model
    def _get_page(self, work, view):
        """The rows of one page: ``[(model, id, place, date)]``."""
        return self.env.execute_query(
            SQL(
                """SELECT model, id, place, date FROM (%s) w WHERE %s
                 ORDER BY place, date, id LIMIT %s OFFSET %s""",
                work,
                self._get_filter(view),
                view["limit"],
                view["offset"],
            )
        )

    @api.model
    def _get_free(self, view):
        """The first contacts of a list nobody has, that the user may act on."""
        rows = self.env.execute_query(
            SQL(
                """SELECT w.id FROM (%s) w JOIN crl_touchpoint t ON t.id = w.id
                    WHERE w.model = 'crl.touchpoint' AND %s
                      AND (t.taken_by_id IS NULL OR t.taken_by_id = %s
                           OR t.taken_until <= %s)
                 ORDER BY w.place, w.date, w.id LIMIT %s""",
                self._get_work(view),
                self._get_filter(view),
                self.env.uid,
                fields.Datetime.now(),
                MAX_TRIES,
            )
        )
        free = self.env["crl.touchpoint"].browse(row[0] for row in rows)
        # of a team's contacts some may be with customers of another team
        return free.filtered(self._may_act) if view["scope"] == "team" else free
