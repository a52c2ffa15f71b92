from odoo import fields, models
from odoo.tools import format_date


class CrlEnrollment(models.Model):
    """A procedure that an order started, or ended."""

    _inherit = "crl.enrollment"

    order_id = fields.Many2one(
        "sale.order",
        "Started by Order",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
    )

    def _exit(self, reason, rule, state="exited"):
        result = super()._exit(reason, rule, state)
        if rule == "order":
            # who left because they ordered stands in a stage of their own
            for stage, enrollments in self.grouped(
                lambda enrollment: enrollment.cadence_id.order_stage_id
            ).items():
                if stage:
                    enrollments.stage_id = stage
                    self.env["crl.relationship"]._refresh(enrollments.partner_id, stage)
        return result

    def _follow_order(self, former):
        """Say which order began it; what was done for the order before it was cancelled
        and confirmed again is not done twice.

        :param former: enrollments that orders began before
        """
        self._log(
            "planned",
            "order",
            {
                e.id: self.env._(
                    "%(order)s, %(day)s.",
                    order=e.order_id.name,
                    day=format_date(self.env, e.date_start),
                )
                for e in self
            },
        )
        done = former.touchpoint_ids.filtered(lambda t: t.state == "done")
        done = {(t.enrollment_id.order_id, t.step_id) for t in done}
        self.touchpoint_ids.filtered(
            lambda t: (
                t.state == "planned" and (t.enrollment_id.order_id, t.step_id) in done
            )
        )._skip("order_done", "")
