from odoo import models


class MailActivity(models.Model):
    """Many contacts that are done in one go, as a pile of letters that was posted."""

    _inherit = "mail.activity"

    def _crl_finish(self, feedback):
        """Mark the activities of contacts as done.

        Odoo's own way takes four queries and a message after the other for each
        activity; here those it would only write a line for into the customer's chatter
        are done at once.
        """
        quiet = self._crl_filter_quiet()
        quiet._crl_write_lines(feedback)
        quiet.action_archive()
        if feedback:
            quiet.feedback = feedback
        rest = self - quiet
        if rest:
            rest._action_done(feedback=feedback)

    def _crl_filter_quiet(self):
        """Those of whose end nobody is told and nothing follows: no files, no meeting,
        no next activity, and nobody who follows what becomes of activities."""
        if len(self) < 2 or self.env.context.get("crl_attachment_ids"):
            return self.browse()
        files = self.env["ir.attachment"].search_fetch(
            [("res_model", "=", self._name), ("res_id", "in", self.ids)], ["res_id"]
        )
        told = self.env["mail.followers"].search_fetch(
            [
                ("res_model", "=", "res.partner"),
                ("res_id", "in", self.mapped("res_id")),
                ("subtype_ids", "=", self._crl_get_subtype_id()),
            ],
            ["res_id"],
        )
        with_files, customers = set(files.mapped("res_id")), set(told.mapped("res_id"))
        return self.filtered(
            lambda activity: (
                activity.res_model == "res.partner"
                and activity.chaining_type != "trigger"
                and not activity.calendar_event_id
                and activity.id not in with_files
                and activity.res_id not in customers
            )
        )

    def _crl_get_subtype_id(self):
        return self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_activities")

    def _crl_write_lines(self, feedback):
        """Write into each customer's chatter what was done, as Odoo does it one by one.

        Activities that say the same are rendered once.
        """
        customers = self.env["res.partner"].browse(self.mapped("res_id"))
        author = self.env.user.partner_id
        subtype_id = self._crl_get_subtype_id()
        bodies, vals_list = {}, []
        domains = customers._mail_get_alias_domains(default_company=self.env.company)
        companies = customers._mail_get_companies(default=self.env.company)
        replies = customers._notify_get_reply_to(
            default=author.email_formatted, author_id=author.id
        )
        for activity in self:
            # what the template reads
            said = (
                activity.activity_type_id,
                activity.summary,
                activity.note,
                activity.user_id,
            )
            if said not in bodies:
                bodies[said] = self.env["ir.qweb"]._render(
                    "mail.message_activity_done",
                    {
                        "activity": activity,
                        "feedback": feedback,
                        "display_assignee": activity.user_id != self.env.user,
                    },
                )
            customer_id = activity.res_id
            vals_list.append(
                {
                    "author_id": author.id,
                    "email_from": author.email_formatted,
                    "model": "res.partner",
                    "res_id": customer_id,
                    "body": bodies[said],
                    "message_type": "notification",
                    "subtype_id": subtype_id,
                    "mail_activity_type_id": activity.activity_type_id.id,
                    "email_add_signature": True,
                    "record_alias_domain_id": domains[customer_id].id,
                    "record_company_id": companies[customer_id].id,
                    "reply_to": replies[customer_id],
                }
            )
        self.env["res.partner"]._message_create(vals_list)
