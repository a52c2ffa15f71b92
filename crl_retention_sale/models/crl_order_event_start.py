from collections import Counter

from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crl_retention.tools import schedule

from .crl_purchase import MOST_AHEAD


class CrlOrderEvent(models.Model):
    """The procedures that orders start.

    One order starts a procedure once, however often it is confirmed. Who cannot enter,
    and an order that counts with the one before, get a line in the log that says why.
    """

    _inherit = "crl.order.event"

    @api.model
    def _get_triggers(self):
        """What starts procedures: ``{what they start with: kind of event}``. A bridge
        adds its own."""
        return {"first_order": "confirmed", "every_order": "confirmed"}

    def _get_moment(self):
        """The moment of the purchase, naive UTC: the procedure begins on its day."""
        self.ensure_one()
        if self.kind in ("confirmed", "changed"):
            return self.order_id.date_order
        return self.date

    def _get_day(self, moment):
        """A moment as a day on the company's clock."""
        self.ensure_one()
        return schedule.local_day(moment, self.company_id._crl_tz())

    def _react(self):
        result = super()._react()
        triggers = self._get_triggers()
        cadences = self.env["crl.cadence"].search(
            [("order_trigger", "in", [*triggers]), ("order_from", "!=", False)]
        )
        for cadence in cadences:
            asked = self._get_starting(triggers[cadence.order_trigger])
            meant = asked._filter_meant(cadence)._filter_in_time(cadence)
            # one after the other where a customer ordered more than once
            for events in meant._get_turns():
                events._start(cadence)
        return result

    # ---- Which orders ----

    def _filter_meant(self, cadence):
        """The events of orders a procedure is for, the last one of each order."""
        last = {
            event.order_id.id: event
            for event in self
            if cadence.company_id in (event.company_id, event.company_id.browse())
            and event._get_moment() >= cadence.order_from
        }
        if not last:
            return self.browse()
        try:
            domain = cadence._parse_order_domain()
        except ValidationError as error:
            # a field that is gone keeps nobody out of other procedures
            cadence._set_aside(error)
            asked = self.browse(event.id for event in last.values())
            asked._log_refused(cadence, dict.fromkeys(asked.partner_id, str(error)))
            return self.browse()
        cadence._set_right()
        meant = self.env["sale.order"].search(Domain("id", "in", [*last]) & domain)
        return self.browse(last[order.id].id for order in meant)

    def _filter_in_time(self, cadence):
        """Without the orders that were old when they were entered: nobody is thanked
        for what was imported, nor years from now for what was mistyped."""
        late = self.filtered(
            lambda e: e.date - e._get_moment() > e.company_id._crl_get_catch_up()
        )
        note = self.env._("It was old when it was entered.")
        late._log_refused(cadence, dict.fromkeys(late.partner_id, note))
        early = self.filtered(lambda e: e._get_moment() - e.date > MOST_AHEAD)
        note = self.env._("It is dated more than a year ahead.")
        early._log_refused(cadence, dict.fromkeys(early.partner_id, note))
        return self - late - early

    def _get_turns(self):
        """The events in the order of the purchases, each customer once a turn."""
        turns, seen = [], Counter()
        for event in self.sorted(lambda e: (e.order_id.date_order, e.order_id.id)):
            turn = seen[event.partner_id]
            seen[event.partner_id] += 1
            if turn == len(turns):
                turns.append(self.browse())
            turns[turn] += event
        return turns

    def _find_before(self, cadence):
        """The order before each, of the same customer at the same company:
        ``{order: order before}``, in one query."""
        counted = Domain("state", "=", "sale")
        if cadence._merges_orders():
            counted &= cadence._parse_order_domain()
        Order = self.env["sale.order"].with_context(active_test=False)
        query = Order._search(
            counted
            & Domain("company_id", "in", self.company_id.ids)
            & Domain("partner_id.commercial_partner_id", "in", self.partner_id.ids)
        )
        rows = self.env.execute_query(
            SQL(
                """SELECT o.id, before.id
                     FROM sale_order o
                     JOIN res_partner p ON p.id = o.partner_id
               CROSS JOIN LATERAL (
                          SELECT b.id FROM sale_order b
                            JOIN res_partner q ON q.id = b.partner_id
                           WHERE q.commercial_partner_id = p.commercial_partner_id
                             AND b.company_id = o.company_id AND b.id IN %s
                             AND (b.date_order, b.id) < (o.date_order, o.id)
                        ORDER BY b.date_order DESC, b.id DESC LIMIT 1) before
                    WHERE o.id IN %s""",
                query.subselect(),
                tuple(self.order_id.ids),
            )
        )
        return {Order.browse(order): Order.browse(before) for order, before in rows}

    # ---- What they start ----

    def _start(self, cadence):
        """Begin a procedure for customers, each with one order."""
        before = self._find_before(cadence)
        events = self.filtered(lambda event: event.order_id not in before)
        if cadence._merges_orders():
            events |= (self - events)._filter_apart(cadence, before)
        if not events:
            return
        Enrollment = self.env["crl.enrollment"]
        former = Enrollment.search(
            [
                ("order_id", "in", events.order_id.ids),
                ("cadence_id", "=", cadence.id),
            ]
        )
        # confirmed anew it begins anew, but what was gone through to the end
        over = former
        if self._get_triggers()[cadence.order_trigger] == "confirmed":
            over = former.filtered(lambda e: e.is_live or e.state == "completed")
        events = events.filtered(lambda event: event.order_id not in over.order_id)
        ending = events._find_ending(cadence)
        accepted, refused = Enrollment._sort_out(events.partner_id, cadence, ending)
        events._log_refused(cadence, refused)
        ending.filtered(lambda e: e.partner_id in accepted)._exit(
            self.env._("The customer bought again: it began anew."), "order_again"
        )
        entering = events.filtered(lambda event: event.partner_id in accepted)
        for company, own in entering.grouped("company_id").items():
            Enrollment._enroll(
                own.partner_id,
                cadence,
                company=company,
                values={e.partner_id: e._prepare_enrollment() for e in own},
            )._follow_order(former)

    def _filter_apart(self, cadence, before):
        """Those of the orders that are a purchase of their own: the pause since the
        one before is longer than the procedure counts as one."""
        notes = {}
        for event in self:
            order, former = event.order_id, before[event.order_id]
            day = event._get_day(order.date_order)
            days = (day - event._get_day(former.date_order)).days
            if days <= cadence.order_merge_days:
                notes[event.id] = self.env._(
                    "%(order)s follows %(before)s after %(days)s days: “%(cadence)s” "
                    "takes them for one purchase.",
                    order=order.name,
                    before=former.name,
                    days=days,
                    cadence=cadence.name,
                )
        merged = self.browse(notes)
        self.env["crl.touchpoint.log"]._log(merged, "skipped", "order_merged", notes)
        return self - merged

    def _find_ending(self, cadence):
        """The enrollments that these orders begin anew. One that rests, that a campaign
        dealt out, or of another company goes on."""
        Enrollment = self.env["crl.enrollment"]
        if not cadence._merges_orders() or cadence.reenroll == "never":
            return Enrollment
        running = Enrollment.search(
            [
                ("partner_id", "in", self.partner_id.ids),
                ("cadence_id", "=", cadence.id),
                ("state", "=", "running"),
                ("campaign_id", "=", False),
            ]
        )
        events = {event.partner_id: event for event in self}
        return running.filtered(
            lambda e: (
                e.company_id
                == (
                    e.partner_id.company_id
                    or cadence.company_id
                    or events[e.partner_id].company_id
                )
                and e.date_start
                < events[e.partner_id]._get_day(events[e.partner_id]._get_moment())
            )
        )

    def _log_refused(self, cadence, refused):
        notes = {
            event.id: self.env._(
                "%(order)s, “%(cadence)s”: %(reason)s",
                order=event.order_id.name,
                cadence=cadence.name,
                reason=refused[event.partner_id],
            )
            for event in self
            if event.partner_id in refused
        }
        self.env["crl.touchpoint.log"]._log(
            self.browse(notes), "skipped", "order", notes
        )

    def _prepare_enrollment(self):
        """What differs by order: the day, who sold it, and who ordered."""
        self.ensure_one()
        order, customer = self.order_id, self.partner_id
        day = self._get_day(self._get_moment())
        vals = {
            "order_id": order.id,
            "date_start": day,
            "date_cycle": day,
            "user_id": (customer.user_id or order.user_id).id,
        }
        person = order.partner_id
        if person != customer and person.active and (person.email or person.phone):
            vals["contact_id"] = person.id
        return vals
