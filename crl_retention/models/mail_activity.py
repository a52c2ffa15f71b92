from odoo import api, fields, models

from ..tools import schedule


class MailActivity(models.Model):
    """The hand of a contact: done, moved or given away here, it is there as well."""

    _inherit = "mail.activity"

    crl_touchpoint_ids = fields.One2many("crl.touchpoint", "activity_id", "Contact")
    crl_asks_result = fields.Boolean(compute="_compute_crl_asks_result")

    @api.model
    def _get_crl_types(self):
        """The usual activity type of each channel, as the end of its xml id."""
        return {
            "call": "mail_activity_type_call",
            "visit": "mail_activity_type_visit",
            "letter": "mail_activity_type_letter",
        }

    @api.depends("active", "res_model", "activity_type_id", "crl_touchpoint_ids")
    def _compute_crl_asks_result(self):
        live = self.filtered("active")
        for activity in self:
            activity.crl_asks_result = activity in live and (
                bool(activity.sudo().crl_touchpoint_ids)  # own activity, hidden contact
                or activity._crl_is_ad_hoc()
            )

    def _crl_is_ad_hoc(self):
        """Whether this is a contact with a customer that no procedure asked for."""
        self.ensure_one()
        if self.res_model != "res.partner" or not self.activity_type_id.crl_channel:
            return False
        # a colleague may do it who does not see the customer's relationship
        partner = self.env["res.partner"].sudo().browse(self.res_id).exists()
        return bool(partner.commercial_partner_id.crl_relationship_id)

    def _to_store_defaults(self, target):
        return [*super()._to_store_defaults(target), "crl_asks_result"]

    # ---- Done ----

    def action_done(self):
        if self._crl_needs_dialog():
            return self._crl_open_result()
        return super().action_done()

    def action_done_redirect_to_other(self):
        if self._crl_needs_dialog():
            return self._crl_open_result()
        return super().action_done_redirect_to_other()

    def action_done_schedule_next(self):
        if self._crl_needs_dialog():
            return self._crl_open_result()
        return super().action_done_schedule_next()

    def _crl_needs_dialog(self):
        return len(self) == 1 and self.crl_asks_result

    def _crl_open_result(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Result of the Contact"),
            "res_model": "crl.touchpoint.result",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_activity_id": self.id},
        }

    def _action_done(self, feedback=False, attachment_ids=False):
        if self.env.context.get("crl_engine"):
            return super()._action_done(
                feedback=feedback, attachment_ids=attachment_ids
            )
        # whoever may do the activity closes its contact, which only the engine writes
        touchpoints = self.sudo().crl_touchpoint_ids.filtered("is_live")
        touchpoints |= self.filtered(
            lambda a: a.active and not a.sudo().crl_touchpoint_ids and a._crl_is_ad_hoc()
        )._crl_create_touchpoints()
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        touchpoints.activity_id = False
        touchpoints._close("reached", False, feedback or "")
        return result

    def _crl_create_touchpoints(self):
        """Contacts outside any procedure, one for each activity."""
        vals_list = []
        for activity in self:
            partner = self.env["res.partner"].sudo().browse(activity.res_id)  # as above
            customer = partner.commercial_partner_id
            company = customer.company_id or self.env.company
            vals_list.append(
                {
                    "partner_id": customer.id,
                    "contact_id": partner.id if partner != customer else False,
                    "company_id": company.id,
                    "channel": activity.activity_type_id.crl_channel,
                    "user_id": (activity.user_id or self.env.user).id,
                    "date_planned": fields.Datetime.now(),
                    "state": "open",
                    "activity_id": activity.id,
                }
            )
        return self.env["crl.touchpoint"].sudo().create(vals_list)  # engine's record

    # ---- Moved, given away ----

    def write(self, vals):
        result = super().write(vals)
        if not self.env.context.get("crl_engine") and (
            "date_deadline" in vals or "user_id" in vals
        ):
            self._crl_follow(vals)
        return result

    def _crl_follow(self, vals):
        """What a user changes on the activity holds for the contact."""
        # the contact is the engine's record; the user may change the activity
        for touchpoint in self.sudo().crl_touchpoint_ids.filtered("is_live"):
            activity = touchpoint.activity_id
            if "date_deadline" in vals:
                tz = touchpoint.user_id.tz or touchpoint.company_id._crl_tz()
                start = activity.calendar_event_id.start
                day = schedule.local_day(touchpoint.date_planned, tz)
                if start and start != touchpoint.date_planned:
                    touchpoint._follow_activity(start)
                elif not start and day != activity.date_deadline:
                    touchpoint._follow_activity(
                        schedule.utc_at(activity.date_deadline, 9.0, tz)
                    )
            if vals.get("user_id") and touchpoint.user_id != activity.user_id:
                touchpoint.user_id = activity.user_id
                touchpoint._log(
                    "moved",
                    "owner",
                    self.env._("%s takes over.", activity.user_id.name),
                )
