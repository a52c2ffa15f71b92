from odoo import models


class CrlOrderEvent(models.Model):
    """Orders that are cancelled or given back, as a sign that somebody is not content.

    What follows is the company's choice: nothing but the indicator, a call, or a case.
    """

    _inherit = "crl.order.event"

    def _react(self):
        result = super()._react()
        asked = self.filtered(
            lambda e: e.company_id.crl_return_reaction in ("call", "case")
        )
        returned = asked.filtered(lambda e: e.kind == "returned")
        back = returned.order_id._crl_filter_given_back() if returned else ()
        bad = returned.filtered(lambda e: e.order_id in back) | asked.filtered(
            lambda e: e.kind == "cancelled" and e.order_id.state == "cancel"
        )
        for (company, customer), events in bad.grouped(
            lambda event: (event.company_id, event.partner_id.commercial_partner_id)
        ).items():
            events._answer(company, customer)
        return result

    def _answer(self, company, customer):
        """Ask a customer what was wrong, once for all these orders."""
        if company.crl_return_reaction == "case":
            text = self._get_return_text()
            live = customer.crl_case_ids.filtered(lambda case: case._is_live())
            # the goods come back, then the money
            if not any(text in (case.description or "") for case in live):
                no_contact = self.env["crl.touchpoint"]
                self.env["crl.case"]._hear(no_contact, text, customer, company)
            return
        rows = self.env["crl.relationship"]._ensure(customer)
        owner = customer._crl_get_owner(company)
        # in the words of whoever does it
        subject = self.with_context(lang=owner.lang)._get_return_text()
        planned = self.env["crl.touchpoint"].search_count(
            [
                ("partner_id", "=", customer.id),
                ("channel", "=", "call"),
                ("state", "in", ("planned", "open")),
                ("subject", "=", subject),
            ],
            limit=1,
        )
        if not planned:
            rows._plan_contact("call", subject, "returned", "", company)

    def _get_return_text(self):
        return " ".join(
            self.env._("%s was cancelled: ask why.", event.order_id.name)
            if event.kind == "cancelled"
            else self.env._("%s was given back: ask why.", event.order_id.name)
            for event in self.sorted("id").grouped("order_id").values()
            for event in event[-1:]
        )
