from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL


class ResPartner(models.Model):
    """What a customer may ask for: to be told what we hold (``res_partner_export.py``),
    and to have it erased."""

    _inherit = "res.partner"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_crl_history(self):
        """The database would refuse it too, in words nobody understands."""
        kept = (
            self.env["crl.relationship"]
            .sudo()  # also those of colleagues, and for who has no role here
            .search([("partner_id", "in", self.ids)], limit=1)
        )
        if kept:
            raise UserError(
                self.env._(
                    "%s has a history in Customer Retention, which counts: archive "
                    "the contact instead. What was said can be erased: Actions, "
                    "Retention Data.",
                    kept.partner_id.display_name,
                )
            )

    def _crl_check_privacy(self):
        """Check that the user may hand out and erase what customers said.

        :returns: the customers, as the engine sees them
        :raises AccessError: unless for a manager, in all companies that dealt with them
        """
        self.env["crl.actor"]._check_ids(self)
        self.check_access("read")
        if not self.env.user.has_group("crl_retention.crl_retention_group_manager"):
            raise AccessError(
                self.env._("Only a manager of Customer Retention may do this.")
            )
        # what everybody said counts, also to those the manager does not lead
        customers = self.commercial_partner_id.sudo()
        if customers._crl_get_dealing() - self.env.user.company_ids:
            raise AccessError(
                self.env._(
                    "Another company deals with this customer too: a manager who works "
                    "in both must do it."
                )
            )
        return customers

    def _crl_get_dealing(self):
        """The companies that dealt with customers. Addons add to it."""
        return (
            self.crl_enrollment_ids.company_id
            | self.crl_touchpoint_ids.company_id
            | self.crl_case_ids.company_id
        )

    def crl_erase_data(self):
        """Forget what customers said and what was said of them; what happened when
        stays, so that counts hold. Their procedures end and their open cases close.

        Erased are notes, words, reasons, the links of messages, and in the chatter the
        copies of our messages, results and cases. Who did it is in the log.
        """
        customers = self._crl_check_privacy()
        if not customers:
            return True
        reason = self.env._("Erased on demand.")
        customers.crl_enrollment_ids.filtered("is_live")._exit(reason, "erased")
        for case in customers.crl_case_ids.filtered(lambda case: case._is_live()):
            case._close("cancelled", reason)
        customers.crl_touchpoint_ids._cancel("erased", reason)
        messages = customers._crl_get_said()
        for model, name in (("mail.mail", "body_html"), ("sms.sms", "body")):
            self.env[model].sudo().search(  # checked above
                [("mail_message_id", "in", messages.ids)]
            )[name] = reason
        messages.write({"body": reason, "subject": False})
        customers.crl_case_ids.hand_ids.note = False
        self.env.flush_all()
        for table, emptied in (
            (
                "crl_touchpoint",
                "subject = NULL, note = NULL, letter_text = NULL, hold_reason = NULL, "
                "dead_address = NULL, access_token = NULL",
            ),
            ("crl_case", "description = NULL"),
            ("crl_enrollment", "exit_reason = NULL"),
            ("crl_campaign_member", "reason = NULL"),
            ("crl_campaign_answer", "value = NULL, number = NULL"),
            ("crl_indicator_value", "note = NULL"),
            ("crl_relationship", "override_reason = NULL"),
            ("crl_alert", "note = NULL"),
            # past the ORM, which lets nobody change a line
            ("crl_touchpoint_log", "note = NULL"),
            # the word itself stays: a no must be heeded for ever
            (
                "crl_consent",
                "note = NULL, text = NULL, lang = NULL, ip = NULL, address = NULL",
            ),
        ):
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s WHERE partner_id IN %s",
                    SQL.identifier(table),
                    SQL(emptied),
                    tuple(customers.ids),
                )
            )
        people = customers._crl_get_people()
        people.crl_away_until = False
        customers.crl_call_window_ids.unlink()
        self.env.cr.execute(
            SQL(
                """UPDATE mail_activity a
                      SET summary = NULL, note = NULL, feedback = NULL
                     FROM mail_activity_type k
                    WHERE k.id = a.activity_type_id
                      AND (a.automated
                       OR NOT a.active AND k.crl_channel IS NOT NULL)
                      AND a.res_model = 'res.partner' AND a.res_id IN %s""",
                tuple(people.ids),
            )
        )
        self.env.invalidate_all()
        self.env["crl.touchpoint.log"].sudo().create(  # the engine's record
            [
                {
                    "partner_id": partner.id,
                    "company_id": partner.company_id.id or self.env.company.id,
                    "decision": "erased",
                    "rule": "privacy",
                    "note": self.env._("By %s.", self.env.user.name),
                }
                for partner in customers
            ]
        )
        self.env["crl.relationship"].sudo()._refresh(customers)  # as above
        return True

    def _crl_get_people(self):
        """The customers and all their people, archived ones too."""
        return self.with_context(active_test=False).search(
            [("commercial_partner_id", "in", self.ids)]
        )

    def _crl_get_said(self):
        """Messages that tell what we wrote to customers and what was said of them: our
        messages, results of contacts, notices to colleagues, the chatter of cases."""
        cases = self.crl_case_ids
        promise = cases._get_activity_type()
        return self.env["mail.message"].search(
            [
                "|",
                "|",
                ("id", "in", self.crl_touchpoint_ids.mail_message_id.ids),
                "&",
                ("model", "=", "crl.case"),
                ("res_id", "in", cases.ids),
                "&",
                "&",
                ("model", "=", "res.partner"),
                ("res_id", "in", self._crl_get_people().ids),
                "|",
                "|",
                ("message_type", "=", "user_notification"),
                ("mail_activity_type_id.crl_channel", "!=", False),
                ("mail_activity_type_id", "=", promise.id),
            ]
        )
