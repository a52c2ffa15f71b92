import re

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .test_campaign import CampaignCase

QUESTIONS = (
    {"name": "Which dough?"},
    {"name": "An electric oven?", "kind": "yes_no"},
    {"name": "Which oven?", "kind": "choice", "choices": "Gas\nElectric\n\n Wood "},
    {"name": "Pizzas a day", "kind": "number"},
)


class AnswerCase(CampaignCase):
    """A campaign with a question of each kind, in the middle of its calls."""

    def released(self, **values):
        questions = [Command.create(question) for question in QUESTIONS]
        campaign = self.new_campaign(question_ids=questions, **values)
        campaign.action_release()
        self.at("2026-03-06 12:00:00")
        self.run_cron()
        self.dough, self.electric, self.oven, self.pizzas = campaign.question_ids.sudo()
        return campaign.sudo()

    def finish(self, call, answers, **result):
        """As the desk of whoever was dealt the call."""
        return (
            self.env["crl.desk"]
            .with_user(call.user_id)
            .finish(
                call.id, {"verdict": "positive", "answers": answers, **result}, False
            )
        )

    def told(self, call):
        return {
            answer.question_id: answer.value
            for answer in self.env["crl.campaign.answer"].search(
                [("touchpoint_id", "=", call.id)]
            )
        }


