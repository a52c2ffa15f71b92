import base64
import json
from types import SimpleNamespace
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .test_campaign import CampaignCase
from .test_desk import DeskCase

FINE = {"verdict": "positive", "note": "Fine"}


@tagged("post_install", "-at_install")
class TestDeskResult(DeskCase):
    """Who has a contact, and what becomes of its result."""

    def setUp(self):
        super().setUp()
        second = self._new_customer("Da Gino")
        self.first, self.second = self.open_calls(self.customer + second).sorted("id")

    def told(self):
        """What the desks of colleagues were told in this transaction."""
        values = self.env.cr.precommit.data.get("bus.bus.values", [])
        messages = [json.loads(value["message"]) for value in values]
        return [
            (message["payload"]["type"], message["payload"]["id"])
            for message in messages
            if message["type"] == "crl_desk"
        ]

    # ---- The lock ----

    def test_who_opens_a_contact_has_it_for_15_minutes(self):
        shown = self.desk().open_contact(self.first.id)["contact"]
        self.assertEqual(shown["taken_until"], "2026-03-09 09:15:00")
        self.assertIsNone(shown["taken_by"])
        colleague = self.desk(self.leader)
        seen = colleague.open_contact(self.first.id)["contact"]
        self.assertEqual(seen["taken_by"]["id"], self.rep.id)
        self.assertIsNone(seen["taken_until"])
        self.assertEqual(colleague.keep(self.first.id)["taken_by"]["id"], self.rep.id)
        colleague.release(self.first.id)
        self.assertEqual(self.first.taken_by_id, self.rep)
        taken = colleague.take_next({"scope": "team"})
        self.assertEqual(taken["contact"]["id"], self.second.id)
        self.at("2026-03-09 09:10:00")
        kept = self.desk().keep(self.first.id)
        self.assertEqual(kept["taken_until"], "2026-03-09 09:25:00")
        self.at("2026-03-09 09:26:00")
        seen = colleague.open_contact(self.first.id)["contact"]
        self.assertEqual(
            (seen["taken_by"], self.first.taken_by_id), (None, self.leader)
        )
        lost = self.desk().keep(self.first.id)
        self.assertEqual(lost["taken_by"]["id"], self.leader.id)
        self.assertEqual(
            self.told(),
            [
                ("taken", self.first.id),
                ("taken", self.second.id),
                ("taken", self.first.id),
                ("taken", self.first.id),
            ],
        )

    def test_released_it_is_free(self):
        self.desk().open_contact(self.first.id)
        self.desk().release(self.first.id)
        self.assertFalse(self.first.taken_by_id)
        self.desk(self.leader).open_contact(self.first.id)
        self.assertEqual(self.first.taken_by_id, self.leader)

    def test_only_who_works_there_hears_of_it(self):
        company = self.env.company
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.rep.copy(
            {
                "login": "stranger",
                "company_id": elsewhere.id,
                "company_ids": [Command.set(elsewhere.ids)],
            }
        )
        employee = new_test_user(self.env, "employee", "base.group_user")
        hears = {
            user: self.get_channels(user)
            for user in (self.leader, self.rep, stranger, employee)
        }
        self.assertIn((company, "crl_desk"), hears[self.leader])
        self.assertIn((company, "crl_desk"), hears[self.rep])
        self.assertNotIn((company, "crl_desk"), hears[stranger])
        self.assertIn((elsewhere, "crl_desk"), hears[stranger])
        self.assertNotIn((company, "crl_desk"), hears[employee])
        self.desk().open_contact(self.first.id)
        told = self.env.cr.precommit.data["bus.bus.values"][-1]
        self.assertEqual(
            json.loads(told["channel"]),
            [self.env.cr.dbname, "res.company", company.id, "crl_desk"],
        )
        self.assertEqual(
            json.loads(told["message"])["payload"],
            {"type": "taken", "id": self.first.id, "user_id": self.rep.id},
        )

    def get_channels(self, user):
        with patch(
            "odoo.addons.bus.models.ir_websocket.request",
            SimpleNamespace(session=SimpleNamespace(uid=user.id)),
        ):
            channels = (
                self.env["ir.websocket"].with_user(user)._build_bus_channel_list([])
            )
        # records do not compare with others
        return [channel for channel in channels if isinstance(channel, tuple)]

    def test_looking_takes_nothing(self):
        self.desk().open_contact(self.first.id, take=False)
        self.assertFalse(self.first.taken_by_id)
        self.assertFalse(self.told())

    def test_a_shared_list_gives_each_contact_once(self):
        taken = [
            self.desk(user).take_next({"scope": scope})
            for user, scope in (
                (self.leader, "team"),
                (self.rep, "mine"),
                (self.manager, "all"),
            )
        ]
        ids = [payload and payload["contact"]["id"] for payload in taken]
        self.assertEqual(ids, [*(self.first + self.second).ids, False])
        # asked again, each has what they have
        again = self.desk(self.leader).take_next({"scope": "team"})
        self.assertEqual(again["contact"]["id"], ids[0])

    def test_a_leader_takes_nothing_of_another_teams_customer(self):
        """The contact is the team's, the customer is not."""
        self.customer.with_context(crl_engine=True).user_id = self.other_rep
        self.first.user_id = self.rep
        self.env.flush_all()
        taken = self.desk(self.leader).take_next({"scope": "team"})
        self.assertEqual(taken["contact"]["id"], self.second.id)

    def test_a_colleagues_contact_cannot_be_finished(self):
        self.desk(self.leader).open_contact(self.first.id)
        answer = self.desk().finish(self.first.id, FINE, {}, "key")
        self.assertIn(self.leader.name, answer["refused"])
        self.assertEqual(self.first.state, "open")
        self.assertEqual(answer["next"]["contact"]["id"], self.second.id)
        # the leader lets go: the same result, with the same key
        self.desk(self.leader).release(self.first.id)
        answer = self.desk().finish(self.first.id, FINE, {}, "key")
        self.assertFalse(answer["refused"])
        self.assertEqual(self.first.state, "done")

    # ---- Once ----

    def test_the_same_result_twice_is_taken_once(self):
        result = {"outcome": "no_answer"}
        answers = [
            self.desk().finish(self.first.id, result, {}, "one") for __ in range(2)
        ]
        self.assertEqual(self.first.attempt, 1)
        self.assertFalse(any(answer["refused"] for answer in answers))
        opened = [answer["next"]["contact"]["id"] for answer in answers]
        self.assertEqual(opened, self.second.ids * 2)
        self.assertEqual(answers[0]["counts"], answers[1]["counts"])
        self.desk().finish(self.first.id, result, {}, "two")
        self.assertEqual(self.first.attempt, 2)

    def test_a_colleague_was_faster(self):
        self.first.with_user(self.leader).action_done("reached", "positive")
        answer = self.desk().finish(self.first.id, FINE, {}, "key")
        self.assertIn(self.leader.name, answer["refused"])
        self.assertEqual(answer["next"]["contact"]["id"], self.second.id)
        self.assertFalse(self.first.note)
        shown = self.desk().open_contact(self.first.id)["contact"]
        self.assertFalse(shown["is_live"])
        self.assertFalse(self.first.taken_by_id)

    # ---- What is in a result ----

    def test_consequence_is_told_before_and_after(self):
        desk = self.desk()
        unhappy = {"score": 1, "note": "Dry"}
        told = desk.get_consequence(self.first.id, unhappy)
        self.assertIn("within 48 hours", told)
        answer = desk.finish(self.first.id, unhappy, False, "key")
        self.assertEqual((answer["consequence"], answer["next"]), (told, False))
        self.assertEqual(self.customer.crl_case_ids.description, "Dry")

    def test_next_contact_as_agreed(self):
        result = {**FINE, "date_next": "2026-03-12 13:00:00"}
        self.desk().finish(self.first.id, result, False, "key")
        agreed = self.customer.crl_touchpoint_ids.filtered("subject")
        self.assertEqual((agreed.state, agreed.user_id), ("planned", self.rep))
        self.assertEqual(agreed.title, "As agreed: First call")
        self.at("2026-03-12 13:01:00")
        self.run_cron()
        self.assertEqual(agreed.state, "open")
        rows = self.desk().get_worklist()["rows"]
        row = next(row for row in rows if row["id"] == agreed.id)
        self.assertEqual(row["reason"], "promised")
        with self.assertRaisesRegex(UserError, "still to come"):
            late = {**FINE, "date_next": "2026-03-11 13:00:00"}
            self.desk().finish(self.second.id, late)

    def test_another_try_on_the_day_the_customer_wants(self):
        for outcome in ("call_back", "no_answer"):
            result = {"outcome": outcome, "date_next": "2026-03-12 13:00:00"}
            self.desk().finish(self.first.id, result, False, outcome)
            self.assertEqual(self.first.state, "planned")
            self.assertEqual(str(self.first.date_planned), "2026-03-12 13:00:00")

    def test_photo_goes_to_the_customer(self):
        photo, foreign = (
            self.env["ir.attachment"]
            .with_user(user)
            .create(
                {
                    "name": "dough.png",
                    "datas": base64.b64encode(b"dough"),
                    "res_model": "crl.touchpoint.result",
                }
            )
            for user in (self.rep, self.other_rep)
        )
        result = {**FINE, "attachment_ids": photo.ids}
        self.desk().finish(self.first.id, result, False)
        self.assertEqual(
            (photo.res_model, photo.res_id), ("res.partner", self.customer.id)
        )
        with self.assertRaises(AccessError):
            self.desk().finish(
                self.second.id, {**FINE, "attachment_ids": foreign.ids}, False
            )

    def test_all_or_nothing(self):
        opinion = self.env.ref("crl_retention.indicator_rep_opinion")
        result = {**FINE, "indicators": {str(opinion.id): "many"}}
        with self.assertRaises(UserError):
            self.desk().finish(self.first.id, result)
        self.assertEqual(self.first.state, "open")


