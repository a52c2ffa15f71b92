from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from .crl_touchpoint import OUTCOMES
from .crl_touchpoint_verbs import RETRY_OUTCOMES

#: The outcomes each channel is offered; others keep all of them.
CHANNEL_OUTCOMES = {
    "call": ("reached", "no_answer", "call_back", "wrong_number", "refused"),
    "visit": ("reached", "absent", "call_back", "refused"),
    "letter": ("reached",),
}
#: A moment that is chosen while the form is filled in is past when it is sent.
SLACK = timedelta(minutes=5)


class CrlTouchpoint(models.Model):
    """The result of a contact, wherever it is written down: what is asked, what will
    follow, and taking it.

    An empty recordset stands for a contact that no procedure asked for.
    """

    _inherit = "crl.touchpoint"

    @api.model
    def _get_channel_outcomes(self, channel):
        """The outcomes a contact of this channel can have."""
        return CHANNEL_OUTCOMES.get(channel, [code for code, __ in OUTCOMES])

    def _asks_verdict(self):
        """Whether the customer's verdict is what the contact is for."""
        if not self or self.feedback_date:
            return False  # an ad hoc contact, or the customer has said it themselves
        return self._get_step().ask_feedback or bool(self.case_id)

    # ---- What will happen ----

    def _get_consequence(self, partner, outcome, verdict, date_next=False):
        """What follows from a result, as a sentence, or False.

        :param partner: whom the contact is with
        :param date_next: when the customer wants to be called back
        """
        if outcome == "reached":
            return self._get_verdict_consequence(partner, verdict)
        return self._get_outcome_consequence(outcome, date_next)

    def _get_outcome_consequence(self, outcome, date_next):
        if outcome in RETRY_OUTCOMES:
            step = self._get_step() if self else self.step_id
            most = step.retry_max if step else 2
            if self.attempt + 1 > most:
                return self.env._(
                    "This was try %s and the last: your team leader is told.",
                    self.attempt + 1,
                )
            tries = {"next": self.attempt + 2, "most": most + 1}
            days = step.retry_days if step else 1
            if days > 1:
                return self.env._(
                    "It comes back in %(days)s days, for try %(next)s of %(most)s.",
                    days=days,
                    **tries,
                )
            return self.env._(
                "It comes back tomorrow, for try %(next)s of %(most)s.", **tries
            )
        if outcome == "call_back" and not date_next:
            return self.env._("It comes back on the next working day.")
        if outcome == "wrong_number":
            return self.env._("The contact ends here: please correct the number.")
        return False

    def _get_verdict_consequence(self, partner, verdict):
        if verdict == "negative":
            return self._get_unhappy_consequence(partner)
        case = self.case_id
        if not case or not case._is_live():
            return False
        if verdict == "neutral":
            return self.env._("The case stays open until you close it.")
        if verdict == "positive":
            enrollment = case.enrollment_id
            if enrollment.state != "recovery":
                return self.env._("The case closes: the customer is recovered.")
            if enrollment._restarts_used_up():
                return self.env._(
                    "The case closes: the customer is recovered. The procedure began "
                    "anew often enough, so your manager decides how it goes on."
                )
            return self.env._(
                "The case closes: the customer is recovered, and the procedure begins "
                "anew."
            )
        return False

    def _get_unhappy_consequence(self, partner):
        company = self.company_id or self.env.company
        hours = company.sudo().crl_clock_hours  # may be another company's contact
        customer = partner.sudo().commercial_partner_id  # the contact was read before
        if self.case_id or customer.crl_relationship_id._has_complained():
            return self.env._(
                "The case goes on and its clock begins anew: the customer is to be "
                "visited within %s hours.",
                hours,
            )
        if customer.crl_enrollment_id:
            return self.env._(
                "A visit within %s hours is planned, your team leader is told, and the "
                "procedure waits until the customer is content.",
                hours,
            )
        return self.env._(
            "A visit within %s hours is planned, and your team leader is told.", hours
        )

    # ---- Taking it ----

    def _take_result(
        self,
        outcome,
        verdict,
        note,
        score=0,
        causes=None,
        date_next=False,
        answers=None,
    ):
        """Close a contact with its result, as the engine.

        Only who was reached has a verdict and answers, only who is unhappy a trouble.

        :param answers: as ``_read_answers`` takes them
        :param date_next: naive UTC moment of the next contact, as the customer wants it
        :raises UserError: without the verdict that was to be asked, or for a past date
        """
        self.ensure_one()
        reached = outcome == "reached"
        score = score if reached else 0
        verdict = (verdict or self._get_verdict(score)) if reached else False
        if reached and not verdict and self._asks_verdict():
            raise UserError(
                self.env._("What does the customer think? Choose a verdict.")
            )
        if date_next and date_next < fields.Datetime.now() - SLACK:
            raise UserError(self.env._("Choose a time still to come."))
        if reached:
            self._take_answers(answers)
        self._close(
            outcome, verdict, note, score, causes if verdict == "negative" else None
        )
        if date_next and self.state == "planned":
            self._reschedule(date_next)
        elif date_next:
            self._plan_agreed(date_next)

    @api.model
    def _take_attachments(self, partner, attachments):
        """Give the files of a result to the customer, and return their ids.

        :param attachments: as the user sees them, uploaded for this dialog
        """
        attachments.check_access("read")
        own = attachments.filtered(
            lambda attachment: (
                attachment.res_model in (False, "crl.touchpoint.result")
                and attachment.create_uid == self.env.user
            )
        )
        # whoever does the contact need not be allowed to change the customer
        own.sudo().write({"res_model": "res.partner", "res_id": partner.id})
        return attachments.ids

    def _plan_agreed(self, moment):
        """Plan the contact that was agreed at this one, outside any procedure."""
        agreed = self.create(
            {
                "partner_id": self.partner_id.id,
                "contact_id": self.contact_id.id,
                "company_id": self.company_id.id,
                "channel": self.channel,
                "purpose": self.purpose,
                "service_class": self.service_class,
                "user_id": self.user_id.id,
                "date_planned": moment,
                "date_due": moment,
                "is_fixed": True,
                "is_agreed": True,
                "subject": self.env._("As agreed: %s", self.title),
                "dedup_key": f"agreed:{self.id}",
            }
        )
        agreed._log("planned", "agreed", agreed._get_title())
        self.env["crl.relationship"]._refresh(agreed.partner_id)
