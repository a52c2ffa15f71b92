from odoo import fields, models
from odoo.exceptions import ValidationError

from ..tools.answers import join_answer


class CrlTouchpoint(models.Model):
    """The questions of the campaign a contact belongs to, and what was answered."""

    _inherit = "crl.touchpoint"

    answer_ids = fields.One2many(
        "crl.campaign.answer", "touchpoint_id", domain=[("value", "!=", False)]
    )

    def _get_questions(self):
        """What is asked at the contact: nothing the customer has answered at another
        contact of the campaign."""
        questions = self.campaign_id.question_ids
        if not questions:
            return questions
        answers = self.env["crl.campaign.answer"].search(
            [
                ("question_id", "in", questions.ids),
                ("partner_id", "=", self.partner_id.id),
                ("touchpoint_id", "!=", self.id),
                ("value", "!=", False),
            ]
        )
        return questions - answers.question_id

    def _read_answers(self, answers):
        """The answers, checked: ``{question: answer}`` of all that is asked, and of
        what was answered to a colleague while this one was on the phone.

        :param answers: ``{question id: answer}``, ids may be text, as JSON has it; or
            a list in the order of the questions
        :raises ValidationError: for what is no answer
        """
        answers = answers or {}
        if not isinstance(answers, dict | list):
            raise ValidationError(self.env._("This result cannot be read."))
        questions = self._get_questions()
        if isinstance(answers, list):
            answers = dict(zip(questions.ids, answers, strict=False))
        answers = {self._read_id(number): said for number, said in answers.items()}
        read = {
            question: question._read_answer(answers.get(question.id))
            for question in self.campaign_id.question_ids
        }
        return {
            question: answer
            for question, answer in read.items()
            if question in questions or answer is not None
        }

    def _take_answers(self, answers):
        """Write down what was answered, and what was asked in vain: once for each
        question and customer, but for what two colleagues heard at the same time.

        :param answers: as ``_read_answers`` takes them
        """
        answers = self._read_answers(answers)
        if not answers:
            return
        Answer = self.env["crl.campaign.answer"]
        Answer.search(
            [
                ("question_id", "in", [question.id for question in answers]),
                ("partner_id", "=", self.partner_id.id),
                ("value", "=", False),
            ]
        ).unlink()
        Answer.create(
            [
                {
                    "question_id": question.id,
                    "touchpoint_id": self.id,
                    "partner_id": self.partner_id.id,
                    "user_id": self.env.uid,
                    **question._get_values(answer),
                }
                for question, answer in answers.items()
            ]
        )

    def _tell_answers(self):
        """What was answered at contacts: ``{contact id: a line for each}``."""
        answers = self.env["crl.campaign.answer"].search(
            [
                ("touchpoint_id", "in", self.filtered("campaign_id").ids),
                ("value", "!=", False),
            ]
        )
        # sudo: who reads an answer reads what was asked
        told_by_contact = answers.sudo().grouped("touchpoint_id")
        return {
            touchpoint.id: "\n".join(
                join_answer(answer.question_id.name, answer.value) for answer in told
            )
            for touchpoint, told in told_by_contact.items()
        }

    def _finish_activities(self, note):
        """The customer's chatter tells the answers after the note."""
        answers = self._tell_answers() if self.campaign_id else {}
        for touchpoint in self.filtered(lambda t: t.id in answers):
            lines = [note, answers[touchpoint.id]]
            super(CrlTouchpoint, touchpoint)._finish_activities(
                "\n".join(filter(None, lines))
            )
        return super(
            CrlTouchpoint, self.filtered(lambda t: t.id not in answers)
        )._finish_activities(note)
