from odoo import models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from odoo.addons.crl_retention.tools import schedule


class CrlEnrollment(models.Model):
    """What becomes of a procedure when the order it began with is cancelled, taken
    back or another customer's: it goes on for the next order of the same purchase, or
    ends."""

    _inherit = "crl.enrollment"

    def _lose_order(self):
        reasons = {e: e._get_lost_text() for e in self}
        lost = self.filtered(lambda e: reasons[e])
        for cadence, enrollments in lost.grouped("cadence_id").items():
            heirs = enrollments._find_heirs()
            for enrollment in enrollments:
                enrollment._follow_heir(heirs.get(enrollment), reasons[enrollment])
            ended = enrollments.filtered(lambda e: not e.is_live)
            stage = self.env["crl.stage"]
            if cadence.is_main and cadence.order_trigger == "first_order":
                # no customer yet
                stage = stage.search([("kind", "=", "setup")], limit=1)
            self.env["crl.relationship"]._refresh(ended.partner_id, stage)

    def _get_lost_text(self):
        """Why the order is none of the customer's any more; '' while it is."""
        self.ensure_one()
        order = self.order_id
        if order.state != "sale":
            return self.env._("%s was cancelled.", order.name)
        if order.partner_id.commercial_partner_id != self.partner_id:
            return self.env._("%s is another customer's now.", order.name)
        if order._crl_is_taken_back():
            return self.env._("%s was taken back.", order.name)
        return ""

    def _find_heirs(self):
        """The first order that counts with each one lost: ``{enrollment: order}``, of
        the enrollments of one procedure, in one query."""
        cadence = self.cadence_id
        if cadence.order_trigger not in self.env["crl.order.event"]._get_triggers():
            return {}
        try:
            meant = cadence._parse_order_domain()
        except ValidationError as error:
            # which orders count is not known: nobody is thanked for the lost one
            cadence._set_aside(error)
            return {}
        orders = self.env["sale.order"].search(
            meant
            & Domain("state", "=", "sale")
            & Domain("partner_id.commercial_partner_id", "in", self.partner_id.ids)
            & Domain("company_id", "in", self.order_id.company_id.ids)
            & Domain("date_order", ">=", min(self.order_id.mapped("date_order")))
            & Domain("date_order", "<=", self.env["crl.purchase"]._get_latest_moment()),
            order="date_order, id",
        )
        heirs = {}
        for enrollment in self:
            lost = enrollment.order_id
            tz = lost.company_id._crl_tz()
            day = schedule.local_day(lost.date_order, tz)
            for order in orders - self.order_id:
                days = (schedule.local_day(order.date_order, tz) - day).days
                if (
                    order.partner_id.commercial_partner_id == enrollment.partner_id
                    and order.company_id == lost.company_id
                    and order.date_order >= lost.date_order
                    and (
                        not cadence._merges_orders() or days <= cadence.order_merge_days
                    )
                ):
                    heirs[enrollment] = order
                    break
        return heirs

    def _follow_heir(self, order, reason):
        self.ensure_one()
        if not order:
            self._exit(reason, "order_cancelled")
            return
        self.order_id = order
        self._log(
            "moved",
            "order",
            self.env._("%(reason)s %(order)s counts.", reason=reason, order=order.name),
        )
