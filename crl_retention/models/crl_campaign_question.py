from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools.answers import AnswerError, read_answer, read_choices, say_number

KINDS = [
    ("text", "Text"),
    ("yes_no", "Yes or No"),
    ("choice", "Choice"),
    ("number", "Number"),
]


class CrlCampaignQuestion(models.Model):
    """What the operators of a campaign ask; its kind says what can be answered, and
    how the answers are counted."""

    _name = "crl.campaign.question"
    _description = "Question of a Campaign"
    _inherit = ["crl.sheet"]
    _order = "sequence, id"

    campaign_id = fields.Many2one(
        "crl.campaign", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="campaign_id.company_id")
    sequence = fields.Integer(default=10)
    name = fields.Char("Question", required=True)
    kind = fields.Selection(
        KINDS,
        default="text",
        required=True,
        help="Text is read one by one; the others can be counted.",
    )
    choices = fields.Text("Possible Answers", help="One a line.")

    @api.constrains("kind", "choices")
    def _check_choices(self):
        for question in self:
            if question.kind == "choice" and len(read_choices(question.choices)) < 2:
                raise ValidationError(
                    self.env._(
                        "Write at least two possible answers to “%s”, one a line.",
                        question.name,
                    )
                )

    def write(self, vals):
        for name in {"kind", "campaign_id"} & vals.keys():
            changed = self.filtered(
                lambda question, name=name: (
                    question._fields[name].convert_to_write(question[name], question)
                    != vals[name]
                )
            )
            for question in changed._filter_answered()[:1]:
                raise ValidationError(
                    self.env._(
                        "“%s” was answered already, so it stays of its kind: add "
                        "another question instead.",
                        question.name,
                    )
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_answered(self):
        for question in self._filter_answered()[:1]:
            raise UserError(
                self.env._("“%s” was answered already, so it stays.", question.name)
            )

    def _filter_answered(self):
        # sudo: whoever plans the campaign need not see the answers
        answers = self.env["crl.campaign.answer"].sudo()
        groups = answers._read_group(
            [("question_id", "in", self.ids), ("value", "!=", False)], ["question_id"]
        )
        answered = {question.id for (question,) in groups}
        return self.filtered(lambda question: question.id in answered)

    # ---- Asking, and what comes of it ----

    def _show(self):
        """Questions as the desk and the dialog ask them."""
        return [
            {
                "id": question.id,
                "name": question.name,
                "kind": question.kind,
                "choices": read_choices(question.choices),
            }
            for question in self
        ]

    def _read_answer(self, answer):
        """An answer as it is kept (see ``tools/answers.py``).

        :raises ValidationError: for what is no answer to this question
        """
        self.ensure_one()
        choices = read_choices(self.choices)
        try:
            return read_answer(self.kind, answer, choices)
        except AnswerError as error:
            texts = {
                "text": lambda: self.env._("Answer “%s” in words.", self.name),
                "yes_no": lambda: self.env._("Answer “%s” by yes or no.", self.name),
                "choice": lambda: self.env._(
                    "Choose one of the possible answers to “%(question)s”: "
                    "%(choices)s.",
                    question=self.name,
                    choices=", ".join(choices),
                ),
                "number": lambda: self.env._("Answer “%s” by a number.", self.name),
            }
            raise ValidationError(texts[self.kind]()) from error

    def _get_values(self, answer):
        """What is written of an answer: the same words for the same answer, whoever
        heard it and whatever their language."""
        self.ensure_one()
        if self.kind == "yes_no" and answer:
            env = self.with_context(lang=self.company_id.partner_id.lang).env
            answer = env._("Yes") if answer == "yes" else env._("No")
        if isinstance(answer, float):
            return {"value": say_number(answer), "number": answer}
        return {"value": answer or False}
