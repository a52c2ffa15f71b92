import re
import secrets

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import schedule
from ..tools.text import clean_words
from .crl_case import VISIT_KINDS

_TOKEN = re.compile(r"\A[A-Za-z0-9_-]{16,64}\Z")


class CrlTouchpoint(models.Model):
    """What customers say: the answer on the page, and any verdict from anywhere."""

    _inherit = "crl.touchpoint"

    @api.model
    def _find_by_token(self, token):
        """The contact a feedback link belongs to, or none."""
        if not isinstance(token, str) or not _TOKEN.match(token):
            return self.browse()
        return self.search([("access_token", "=", token)], limit=1)

    def _ensure_token(self):
        """Give contacts their link: 128 bits that nobody can guess."""
        for touchpoint in self.filtered(lambda t: not t.access_token):
            touchpoint.access_token = secrets.token_urlsafe(16)

    def _count_answers(self):
        """How many answers the link has taken."""
        self.ensure_one()
        return self.env["crl.touchpoint.log"].search_count(
            [("touchpoint_id", "=", self.id), ("decision", "=", "answered")]
        )

    def _get_promised_date(self):
        """The day until which an unhappy customer hears from us, while it is ahead."""
        self.ensure_one()
        if self.verdict != "negative":
            return False
        case = self.env["crl.case"].search(
            [
                ("partner_id", "=", self.partner_id.id),
                ("kind", "in", VISIT_KINDS),
                ("state", "in", ("open", "planned")),
                ("deadline", ">=", fields.Datetime.now()),
            ],
            limit=1,
        )
        tz = self._get_person()._crl_tz(self.company_id)
        return case and schedule.local_day(case.deadline, tz)

    def _register_answer(self, verdict, causes=None, words=""):
        """Take an answer from the feedback page.

        The first answer is the customer's verdict and stays; later ones are appended
        to the log, and the owner is told. A trouble that is ticked counts as unhappy,
        whatever the face. A so-so answer with words asks the owner to read them.

        :returns: 'recorded' for the first answer, 'appended' for a later one
        """
        self.ensure_one()
        # what follows is the engine's doing, not the anonymous visitor's
        self = self.with_user(api.SUPERUSER_ID)  # noqa: PLW0642
        verdict = self._check_choice("verdict", verdict)
        if not verdict:
            raise ValidationError(self.env._("Choose one of the faces."))
        causes = causes or self.env["crl.case.cause"]
        words = clean_words(words)
        face = dict(self._fields["verdict"]._description_selection(self.env))[verdict]
        note = " – ".join(filter(None, [face, ", ".join(causes.mapped("name")), words]))
        # one answer at a time, so that two at once cannot both be the first
        self.lock_for_update()
        self.invalidate_recordset(["verdict", "feedback_date"])
        first = not self.feedback_date
        self._log("answered", "first" if first else "later", note)
        if not first:
            self._tell_owner(
                self.env._("%(customer)s adds: %(note)s",
                           customer=self.partner_id.name, note=note)
            )  # fmt: skip
            return "appended"
        if causes:
            verdict = "negative"
        self.write(
            {
                "verdict": verdict,
                "cause_ids": causes.ids,
                "note": words or False,
                "feedback_date": fields.Datetime.now(),
            }
        )
        self._judge(verdict, words or ", ".join(causes.mapped("name")))
        if verdict == "neutral" and words:
            self._ask_owner_to_read(words)
        self.env["crl.relationship"]._refresh(self.partner_id)
        return "recorded"

    def _write_result(self, vals):
        """Write a rep's result; what the customer answered by the link stays theirs."""
        answered = self.filtered("feedback_date")
        (self - answered).write(vals)
        own = ("cause_ids", "note", "score", "verdict")
        answered.write({name: vals[name] for name in vals if name not in own})

    def _judge_result(self, verdict, words):
        """Let follow from a rep's result what has not followed from the customer's own
        answer: a visit of theirs is held now, or the rep heard worse."""
        answered = self.filtered("feedback_date")
        (self - answered)._judge(verdict, words)
        for touchpoint in answered:
            if verdict == "negative" != touchpoint.verdict:
                touchpoint._judge(verdict, words)
            for case in touchpoint.case_id:
                case._visited(touchpoint, touchpoint.verdict, touchpoint.note)

    def _judge(self, verdict, words):
        """The single entry for verdicts: what each leads to."""
        for touchpoint in self.filtered("case_id"):
            touchpoint.case_id._visited(touchpoint, verdict, words)
        if verdict == "negative":
            for touchpoint in self:
                self.env["crl.case"]._hear(touchpoint, words)

    def _ask_owner_to_read(self, words):
        self.ensure_one()
        owner = self._find_owner()
        if owner:
            self.partner_id.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=(owner.crl_cover_id or owner).id,
                summary=self.env._("So-so answer: is there something to repair?"),
                note=words,
            )
