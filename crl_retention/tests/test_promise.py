from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import CrlCase

TOMORROW = "2026-03-03 16:00:00"


@tagged("post_install", "-at_install")
class TestPromise(CrlCase):
    """What was promised, who does it, until when, and what became of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.driver, cls.workshop = (
            new_test_user(
                cls.env, login=f"crl_{name}", name=name, email=f"{name}@example.com"
            )
            for name in ("driver", "workshop")
        )
        cls.receptionist = new_test_user(
            cls.env,
            login="crl_receptionist",
            name="receptionist",
            groups="crl_retention.crl_retention_group_reception",
        )

    def promise(
        self, text="We repair the mixer", deadline=TOMORROW, user=None, by=None
    ):
        customer = self.customer.with_user(by or self.rep)
        case_id = customer.crl_take_promise(text, deadline, user and user.id)
        return self.env["crl.case"].browse(case_id)

    def log(self):
        return self.env["crl.touchpoint.log"].search(
            [("partner_id", "=", self.customer.id), ("rule", "=", "promise")]
        )

    def test_taken_for_whoever_looks_after_the_customer(self):
        promise = self.promise(by=self.receptionist)
        self.assertEqual(promise.taken_by_id, self.receptionist)
        self.assertEqual(promise.user_id, self.rep)
        self.assertEqual(promise.promise_state, "open")
        self.assertEqual(promise.activity_id.user_id, self.rep)
        self.assertEqual(str(promise.activity_id.date_deadline), "2026-03-03")
        self.assertIn(self.rep.partner_id, self.told("We repair the mixer"))
        self.assertIn("receptionist promised until 2026-03-03 17:00", self.log().note)

    def told(self, words):
        messages = self.notified(self.customer).filtered(lambda m: words in m.body)
        return messages.notified_partner_ids

    def test_what_is_asked_must_be_right(self):
        for values, sentence in (
            (("", TOMORROW), "what was promised"),
            (("Soon", "2026-03-01 10:00:00"), "ahead"),
            (("Soon", "tomorrow"), "not a date"),
            (("Soon", TOMORROW, self.env.ref("base.public_user").id), "colleague"),
        ):
            with self.assertRaisesRegex(UserError, sentence):
                self.customer.with_user(self.rep).crl_take_promise(*values)
        self.assertFalse(self.customer.crl_case_ids)

    def test_from_hand_to_hand(self):
        promise = self.promise(user=self.driver, by=self.receptionist)
        promise.with_user(self.receptionist).action_hand_over(
            self.rep.id, "Has the part"
        )
        promise.with_user(self.rep).action_hand_over(
            self.workshop.id, "Repairs it", "2026-03-03 11:00:00"
        )
        self.assertEqual(
            [
                (row["user_name"], row["text"], row["state"])
                for row in promise._get_chain()
            ],
            [
                ("driver", "", "done"),
                (self.rep.name, "Has the part", "done"),
                ("workshop", "Repairs it", "now"),
                (self.rep.name, "", "next"),
            ],
        )
        self.assertEqual(promise.user_id, self.workshop)
        self.assertEqual(str(promise.deadline), TOMORROW)
        # the workshop's part is done where every employee does what is to be done
        activity = promise.activity_id.with_user(self.workshop)
        self.assertEqual(activity.user_id, self.workshop)
        activity.action_feedback("Works again")
        self.assertEqual((promise.state, promise.user_id), ("open", self.rep))
        self.assertEqual(promise.activity_id.user_id, self.rep)
        promise.activity_id.with_user(self.rep).action_feedback("Brought back")
        self.assertEqual(promise.promise_state, "kept")
        self.assertTrue(promise.on_time)
        self.assertFalse(promise.hand_ids.filtered(lambda hand: hand.state != "done"))
        self.assertIn(self.receptionist.partner_id, self.told("We repair the mixer"))

    def test_a_colleague_without_a_role_does_it(self):
        promise = self.promise(user=self.driver)
        self.assertFalse(self.env["crl.case"].with_user(self.driver).has_access("read"))
        promise.with_user(self.driver).action_keep_promise("Done")
        self.assertEqual(promise.promise_state, "kept")
        self.assertEqual((promise.state, promise.status), ("recovered", "Kept"))
        self.assertFalse(promise.activity_id)
        other = self.promise("Another", user=self.driver)
        with self.assertRaises(AccessError):
            other.with_user(self.workshop).action_keep_promise()
        other.with_user(self.driver).action_hand_over(self.workshop.id)
        self.assertEqual(other.user_id, self.workshop)

    def test_the_activity_is_given_to_somebody_else(self):
        other = self.promise()
        other.activity_id.with_user(self.rep).user_id = self.workshop
        self.assertEqual(other.user_id, self.workshop)
        self.assertEqual(other.hand_ids[-1].user_id, self.workshop)

    def test_a_part_ends_before_the_promise(self):
        promise = self.promise(user=self.driver)
        with self.assertRaisesRegex(UserError, "was told 2026-03-03 17:00"):
            promise.with_user(self.rep).action_hand_over(
                self.workshop.id, None, "2026-03-04 11:00:00"
            )
        with self.assertRaisesRegex(UserError, "does it already"):
            promise.with_user(self.rep).action_hand_over(self.driver.id)
        with self.assertRaisesRegex(UserError, "Choose a colleague"):
            promise.with_user(self.rep).action_hand_over()

    def test_reminders(self):
        promise = self.promise(user=self.driver)
        self.at("2026-03-03 01:00:00")  # half of the 30 hours
        self.run_cron()
        self.assertEqual(promise.escalation, 1)
        self.assertEqual(self.told("We repair"), self.driver.partner_id)
        promise.activity_id.unlink()
        self.at("2026-03-03 16:30:00")
        self.run_cron()
        self.assertTrue(promise.is_late)
        self.assertEqual(
            self.told("We repair"), (self.driver + self.rep + self.leader).partner_id
        )
        self.assertEqual(promise.activity_id.user_id, self.driver)
        self.at("2026-03-04 16:30:00")
        self.run_cron()
        self.assertIn(self.manager.partner_id, self.told("We repair"))
        self.assertFalse(promise.date_remind)

    def test_a_late_part_is_told_to_who_waits_for_it(self):
        promise = self.promise()
        promise.with_user(self.rep).action_hand_over(
            self.workshop.id, "Repairs it", "2026-03-03 11:00:00"
        )
        self.at("2026-03-03 11:30:00")
        self.run_cron()
        self.assertEqual(self.told("We repair"), (self.workshop + self.rep).partner_id)
        self.assertFalse(promise.is_late)
        self.at("2026-03-03 16:30:00")
        self.run_cron()
        self.assertIn(self.leader.partner_id, self.told("We repair"))

    def test_put_off_with_the_customer(self):
        promise = self.promise()
        promise.with_user(self.rep).deadline = "2026-03-10 16:00:00"
        self.assertEqual(str(promise.date_remind), "2026-03-09 16:00:00")
        self.assertEqual(str(promise.activity_id.date_deadline), "2026-03-10")
        self.assertIn("Put off until 2026-03-10 17:00", self.log()[:1].note)

    def test_broken_and_late_ones_lower_the_health(self):
        indicator = self.env.ref("crl_retention.indicator_promises")
        broken, late, kept = (self.promise(text) for text in ("One", "Two", "Three"))

        def measured():
            return self.get_values(indicator).mapped("raw")

        kept.with_user(self.rep).action_keep_promise()
        self.assertIn(measured(), ([], [0]))
        broken.with_user(self.rep).action_break_promise("No spare part")
        self.assertEqual(broken.promise_state, "broken")
        self.assertEqual(measured(), [1])
        self.assertIn(self.leader.partner_id, self.told("One"))
        self.at("2026-03-03 16:30:00")
        self.run_cron()
        self.assertEqual(measured(), [2])
        late.with_user(self.rep).action_keep_promise()
        self.assertFalse(late.on_time)
        self.assertEqual(measured(), [2])
        self.assertLess(self.get_values(indicator).score, 1)
        with self.assertRaisesRegex(UserError, "closed already"):
            broken.with_user(self.rep).action_break_promise()
        self.at("2026-06-10 10:00:00")
        self.env["crl.indicator"]._follow(self.customer)
        self.assertEqual(measured(), [0])

    def test_one_in_time_is_no_complaint(self):
        """It pulls no health down, and an unhappy word opens a case of its own."""
        self.promise()
        relationship = self.customer.crl_relationship_id
        self.assertEqual(
            (relationship.open_case_count, relationship.open_promise_count), (1, 1)
        )
        self.assertFalse(relationship.color)
        values = self.customer.crl_indicator_value_ids
        value = values.filtered(lambda v: v.indicator_id.code == "open_cases")
        self.assertEqual(value.score, 100)
        call = self.env["crl.touchpoint"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "channel": "call",
                "user_id": self.rep.id,
                "date_planned": "2026-03-02 09:00:00",
            }
        )
        told = call._get_unhappy_consequence(self.customer)
        self.assertNotIn("begins anew", told)
        call.with_user(self.rep).action_done("reached", "negative", "Dry dough")
        relationship.invalidate_recordset()
        self.assertEqual(
            (relationship.open_case_count, relationship.open_promise_count), (2, 1)
        )
        self.assertEqual(relationship.color, 1)

    def test_the_deputy_does_it_while_they_are_away(self):
        self.driver.crl_deputy_id = self.workshop
        promise = self.promise(user=self.driver)
        self.driver.write(
            {"out_of_office_from": self.NOW, "out_of_office_to": "2026-03-04 20:00:00"}
        )
        self.run_cron()
        self.assertEqual(promise.activity_id.user_id, self.workshop)
        self.assertEqual(promise.user_id, self.driver)
        promise.with_user(self.workshop).action_hand_over(self.rep.id)
        self.assertEqual(promise.activity_id.user_id, self.rep)

    def test_back_from_the_absence(self):
        self.driver.crl_deputy_id = self.workshop
        promise = self.promise(user=self.driver)
        self.driver.write(
            {"out_of_office_from": self.NOW, "out_of_office_to": "2026-03-02 20:00:00"}
        )
        promise.with_user(self.rep).deadline = "2026-03-02 16:00:00"
        self.run_cron()
        self.assertEqual(promise.activity_id.user_id, self.workshop)
        self.at("2026-03-03 10:00:00")
        self.run_cron()
        self.assertEqual(promise.activity_id.user_id, self.driver)
        self.assertIn("Back with driver.", self.log().mapped("note"))

    def test_who_does_it_leaves(self):
        promise = self.promise(user=self.driver)
        self.driver.action_archive()
        self.assertEqual(promise.user_id, self.rep)
        self.assertEqual(promise.activity_id.user_id, self.rep)
        self.assertEqual(promise.hand_ids.mapped("user_id"), self.driver + self.rep)

    def test_the_salesperson_changes(self):
        of_driver = self.promise(user=self.driver)
        of_rep = self.promise("Sample", user=self.rep)
        self.customer.user_id = self.other_rep
        self.assertEqual(of_driver.user_id, self.driver)
        self.assertEqual(of_rep.user_id, self.other_rep)
        self.assertEqual(of_rep.activity_id.user_id, self.other_rep)

    def test_merged_and_moved(self):
        promise = self.promise()
        chain = self._new_customer("Chain")
        self.customer.write({"parent_id": chain.id, "is_company": False})
        self.assertEqual(promise.partner_id, chain)
        self.assertEqual(promise.activity_id.res_id, chain.id)

    def test_erased(self):
        promise = self.promise("Secret")
        promise.with_user(self.rep).action_hand_over(self.driver.id, "Secret part")
        kept = self.promise("Secret two")
        kept.activity_id.with_user(self.rep).action_feedback("Secret three")
        self.customer.with_user(self.manager).crl_erase_data()
        self.env.flush_all()
        told = self.customer.with_user(self.manager).crl_export_data()
        self.assertNotIn("Secret", told)
        activities = self.env["mail.activity"].with_context(active_test=False)
        activities = activities.search([("res_id", "=", self.customer.id)])
        self.assertNotIn(
            "Secret", str(activities.read(["note", "summary", "feedback"]))
        )
        messages = self.customer.message_ids.mapped("body")
        self.assertNotIn("Secret", str(messages))

    def test_opened_again(self):
        promise = self.promise()
        promise.with_user(self.rep).action_cancel("Mistake")
        self.assertEqual(promise.promise_state, "cancelled")
        self.assertFalse(promise.activity_id)
        promise.with_user(self.rep).action_reopen()
        self.assertEqual(str(promise.deadline), TOMORROW)
        self.assertEqual(promise.activity_id.user_id, self.rep)
        self.assertEqual(promise.hand_ids.mapped("state"), ["done", "now"])

    def test_only_promises_are_kept(self):
        case = (
            self.env["crl.case"]
            .with_user(self.rep)
            .create({"partner_id": self.customer.id, "description": "Wrong invoice"})
        )
        for verb in (case.action_keep_promise, case.action_break_promise):
            with self.assertRaisesRegex(UserError, "not a promise"):
                verb()
        with self.assertRaises(AccessError):
            case.with_user(self.receptionist).action_keep_promise()
