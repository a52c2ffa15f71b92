from odoo import models


class CrlSegment(models.Model):
    """What a segment is used for: mailings, campaigns, procedures, lists."""

    _inherit = "crl.segment"

    def _get_one(self):
        self.env["crl.actor"]._check_one(self)
        return self

    def _get_audience(self):
        """The segment as a filter on customers that stays alive, for other records."""
        self.ensure_one()
        return [("crl_segment_ids", "in", self.ids)]

    def _get_mailing_audience(self):
        """Whom a mailing of the segment goes to: not who is held out of a campaign on
        it while that runs."""
        held = [
            ("state", "=", "held_out"),
            ("campaign_id.segment_id", "=", self.id),
            ("campaign_id.state", "=", "released"),
        ]
        return [*self._get_audience(), ("crl_campaign_member_ids", "not any", held)]

    def action_refresh(self):
        """See now who entered and who left."""
        self._get_one().check_access("write")
        self._refresh()
        return True

    def action_customers(self):
        self._get_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "res.partner",
            "view_mode": "list,kanban,form",
            "views": [(False, "list"), (False, "kanban"), (False, "form")],
            "domain": self._get_audience(),
        }

    def action_log(self):
        self._get_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crl_retention.crl_segment_member_action"
        )
        action["domain"] = [("segment_id", "=", self.id)]
        # whatever the button asks for
        action["context"] = dict(self.env.context)
        return action

    def action_mail(self):
        """Open Odoo's mass mailing on the segment."""
        return self._get_one()._mail_to_segment("mail")

    def action_sms(self):
        """Open Odoo's mass SMS on the segment."""
        return self._get_one()._mail_to_segment("sms")

    def _mail_to_segment(self, kind):
        return self._get_mailing(self.name, self._get_mailing_audience(), kind)

    def _get_mailing(self, subject, audience, kind, utm=None):
        """Odoo's own mailing form, filled in. Who is not to be contacted is left out;
        blacklists and opt-outs are Odoo's to heed.

        :param audience: domain on customers
        :param kind: 'mail' or 'sms'
        :param utm: the ``utm.campaign`` it counts for
        """
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Mail") if kind == "mail" else self.env._("SMS"),
            "res_model": "mailing.mailing",
            "view_mode": "form",
            "views": [(False, "form")],
            "context": {
                "default_mailing_type": kind,
                "default_subject": subject,
                "default_mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
                "default_mailing_domain": repr(
                    [*audience, ("crl_do_not_contact", "=", False)]
                ),
                "default_campaign_id": utm.id if utm else False,
            },
        }

    def action_campaign(self):
        """Open a new campaign on the segment."""
        self._get_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Campaign"),
            "res_model": "crl.campaign",
            "view_mode": "form",
            "views": [(False, "form")],
            "context": {
                "default_segment_id": self.id,
                "default_name": self.name,
                "default_company_id": (self.company_id or self.env.company).id,
            },
        }

    def action_enroll(self):
        """Open the enrollment dialog on the segment."""
        self._get_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Enroll Customers"),
            "res_model": "crl.enroll",
            "view_mode": "form",
            "target": "new",
            "context": {"default_segment_id": self.id},
        }

    def action_favorite(self):
        """Put the segment among the user's favorites, in the lists of customers."""
        self._get_one()
        Filter = self.env["ir.filters"]
        for model, path in (
            ("res.partner", "crl_segment_ids"),
            ("crl.relationship", "partner_id.crl_segment_ids"),
        ):
            vals = {
                "name": self.name,
                "model_id": model,
                "domain": repr([(path, "in", self.ids)]),
                "user_ids": self.env.user.ids,
            }
            known = [(name, "=", vals[name]) for name in ("model_id", "domain")]
            if not Filter.search_count([*known, ("user_ids", "in", self.env.uid)]):
                Filter.create(vals)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "“%s” is among your favorites in the lists of customers.", self.name
                ),
            },
        }
