from odoo.exceptions import AccessError, MissingError, UserError, ValidationError
from odoo.tests import tagged

from .common import CrlCase


class DeskCase(CrlCase):
    """Calls that are due on the rep's desk, Monday 9 March, 10:00 in Paris."""

    def desk(self, user=None):
        return self.env["crl.desk"].with_user(user or self.rep)

    def open_calls(self, partners=None):
        enrollments = self.enroll(partners)
        self.at("2026-03-09 09:00:00")
        self.run_cron()
        step = self.env.ref("crl_retention.step_m1_call")
        return enrollments.touchpoint_ids.filtered(lambda t: t.step_id == step)


@tagged("post_install", "-at_install")
class TestDesk(DeskCase):
    """My Desk, as the rep who works it."""

    def test_one_after_the_other(self):
        second = self._new_customer("Da Gino")
        calls = self.open_calls(self.customer + second).sorted("id")
        desk = self.desk()
        work = desk.get_worklist()
        self.assertEqual([row["id"] for row in work["rows"]], calls.ids)
        self.assertEqual(work["counts"]["reasons"], {"due": 2})
        shown = desk.open_contact(calls[0].id)
        self.assertEqual(shown["customer"]["phones"][0]["url"], "tel:+33142685300")
        self.assertIn("first week", shown["script"])
        answer = desk.finish(
            calls[0].id, {"verdict": "positive", "note": "Fine"}, {}, "key"
        )
        self.assertEqual((calls[0].state, calls[0].note), ("done", "Fine"))
        self.assertEqual(answer["next"]["contact"]["id"], calls[1].id)
        self.assertEqual(calls[1].taken_by_id, self.rep)
        self.assertFalse(calls[0].taken_by_id)
        self.assertEqual(answer["total"], 1)

    def test_only_who_works_contacts_has_a_desk(self):
        (call,) = self.open_calls()
        for role in ("direction", "marketing"):
            user = self._new_user(role, role)
            desk = self.desk(user)
            for verb in (
                desk.get_worklist,
                desk.take_next,
                lambda desk=desk: desk.open_contact(call.id),
                lambda desk=desk: desk.finish(call.id, {}),
                lambda desk=desk: desk.keep(call.id),
                lambda desk=desk: desk.release(call.id),
                lambda desk=desk: desk.get_consequence(call.id, {}),
            ):
                with self.assertRaises(AccessError):
                    verb()
        stranger = self.desk(self.other_rep)
        self.assertFalse(stranger.get_worklist()["rows"])
        with self.assertRaises(AccessError):
            stranger.open_contact(call.id)
        self.assertFalse(call.taken_by_id)

    def test_odd_requests_are_refused(self):
        (call,) = self.open_calls()
        desk = self.desk()
        for view in (
            "mine",
            {"scope": "everybody"},
            {"reasons": ["late"]},
            {"reasons": "due"},
            {"channels": [1]},
            {"day": "month"},
            {"search": 5},
            {"limit": 0},
            {"limit": 10**6},
            {"offset": "1"},
        ):
            with self.subTest(view=view), self.assertRaises(ValidationError):
                desk.get_worklist(view)
        for scope in ("team", "all"):
            with self.assertRaises(AccessError):
                desk.get_worklist({"scope": scope})
        for number in ("1", 1.5, None, [call.id], -1):
            with self.subTest(number=number), self.assertRaises(ValidationError):
                desk.open_contact(number)
        with self.assertRaises(MissingError):
            desk.open_contact(2**31 - 1)
        for result in (
            "done",
            {"outcome": "fine"},
            {"score": 9},
            {"note": ["a"]},
            {"cause_ids": ["1"]},
            {"verdict": "positive", "answers": "yes"},
            {"date_next": "tomorrow"},
            {"attachment_ids": 5},
            {"verdict": "positive", "indicators": [1]},
            {"verdict": "positive", "promise": "soon"},
        ):
            with self.subTest(result=result), self.assertRaises(ValidationError):
                desk.finish(call.id, result)
        with self.assertRaisesRegex(UserError, "Choose a verdict"):
            desk.finish(call.id, {})
        self.assertEqual(call.state, "open")
