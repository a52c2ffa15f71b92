from collections.abc import Iterable
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools import schedule
from .crl_indicator_catalogue import MOMENTS
from .crl_indicator_refresh import get_turns, get_within

#: Models whose records are followed: they stay with their customer, and note when they
#: were written.
FOLLOWED = ("crl.touchpoint", "crl.case")
#: Customers whose values wait for the night when something happens to more at once.
MAX_AT_ONCE = 100
#: What was written so long before is looked at once more: a transaction may have begun
#: long before it ended, and its rows have the moment when it began.
OVERLAP = timedelta(hours=6)
#: These of a filter depend on more than the record itself.
BEYOND = ("any", "not any", "any!", "not any!", "child_of", "parent_of")


class CrlIndicator(models.Model):
    """Values that follow what happens: at once, or in the night after.

    A value that rests on contacts and cases alone can be another only for a customer
    who was changed, or one of whose records was, or whose dates came into the window or
    fell out of it. The night looks at these, and at every seventh block of customers,
    so that within a week everybody was looked at.
    """

    _inherit = "crl.indicator"

    # ---- At night ----

    def _is_followed(self):
        """Whether it is enough to measure customers something happened to."""
        self.ensure_one()
        if self.source != "computed" or not self.date_refreshed:
            return False
        if self.whole_state != self._get_whole_state():
            return False
        try:
            return self._get_moments() is not None
        except UserError:
            # what is wrong with it is told when it is measured
            return False

    def _get_whole_state(self):
        """What makes everybody's values others when it changes: the clock by which days
        are told."""
        return str(self._get_company()._crl_tz())

    def _get_turns(self):
        """``get_turns`` since they were measured last, until this run began."""
        tz = self._get_company()._crl_tz()
        return get_turns(
            schedule.local_day(min(self.mapped("date_refreshed")), tz),
            schedule.local_day(max(self.mapped("date_begun")), tz),
        )

    def _get_moments(self):
        """What a value rests on: names of dates that count only for some time, by
        model; ``None`` where that cannot be told, and everybody has to be measured.
        """
        self.ensure_one()
        if self.method:
            return MOMENTS.get(self.method)
        model = self._get_model()
        if model._name not in FOLLOWED or self.partner_path != "partner_id":
            return None
        moments = []
        if self.window_days:
            moment = self._check_date_field(model)
            if moment.type == "date":
                # a day comes into the window with the company's, not at a moment
                return None
            moments.append(moment.name)
        conditions = self._get_domain(model).iter_conditions()
        is_own = all(_is_own(model, condition) for condition in conditions)
        return {model._name: moments} if is_own else None

    def _get_moved(self, within):
        """The ids of customers whose values may be others than when these indicators
        were measured last; of each the moments are known.

        :param within: the customers asked for, as in ``_get_found_sql``
        """
        since = min(self.mapped("date_refreshed"))
        spans = {"res.partner": set()}
        for indicator in self:
            windows = {(since, fields.Datetime.now())}
            if indicator.window_days:
                windows.add((indicator._get_since(since), indicator._get_since()))
            for model, names in indicator._get_moments().items():
                spans.setdefault(model, set()).update(
                    (name, *window) for name in names for window in windows
                )
        rows = [
            self._get_new_sql(within, since - OVERLAP),
            self._get_dead_sql(within, since - OVERLAP),
        ]
        for model, moments in spans.items():
            path = "commercial_" * (model == "res.partner") + "partner_id"
            partner = SQL.identifier("r", path)
            rows.append(
                SQL(
                    "SELECT %s FROM %s r WHERE %s AND (r.write_date >= %s%s)",
                    partner,
                    SQL.identifier(self.env[model]._table),
                    within(partner),
                    since - OVERLAP,
                    SQL().join(
                        SQL(
                            " OR %(moment)s >= %(first)s AND %(moment)s < %(end)s",
                            moment=SQL.identifier("r", name),
                            first=first,
                            end=end,
                        )
                        for name, first, end in sorted(moments)
                    ),
                )
            )
        return [row[0] for row in self.env.execute_query(SQL(" UNION ").join(rows))]

    @api.model
    def _get_new_sql(self, within, since):
        """Customers who were none yet."""
        return SQL(
            """SELECT r.partner_id FROM crl_relationship r
                WHERE %s AND r.create_date >= %s""",
            within(SQL("r.partner_id")),
            since,
        )

    @api.model
    def _get_dead_sql(self, within, since):
        """Customers with an address that was found dead, be it with another customer.
        One that is tried again makes its own customer one who was written; the others
        are found when it is their turn."""
        return SQL(
            """SELECT p.commercial_partner_id FROM res_partner p
                WHERE %(within)s AND (p.email_normalized IN (%(dead)s)
                      OR p.phone_sanitized IN (%(dead)s))""",
            within=within(SQL("p.commercial_partner_id")),
            dead=SQL(
                """SELECT d.dead_address FROM crl_touchpoint d
                    WHERE d.dead_address IS NOT NULL AND d.write_date >= %s""",
                since,
            ),
        )

    # ---- At once ----

    @api.model
    def _follow(self, partners, models=FOLLOWED):
        """A contact closed, or a case changed: measure what is computed from these
        anew, in the same transaction. Of many customers the night is soon enough.

        :param models: names of what changed, which a bridge gives for its own
        """
        partners = partners.commercial_partner_id.filtered("crl_relationship_id")
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
        return self.env["crl.indicator.value"]._put_computed(
            self,
            get_within(partners.ids),
            self._get_monday() + timedelta(days=7),
            few=True,
        )

    @api.model
    def _values_changed(self, partners):
        """Let more follow from new values of customers, in the same transaction. The
        nightly run does not ask: what follows it comes after it, for all at once."""


def _is_own(model, condition):
    """Whether a condition of a filter says the same of a record until that is written:
    it is about a field of its own, and no day such as “today”."""
    field = model._fields.get(condition.field_expr)
    if field is None or not (field.store and field.column_type):
        return False
    if condition.operator in BEYOND:
        return False
    if field.type not in ("date", "datetime", "many2one"):
        return True
    value = condition.value
    values = value if isinstance(value, Iterable) else [value]
    return not any(isinstance(value, str) for value in values)