@tagged("post_install", "-at_install")
class TestDeskCampaign(CampaignCase):
    """An operator calls customers who are nobody else's business."""

    def test_operator_asks_and_updates_indicators(self):
        campaign = self.new_campaign()
        campaign.action_release()
        self.run_cron()
        desk = self.env["crl.desk"].with_user(self.ann)
        shown = desk.take_next()
        self.assertEqual(shown["contact"]["reason"], "campaign")
        dough, number = campaign.sudo().question_ids
        self.assertEqual(
            shown["form"]["questions"],
            [
                {
                    "id": dough.id,
                    "name": "Which dough?",
                    "kind": "text",
                    "choices": [],
                },
                {
                    "id": number.id,
                    "name": "How many a day?",
                    "kind": "number",
                    "choices": [],
                },
            ],
        )
        self.assertIn("Good morning", shown["script"])
        (opinion,) = shown["form"]["indicators"]
        call = self.env["crl.touchpoint"].browse(shown["contact"]["id"])
        answer = desk.finish(
            call.id,
            {
                "verdict": "positive",
                "note": "In a hurry",
                "answers": {str(dough.id): "Wholemeal", str(number.id): 180},
                "indicators": {opinion["id"]: 4},
            },
            {},
        )
        self.assertFalse(answer["refused"])
        self.assertEqual(call.note, "In a hurry")
        self.assertEqual(call.answer_ids.mapped("value"), ["Wholemeal", "180"])
        self.assertEqual(call.answer_ids.user_id, self.ann)
        value = call.partner_id.crl_indicator_value_ids.filtered(
            lambda v: v.indicator_id.id == opinion["id"]
        )
        self.assertEqual((value.raw, value.user_id), (4, self.ann))
        # but not those that are measured
        measured = self.env.ref("crl_retention.indicator_last_verdicts")
        if answer["next"]:
            with self.assertRaises(UserError):
                desk.finish(
                    answer["next"]["contact"]["id"],
                    {"verdict": "positive", "indicators": {measured.id: 4}},
                )


