from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

#: Customers a filter can name one by one.
MOST_CHOSEN = 5000


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

    # ---- From a selection ----

    @api.model
    def _get_selection_values(self, partners):
        """A segment of exactly these customers, as values.

        :raises UserError: for none, or for more than a filter can name
        """
        customers = partners.commercial_partner_id
        if not customers:
            raise UserError(self.env._("Choose the customers."))
        if len(customers) > MOST_CHOSEN:
            raise UserError(
                self.env._(
                    "Choose %s customers at most, or write a filter.", MOST_CHOSEN
                )
            )
        day = format_date(self.env, fields.Date.context_today(self))
        return {
            "name": self.env._("Chosen on %s", day),
            "domain": repr([("id", "in", customers.ids)]),
        }

    @api.model
    def _start_segment(self, partners):
        """Open a new segment of the chosen customers."""
        values = self._get_selection_values(partners)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Segment"),
            "res_model": "crl.segment",
            "view_mode": "form",
            "views": [(False, "form")],
            "context": {f"default_{name}": value for name, value in values.items()},
        }

    @api.model
    def _start_campaign(self, partners):
        """Make a segment of the chosen customers, and open a new campaign on it."""
        return self.create(self._get_selection_values(partners)).action_campaign()
