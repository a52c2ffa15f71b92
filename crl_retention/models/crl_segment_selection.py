from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

#: Customers a filter can name one by one.
MOST_CHOSEN = 5000
#: Records the web client sends at most when all of a list are chosen.
MOST_SENT = 20000
#: The customer's field that leads to the records of a list.
PATHS = {
    "crl.relationship": "crl_relationship_id",
    "crl.touchpoint": "crl_touchpoint_ids",
    "crl.case": "crl_case_ids",
    "crl.alert": "crl_alert_ids",
    "crl.campaign.member": "crl_campaign_member_ids",
    "crl.campaign.answer": "crl_campaign_answer_ids",
}


class CrlSegment(models.Model):
    """Segments and campaigns of what somebody chose in a list, also in one that was
    opened from a figure of a report."""

    _inherit = "crl.segment"

    @api.model
    def _start_segment(self, records):
        """Open a new segment of the customers of the chosen records."""
        values = self._get_selection_values(records)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Segment"),
            "res_model": "crl.segment",
            "view_mode": "form",
            "views": [(False, "form")],
            "context": {f"default_{name}": value for name, value in values.items()},
        }

    @api.model
    def _start_campaign(self, records):
        """Make a segment of the customers of the chosen records, and open a new
        campaign on it."""
        return self.create(self._get_selection_values(records)).action_campaign()

    @api.model
    def _get_selection_values(self, records):
        """A segment of the chosen customers, as values: the filter of the list where
        all of it is chosen, so that the segment goes on living, else exactly these.

        :param records: customers, or records that have one
        :raises UserError: for none, or for more than a filter can name
        """
        is_partners = records._name == "res.partner"
        customers = (
            records if is_partners else records.partner_id
        ).commercial_partner_id
        if not customers:
            raise UserError(self.env._("Choose the customers."))
        day = format_date(self.env, fields.Date.context_today(self))
        name = self.env._("Chosen on %s", day)
        domain = self._get_chosen_filter(records)
        if domain is not None:
            return {
                "name": name,
                "domain": repr(domain),
                "description": self.env._(
                    "Whoever matches the filter of the list, also from now on."
                ),
            }
        if len(customers) > MOST_CHOSEN:
            raise UserError(
                self.env._(
                    "Choose %s customers at most, or write a filter.", MOST_CHOSEN
                )
            )
        return {
            "name": name,
            "domain": repr([("id", "in", customers.ids)]),
            "description": self.env._("Customers chosen for good: %s.", len(customers)),
        }

    @api.model
    def _get_chosen_filter(self, records):
        """The filter of the list as one on customers, where all of it was chosen.

        :returns: ``None`` where some were, or where no filter on customers says it
        """
        shown = self.env.context.get("active_domain")
        if not shown:
            return None
        if records._name == "res.partner":
            # people are no customers: theirs are named one by one
            path = "" if records == records.commercial_partner_id else None
        else:
            path = PATHS.get(records._name)
        partners = self.env["res.partner"]
        if (
            path is None
            or path
            and not partners._has_field_access(partners._fields[path], "read")
        ):
            return None
        if len(records) < MOST_SENT and len(records) != records.search_count(shown):
            return None
        return [(path, "any", shown)] if path else shown