@tagged("post_install", "-at_install")
class TestDeskPromise(DeskCase):
    """A promise is taken at a contact, and settled where it falls due."""

    def setUp(self):
        super().setUp()
        self.call = self.open_calls()
        self.desk().finish(
            self.call.id,
            {
                **FINE,
                "promise": {
                    "text": "The spare part",
                    "deadline": "2026-03-10 15:00:00",
                    "user_id": self.leader.id,
                },
            },
            False,
        )
        self.promise = self.customer.crl_case_ids

    def rows(self, user):
        return [
            (row["key"], row["reason"], row["date"])
            for row in self.desk(user).get_worklist({"day": "week"})["rows"]
            if row["model"] == "crl.case"
        ]

    def test_taken_at_a_call_it_is_on_the_list_of_who_does_it(self):
        key, promise = f"c{self.promise.id}", self.promise
        self.assertEqual(promise.taken_by_id, self.rep)
        when = "2026-03-10 15:00:00"
        self.assertEqual(self.rows(self.leader), [(key, "soon", when)])
        self.assertFalse(self.rows(self.rep))
        self.at("2026-03-10 09:00:00")
        self.assertEqual(self.rows(self.leader), [(key, "promised", when)])
        # the workshop does its part first
        desk = self.desk(self.leader)
        shown = desk.settle_promise(
            promise.id, "hand_over", "Mend it", self.rep.id, "2026-03-10 11:00:00"
        )
        self.assertEqual(shown["case"]["promised_by"], self.rep.name)
        self.assertEqual(
            [hand["state"] for hand in shown["case"]["chain"]], ["done", "now", "next"]
        )
        when = "2026-03-10 11:00:00"
        self.assertEqual(self.rows(self.rep), [(key, "promised", when)])
        self.at("2026-03-10 12:00:00")
        self.assertEqual(self.rows(self.rep), [(key, "overdue", when)])
        card = self.desk().open_contact(self.call.id)["customer"]
        self.assertEqual(card["promises"][0]["text"], "The spare part")

    def test_settled_it_is_off_the_list(self):
        with self.assertRaises(UserError):
            self.desk(self.leader).settle_promise(self.promise.id, "forget")
        shown = self.desk(self.leader).settle_promise(self.promise.id, "keep", "Done")
        self.assertFalse(shown["case"]["is_live"])
        self.assertEqual(self.promise.promise_state, "kept")
        self.assertFalse(self.rows(self.leader))

    def test_of_others_it_is_not_to_be_seen(self):
        desk = self.desk(self.other_rep)
        for verb in (
            desk.open_case,
            lambda number: desk.settle_promise(number, "keep"),
        ):
            with self.assertRaises(AccessError):
                verb(self.promise.id)