@tagged("post_install", "-at_install")
class TestCampaignAnswer(AnswerCase):
    """What a campaign finds out, so that it can be counted."""

    def test_each_kind_is_kept_as_it_is_counted(self):
        campaign = self.released()
        first, second, third = campaign.member_ids.touchpoint_id[:3]
        self.finish(
            first,
            {
                str(self.dough.id): " Rye ",
                str(self.electric.id): "yes",
                str(self.oven.id): "Wood",
                str(self.pizzas.id): 180,
            },
            note="In a hurry",
        )
        self.assertEqual(
            self.told(first),
            {
                self.dough: "Rye",
                self.electric: "Yes",
                self.oven: "Wood",
                self.pizzas: "180",
            },
        )
        answer = first.answer_ids[0]
        self.assertEqual(answer.partner_id, first.partner_id)
        self.assertEqual(answer.user_id, first.user_id)
        self.assertEqual(answer.company_id, campaign.company_id)
        self.assertEqual(str(answer.date), "2026-03-06 12:00:00")
        self.assertEqual(first.note, "In a hurry")
        # in the order of the questions, as other systems may send them; 0 is an answer
        self.finish(second, ["", "no", "", 0])
        self.assertEqual(
            self.told(second),
            {
                self.dough: False,
                self.electric: "No",
                self.oven: False,
                self.pizzas: "0",
            },
        )
        # who was not reached was asked nothing
        self.finish(third, ["Rye"], outcome="no_answer")
        self.assertFalse(self.told(third))
        groups = self.env["crl.campaign.answer"].formatted_read_group(
            [("campaign_id", "=", campaign.id), ("value", "!=", False)],
            ["question_id"],
            ["__count", "number:avg"],
        )
        figures = {
            row["question_id"][0]: (row["__count"], row["number:avg"]) for row in groups
        }
        self.assertEqual(figures[self.pizzas.id], (2, 90))
        self.assertEqual(figures[self.electric.id][0], 2)
        self.assertEqual(campaign.answer_count, 6)

    def test_the_same_answer_whatever_the_operators_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        campaign = self.released()
        call = campaign.member_ids.touchpoint_id[0]
        call.user_id.sudo().lang = "fr_FR"
        self.finish(call, ["", "yes"])
        self.assertEqual(self.told(call)[self.electric], "Yes")

    def test_wrong_answers_are_refused_with_the_result(self):
        campaign = self.released()
        call = campaign.member_ids.touchpoint_id[0]
        for answers, words in (
            ("yes", "cannot be read"),
            (["Rye", "maybe"], "“An electric oven?” by yes or no"),
            (["Rye", "", "Coal"], "answers to “Which oven?”: Gas, Electric, Wood"),
            ({str(self.pizzas.id): "many"}, "“Pizzas a day” by a number"),
            ({str(self.pizzas.id): float("nan")}, "by a number"),
            ({str(self.dough.id): ["Rye"]}, "“Which dough?” in words"),
        ):
            with (
                self.subTest(answers=answers),
                self.assertRaisesRegex(ValidationError, re.escape(words)),
                self.env.cr.savepoint(),
            ):
                self.finish(call, answers)
        self.assertEqual(call.state, "open")
        self.assertFalse(self.told(call))

    def test_the_dialog_asks_too(self):
        campaign = self.released()
        call = campaign.member_ids.touchpoint_id[0]
        Result = self.env["crl.touchpoint.result"].with_user(call.user_id)
        result = Result.create({"touchpoint_id": call.id, "verdict": "positive"})
        self.assertEqual(
            [question["name"] for question in result.questions],
            [question["name"] for question in QUESTIONS],
        )
        self.assertEqual(result.questions[2]["choices"], ["Gas", "Electric", "Wood"])
        self.assertFalse(result.note)
        self.assertIn("Good morning", result.script)
        result.answers = {str(self.dough.id): "Rye", str(self.pizzas.id): 12.5}
        result.action_confirm()
        told = self.told(call)
        self.assertEqual((told[self.dough], told[self.pizzas]), ("Rye", "12.5"))
        self.assertFalse(call.note)

    def test_answers_stand_in_the_chatter_and_on_the_timeline_once(self):
        campaign = self.released()
        call = campaign.member_ids.touchpoint_id[0]
        partner = call.partner_id
        self.finish(call, ["<b>Rye</b>", "yes", "", 180], note="In a hurry")
        bodies = "".join(partner.message_ids.mapped("body"))
        for words in (
            "In a hurry",
            "Which dough? &lt;b&gt;Rye&lt;/b&gt;",
            "An electric oven? Yes",
            "Pizzas a day: 180",
        ):
            self.assertEqual(bodies.count(words), 1, words)
        rows = partner.with_user(call.user_id).crl_get_timeline()
        texts = [row["text"] for row in rows if "Rye" in (row.get("text") or "")]
        self.assertEqual(
            texts,
            [
                "In a hurry\nWhich dough? <b>Rye</b>\nAn electric oven? Yes\n"
                "Pizzas a day: 180"
            ],
        )

    def test_nobody_is_asked_twice(self):
        """A procedure has many contacts: what was answered at one is not asked at the
        next, what was not is, and each question counts once for a customer."""
        campaign = self.released(cadence_id=self.cadence.id)
        enrollment = campaign.member_ids.enrollment_id[0]
        calls = enrollment.touchpoint_ids.filtered(lambda t: t.channel == "call")
        first, second = calls.sorted("date_planned")[:2]
        self.finish(first, ["Rye", "", "Gas"])
        shown = self.env["crl.desk"].with_user(second.user_id).open_contact(second.id)
        self.assertEqual(
            [question["name"] for question in shown["form"]["questions"]],
            ["An electric oven?", "Pizzas a day"],
        )
        self.finish(second, ["no"])
        answers = self.env["crl.campaign.answer"].search(
            [("partner_id", "=", enrollment.partner_id.id)]
        )
        self.assertEqual(
            {answer.question_id: answer.value for answer in answers},
            {
                self.dough: "Rye",
                self.electric: "No",
                self.oven: "Gas",
                self.pizzas: False,
            },
        )
        self.assertEqual(len(answers), 4)

    def test_what_two_hear_at_once_is_kept(self):
        """Another contact of the customer was closed while this one was on the phone,
        or its result lay in the browser: nothing that was typed is lost."""
        campaign = self.released(cadence_id=self.cadence.id)
        enrollment = campaign.member_ids.enrollment_id[0]
        calls = enrollment.touchpoint_ids.filtered(lambda t: t.channel == "call")
        first, second = calls.sorted("date_planned")[:2]
        dough, oven = str(self.dough.id), str(self.oven.id)
        self.finish(first, {dough: "Rye", oven: "Gas"})
        self.finish(second, {dough: "Spelt", oven: ""})
        self.assertEqual(self.told(first), {self.dough: "Rye", self.oven: "Gas"})
        self.assertEqual(
            self.told(second),
            {self.dough: "Spelt", self.electric: False, self.pizzas: False},
        )

    def test_who_was_not_reached_can_have_said_nothing_wrong(self):
        campaign = self.released()
        call = campaign.member_ids.touchpoint_id[0]
        Result = self.env["crl.touchpoint.result"].with_user(call.user_id)
        answers = {str(self.pizzas.id): "many"}
        result = Result.create({"touchpoint_id": call.id, "answers": answers})
        result.outcome = "no_answer"
        result.action_confirm()
        self.assertEqual(call.outcome, "no_answer")
        self.assertFalse(self.told(call))

    # ---- Questions ----

    def test_what_was_answered_stays_of_its_kind(self):
        campaign = self.released()
        self.finish(campaign.member_ids.touchpoint_id[0], ["Rye"])
        planned = campaign.with_user(self.marketing)
        with self.assertRaisesRegex(ValidationError, "add another question"):
            planned.question_ids = [Command.update(self.dough.id, {"kind": "number"})]
        with self.assertRaisesRegex(UserError, "so it stays"):
            planned.question_ids = [Command.delete(self.dough.id)]
        # the words may be mended, and what nobody answered changed
        planned.question_ids = [
            Command.update(self.dough.id, {"name": "Which dough is it?"}),
            Command.update(self.electric.id, {"kind": "text"}),
            Command.delete(self.oven.id),
            Command.create({"name": "Since when?"}),
        ]
        call = campaign.member_ids.touchpoint_id.filtered("is_live")[0]
        self.finish(call, ["", "", "", "Since May"])
        self.assertIn("Since May", self.told(call).values())

    def test_a_choice_needs_what_to_choose_from(self):
        campaign = self.new_campaign()
        with self.assertRaisesRegex(ValidationError, "at least two"):
            campaign.question_ids = [
                Command.create({"name": "Which?", "kind": "choice", "choices": "Gas"})
            ]

    def test_a_copy_asks_the_same(self):
        campaign = self.released()
        self.finish(campaign.member_ids.touchpoint_id[0], ["Rye"])
        copy = campaign.with_user(self.marketing).copy()
        self.assertEqual(
            copy.question_ids.mapped("name"), campaign.question_ids.mapped("name")
        )
        self.assertEqual(copy.question_ids[2].choices, self.oven.choices)
        self.assertFalse(copy.answer_count)
        campaign.active = False
        self.assertEqual(len(campaign.question_ids), 4)
        # nobody was called: it can go, questions and all
        copy.unlink()

    # ---- Who reads them ----

    def test_who_reads_answers(self):
        campaign = self.released()
        calls = campaign.member_ids.touchpoint_id
        for call in calls[:4]:
            self.finish(call, ["Rye", "yes", "Gas", 5])
        Answer = self.env["crl.campaign.answer"]
        of = [("campaign_id", "=", campaign.id)]
        # an operator: those of their customers, while the campaign runs
        anns = calls[:4].filtered(lambda t: t.user_id == self.ann)
        self.assertEqual(Answer.with_user(self.ann).search(of).touchpoint_id, anns)
        self.assertFalse(Answer.with_user(self.other_rep).search(of))
        # marketing: what can be counted, not what was said in words
        seen = Answer.with_user(self.marketing).search(of)
        self.assertEqual(seen.question_id, campaign.question_ids - self.dough)
        self.assertEqual(campaign.with_user(self.marketing).answer_count, 12)
        words = Answer.search([*of, ("question_id", "=", self.dough.id)])
        with self.assertRaises(AccessError):
            words[0].with_user(self.marketing).read(["value"])
        with self.assertRaises(AccessError):
            self.env["crl.segment"].with_user(self.marketing).create(
                {
                    "name": "What do they say?",
                    "domain": "[('crl_campaign_answer_ids.value', 'ilike', 'rye')]",
                }
            )
        direction = self._new_user("elena", "direction")
        for user in (self.manager, direction):
            self.assertEqual(Answer.with_user(user).search_count(of), 16)
            with self.assertRaises(AccessError):
                words[0].with_user(user).value = "Spelt"
        self.assertTrue(words[0].with_user(self.manager).action_open_partner())
        campaign.action_close()
        self.assertFalse(Answer.with_user(self.ann).search(of))

    def test_from_an_answer_to_the_next_campaign(self):
        campaign = self.released()
        calls = campaign.member_ids.touchpoint_id
        for call, oven in zip(calls, ("Electric", "Gas", "Electric"), strict=False):
            self.finish(call, ["", "", oven])
        for user, lives in ((self.manager, True), (self.marketing, False)):
            Answer = self.env["crl.campaign.answer"].with_user(user)
            action = campaign.with_user(user).action_answers()
            self.assertEqual(action["res_model"], "crl.campaign.answer")
            shown = [*action["domain"], ("value", "=", "Electric")]
            make = self.env.ref(
                "crl_retention.crl_campaign_answer_action_make_campaign"
            )
            action = (
                make.with_user(user)
                .with_context(
                    active_model=Answer._name,
                    active_ids=Answer.search(shown).ids,
                    active_domain=shown,
                )
                .run()
            )
            segment = self.env["crl.segment"].browse(
                action["context"]["default_segment_id"]
            )
            self.assertEqual("from now on" in segment.description, lives)
            self.assertEqual(
                self.env["res.partner"].search(segment._get_domain()),
                calls[0].partner_id + calls[2].partner_id,
            )

    # ---- What becomes of them ----

    def test_merged_exported_erased(self):
        campaign = self.released()
        call, other = campaign.member_ids.touchpoint_id[:2]
        self.finish(call, ["Rye", "yes"])
        kept = other.partner_id
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (kept + call.partner_id).ids, kept
        )
        self.assertEqual(call.answer_ids.partner_id, kept)
        customer = kept.with_user(self.manager)
        self.assertIn('"value": "Rye"', customer.crl_export_data())
        customer.crl_erase_data()
        self.assertNotIn("Rye", customer.crl_export_data())
        self.assertFalse(any(self.told(call).values()))

    def test_a_person_of_a_company_gives_their_answers_to_it(self):
        campaign = self.released()
        call, other = campaign.member_ids.touchpoint_id[:2]
        self.finish(call, ["Rye"])
        call.partner_id.write({"is_company": False, "parent_id": other.partner_id.id})
        self.assertEqual(call.answer_ids.partner_id, other.partner_id)

    def test_a_result_costs_the_same_however_many_questions(self):
        def count(number):
            campaign = self.new_campaign(
                name=str(number),
                operator_ids=self.ann.ids,
                question_ids=[Command.create({"name": f"{n}?"}) for n in range(number)],
            )
            campaign.action_release()
            call = campaign.sudo().member_ids.touchpoint_id[0]
            desk = self.env["crl.desk"].with_user(call.user_id)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            desk.open_contact(call.id)
            answers = [f"answer {n}" for n in range(number)]
            desk.finish(call.id, {"verdict": "positive", "answers": answers}, False)
            self.env.flush_all()
            asked = self.env.cr.sql_log_count - before
            self.assertEqual(len(call.answer_ids), number)
            campaign.action_close()
            return asked

        count(2)
        self.assertLessEqual(count(12), count(2))
