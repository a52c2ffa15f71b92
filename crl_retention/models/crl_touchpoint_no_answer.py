from odoo import api, fields, models


class CrlTouchpoint(models.Model):
    """Who cannot be reached is written to, once, when the step names a text for it."""

    _inherit = "crl.touchpoint"

    tried_id = fields.Many2one(
        "crl.touchpoint",
        "After Trying",
        index="btree_not_null",
        ondelete="set null",
        help="The contact at which nobody answered.",
    )

    @api.depends("tried_id")
    def _compute_title(self):
        return super()._compute_title()

    def _get_title(self, channels=None):
        if self.tried_id:
            return self.env._("Nobody answered: %s", self.tried_id._get_title(channels))
        return super()._get_title(channels)

    def _get_template(self, name):
        """The text of a message.

        :param name: ``mail_template_id`` or ``sms_template_id``
        """
        self.ensure_one()
        if self.tried_id:
            return self.tried_id._get_step()[f"no_answer_{name}"]
        return self._get_step()[name]

    def _write_instead(self):
        """Plan the message for those who did not answer: now, and through the same door
        as every other. It is not planned again when the contact is tried anew."""
        self.ensure_one()
        step = self._get_step()
        media = [
            medium
            for medium, template in (
                ("email", step.no_answer_mail_template_id),
                ("sms", step.no_answer_sms_template_id),
            )
            if template
        ]
        key = f"no_answer:{self.id}"
        if not media or self.search_count([("dedup_key", "=", key)]):
            return
        now = fields.Datetime.now()
        message = self.create(
            {
                "partner_id": self.partner_id.id,
                "contact_id": self.contact_id.id,
                "company_id": self.company_id.id,
                "enrollment_id": self.enrollment_id.id,
                "cycle": self.cycle,
                "tried_id": self.id,
                "channel": "message" if len(media) > 1 else media[0],
                "purpose": step.purpose,
                "service_class": step.service_class,
                "user_id": self.user_id.id,
                "date_planned": now,
                "date_due": now if self.enrollment_id.state == "running" else False,
                "dedup_key": key,
            }
        )
        message._log("planned", "no_answer", message._get_title())


class CrlCadenceStep(models.Model):
    _inherit = "crl.cadence.step"

    no_answer_mail_template_id = fields.Many2one(
        "mail.template",
        "Email When Nobody Answers",
        domain=[("model", "=", "crl.touchpoint")],
        ondelete="restrict",
        help="Sent once, after the last try. Empty: none.",
    )
    no_answer_sms_template_id = fields.Many2one(
        "sms.template",
        "SMS When Nobody Answers",
        domain=[("model", "=", "crl.touchpoint")],
        ondelete="restrict",
        help="Sent once, after the last try. With both texts it is the one the "
        "customer prefers and can receive.",
    )
