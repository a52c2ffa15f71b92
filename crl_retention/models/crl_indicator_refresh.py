from datetime import timedelta
from math import ceil

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import schedule
from .crl_indicator_definition import DEFINITION

#: The hour of the night, where the company is, from which on everything is measured.
NIGHT = 2
#: Customers a statement looks at, for each record of the engine's batch.
CUSTOMERS_PER_RECORD = 20
#: Customers whose values wait for the night when something happens to more at once.
MAX_AT_ONCE = 100
#: Models whose records are followed at once.
FOLLOWED = ("crl.touchpoint", "crl.case")
#: A change of these makes the values wrong.
MEASURED_BY = {
    *DEFINITION,
    "method",
    "raw_bad",
    "raw_fair",
    "raw_good",
    "company_id",
    "active",
}


class CrlIndicator(models.Model):
    """When indicators are measured: every night, and at once where it is cheap.

    What is due is on the indicator: ``date_refresh``, and how far it came. So a run
    that is killed goes on where it was, and one that comes late changes nothing.
    """

    _inherit = "crl.indicator"

    date_refresh = fields.Datetime(
        "Next Measured",
        readonly=True,
        copy=False,
        index=True,
        default=fields.Datetime.now,
    )
    date_refreshed = fields.Datetime("Last Measured", readonly=True, copy=False)
    refresh_cursor = fields.Integer(
        readonly=True, copy=False, help="The last customer of a run that goes on."
    )
    history_week = fields.Date(
        readonly=True, copy=False, help="The Monday last put into the history."
    )
    is_history_due = fields.Boolean(readonly=True, copy=False)
    error = fields.Text("Cannot Be Measured", readonly=True, copy=False)

    # ---- ORM ----

    def write(self, vals):
        result = super().write(vals)
        if MEASURED_BY & vals.keys():
            self._mark_due()
        return result

    def _mark_due(self):
        """Let the engine measure them now, from the first customer on."""
        self.write(
            {
                "date_refresh": fields.Datetime.now(),
                "refresh_cursor": 0,
                "error": False,
            }
        )
        # sudo: the engine's own scheduled action
        self.env.ref("crl_retention.ir_cron_run").sudo()._trigger()

    def action_refresh(self):
        """Measure them now, and not only tonight."""
        self.env["crl.actor"]._check_ids(self)
        self.check_access("write")
        self._mark_due()
        return True

    # ---- Every night ----

    @api.model
    def _refresh_due(self, limit):
        """Measure due indicators for ranges of customers, all that have come as far
        together: what they read, they read once.

        :param int limit: the engine's batch; 20 customers count as one record
        :returns: how many such records were looked at
        """
        handled, most = 0, limit * CUSTOMERS_PER_RECORD
        while handled < limit:
            due = self._get_due()
            if not due:
                break
            counts = []
            self.env["crl.engine"]._isolate(
                due,
                lambda some, counts=counts: counts.append(some._refresh_range(most)),
            )
            found = max(counts, default=0)
            handled += len(due) * max(ceil(found / CUSTOMERS_PER_RECORD), 1)
        return handled

    @api.model
    def _get_due(self):
        """Those that are measured next, for the same customers: the furthest first. One
        that never was writes a value for each of them, and goes alone."""
        due = self.search(
            [("date_refresh", "<=", fields.Datetime.now())],
            order="refresh_cursor DESC, date_refresh, id",
        )
        first = due[:1]
        if not first.date_refreshed:
            return first
        return due.filtered(
            lambda indicator: (
                indicator.date_refreshed
                and indicator.refresh_cursor == first.refresh_cursor
                and indicator._get_company() == first._get_company()
            )
        )

    def _set_aside(self, error):
        """Tell what is wrong, and try again tomorrow."""
        self.write(
            {
                "error": str(error),
                "refresh_cursor": 0,
                "date_refresh": self._get_next_night(),
            }
        )

    def _refresh_range(self, count):
        """Measure indicators for the next customers, and note how far they came.

        :returns: how many customers
        """
        monday = self._get_monday()
        cursor = self[0].refresh_cursor
        if not cursor:
            behind = self.filtered(lambda indicator: indicator.history_week != monday)
            behind.write({"is_history_due": True, "history_week": monday})
            (self - behind).is_history_due = False
        first, last, found = self.env["crl.relationship"]._get_range(cursor, count)
        if found:
            self._refresh(
                lambda column: SQL("%s BETWEEN %s AND %s", column, first, last)
            )
        if found == count:
            self.refresh_cursor = last
            return found
        self.write(
            {
                "refresh_cursor": 0,
                "date_refreshed": fields.Datetime.now(),
                "error": False,
            }
        )
        for indicator in self:
            indicator.date_refresh = indicator._get_next_night()
        return found

    def _refresh(self, within):
        """Measure them for some customers: ``within`` as in ``_get_found_sql``."""
        values = self.env["crl.indicator.value"]
        self.env.flush_all()
        monday = self._get_monday()
        computed = self.filtered(lambda indicator: indicator.source == "computed")
        if computed:
            values._put_computed(computed, within, monday + timedelta(days=7))
        if self - computed:
            values._score_again(self - computed, within)
        behind = self.filtered("is_history_due")
        if behind:
            values._keep_history(behind, within, monday)

    def _get_monday(self):
        """The Monday of this week, where the company is."""
        today = self._get_company()._crl_today()
        return today - timedelta(days=today.weekday())

    def _get_next_night(self):
        """When it is due next: tonight, or on Monday where only the history is."""
        company = self._get_company()
        days = 1
        if self.source != "computed":
            days = 7 - company._crl_today().weekday()
        day = company._crl_today() + timedelta(days=days)
        return schedule.utc_at(day, NIGHT, company._crl_tz())

    # ---- At once ----

    @api.model
    def _follow(self, partners, models=FOLLOWED):
        """A contact closed, or a case changed: measure what is computed from these
        anew, in the same transaction. Of many customers the night is soon enough.

        :param models: names of what changed, which a bridge gives for its own
        """
        partners = partners.commercial_partner_id
        if not partners or len(partners) > MAX_AT_ONCE:
            return
        # sudo: measured for everybody, whoever caused it
        indicators = self.sudo().search(
            [
                ("source", "=", "computed"),
                ("model_id.model", "in", models),
                # what could not be measured is tried again by night
                ("error", "=", False),
            ]
        )
        self.env.flush_all()
        changed = set()
        self.env["crl.engine"]._isolate(
            indicators, lambda some: changed.update(some._measure(partners))
        )
        found = partners.filtered(lambda partner: partner.id in changed)
        if found:
            found.invalidate_recordset(["crl_indicator_value_ids"])
            self.env["crl.indicator.value"].invalidate_model()
            self._values_changed(found)

    def _measure(self, partners):
        """Measure indicators of a few customers; returns the ids of those that have
        other values now."""
        ids = partners.ids
        return self.env["crl.indicator.value"]._put_computed(
            self,
            lambda column: SQL("%s = ANY(%s)", column, ids),
            self._get_monday() + timedelta(days=7),
        )

    @api.model
    def _values_changed(self, partners):
        """Let more follow from new values of customers, in the same transaction. The
        nightly run does not ask: what follows it comes after it, for all at once."""
