from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class CrlDesk(models.AbstractModel):
    """Promises on a desk: shown, taken at a contact, and settled."""

    _inherit = "crl.desk"

    @api.model
    def open_case(self, case_id):
        """All a desk shows of a promise, or of another open case.

        :returns: ``{"case", "customer", "form": {"colleagues"}}``; ``case["chain"]``
            says who had a promise, has it and gets it, ``case["can_act"]`` whether the
            user may settle it
        """
        return self._show_case(self._find("crl.case", case_id))

    @api.model
    def settle_promise(self, case_id, verb, note=None, user_id=None, deadline=None):
        """Say what became of a promise.

        :param verb: 'keep', 'break', or 'hand_over' to a colleague
        :param deadline: of a part that is handed over (UTC)
        :returns: the promise as ``open_case`` shows it
        """
        case = self._find("crl.case", case_id)
        if verb == "keep":
            case.action_keep_promise(note)
        elif verb == "break":
            case.action_break_promise(note)
        elif verb == "hand_over":
            case.action_hand_over(user_id, note, deadline)
        else:
            raise ValidationError(self.env._("Keep it, break it, or hand it over."))
        # whoever handed it over may not see it any more
        may_see = case.has_access("read")
        return self._show_case(case) if may_see else False

    @api.model
    def _show_case(self, case):
        """:param case: one the user may see"""
        row = self._show_only(self._get_case_work(Domain("id", "=", case.id)))
        labels = case._get_labels("kind")
        return {
            "case": {
                **row,
                "kind": case.kind,
                "kind_text": labels[case.kind],
                "text": case.description or "",
                "deadline": self._show_moment(case.deadline),
                "late": case.is_late,
                "is_live": case._is_live(),
                "can_act": self._may_act(case),
                # who promised it, and who has it, is for every colleague to know
                "promised_by": case.sudo().taken_by_id.name or "",
                "chain": case.sudo()._get_chain(),  # as above
            },
            "customer": self._show_customer(
                case.partner_id, case.partner_id.browse(), row
            ),
            "form": {"colleagues": self._show_colleagues(case.company_id)},
        }

    @api.model
    def _take_promise(self, touchpoint, promise):
        """Write down what was promised to the customer."""
        if not promise:
            return
        if not isinstance(promise, dict):
            raise ValidationError(self.env._("This result cannot be read."))
        touchpoint.with_env(self.env).partner_id.crl_take_promise(
            promise.get("text"), promise.get("deadline"), promise.get("user_id")
        )
