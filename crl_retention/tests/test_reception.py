from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import CrlCase, WebCase


class ReceptionCase(CrlCase):
    """A call that somebody else takes (the construction machines of seed 004): the
    driver took the part yesterday, passed it on to the salesman, the workshop repairs
    it until tomorrow morning, the salesman brings it tomorrow afternoon."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rep.name = "Inoue"
        cls.company.country_id = cls.env.ref("base.fr")
        cls.driver, cls.workshop, cls.receptionist = (
            new_test_user(
                cls.env,
                login=f"crl_{name.lower()}",
                name=name,
                tz="Europe/Paris",
                groups=groups,
            )
            for name, groups in (
                ("Sakashita", "crl_retention.crl_retention_group_reception"),
                ("Workshop", "base.group_user"),
                ("Suzuki", "crl_retention.crl_retention_group_reception"),
            )
        )
        cls.customer.write({"ref": "TK-4711", "city": "Tokai"})
        cls.chiba = cls.env["res.partner"].create(
            {
                "name": "Chiba",
                "parent_id": cls.customer.id,
                "phone": "06 12 34 56 78",
                "country_id": cls.env.ref("base.fr").id,
            }
        )

    @property
    def reception(self):
        return self.env["crl.reception"].with_user(self.receptionist)

    def take_part(self):
        """What the colleagues wrote down before the customer calls."""
        with self.at("2026-03-01 15:00:00"):
            case_id = self.customer.with_user(self.driver).crl_take_promise(
                "Repair the part that failed and bring it back",
                "2026-03-03 16:00:00",
                self.driver.id,
            )
            promise = self.env["crl.case"].browse(case_id)
        with self.at("2026-03-01 17:00:00"):
            promise.with_user(self.driver).action_hand_over(
                self.rep.id, "Has the part, brings it back"
            )
        with self.at("2026-03-01 17:30:00"):
            promise.with_user(self.rep).action_hand_over(
                self.workshop.id, "Repairs it", "2026-03-03 11:00:00"
            )
        return promise

    def names(self, text, **arguments):
        return [row["name"] for row in self.reception.find(text, **arguments)]


@tagged("post_install", "-at_install")
class TestReception(ReceptionCase):
    """Any employee answers for any customer, and is told what they need and no more."""

    def test_found_in_any_way(self):
        for text in (
            "bella",
            "NAPOLI",
            "napoli bel",
            "Bella Napoli",
            "tk-4711",
            "bella.napoli@example.com",
            "bella.nap",
            "bella.napoli@ex",
            "Chiba",
            "06 12 34 56 78",
            "+33 6 12 34 56 78",
            "0033612345678",
            "+33612345678",
            " 33612345678",
            "5678",
            "06.12.34",
            "+33 (0)6-12-34",
        ):
            with self.subTest(text):
                self.assertEqual(self.names(text), ["Bella Napoli"])

    def test_how_it_was_found(self):
        [row] = self.reception.find("+33612345678")
        self.assertEqual((row["found_by"], row["is_exact"]), ("phone", True))
        self.assertEqual((row["person"], row["owner_name"]), ("Chiba", "Inoue"))
        self.assertEqual(row["partner_id"], self.chiba.id)
        [row] = self.reception.find("345678")
        self.assertEqual((row["found_by"], row["is_exact"]), ("phone", False))

    def test_digits_are_a_number_first(self):
        """Four may be the year in a name; more are looked for there when nobody has
        such a number."""
        self._new_customer("Hotel 3456")
        self._new_customer("Hotel 345678")
        self._new_customer("Chen", email="98765432@example.com")
        everybody = ["Bella Napoli", "Hotel 3456", "Hotel 345678"]
        self.assertEqual(sorted(self.names("3456")), everybody)
        self.assertEqual(self.names("345678"), ["Bella Napoli"])
        self.chiba.phone = False
        self.assertEqual(self.names("345678"), ["Hotel 345678"])
        self.assertEqual(self.names("98765432"), ["Chen"])

    def test_the_closest_first(self):
        for name in ("Isabella", "La Bella", "Bella", "Bella Vista"):
            self._new_customer(name)
        self.assertEqual(
            self.names("bella"),
            ["Bella", "Bella Napoli", "Bella Vista", "La Bella", "Isabella"],
        )
        self.assertEqual(self.names("bella", limit=2), ["Bella", "Bella Napoli"])

    def test_signs_of_a_pattern_are_text(self):
        self.assertEqual(self.names("%%%"), [])
        self.assertEqual(self.names("b_lla"), [])
        self.assertEqual(self.names("100%"), [])
        self._new_customer("100% Pasta")
        self.assertEqual(self.names("100%"), ["100% Pasta"])

    def test_not_found(self):
        stranger = self._new_customer(
            "Bella Elsewhere",
            company_id=self.env["res.company"].create({"name": "Other"}).id,
            user_id=False,
        )
        self._new_customer("Bella Gone").active = False
        self.assertEqual(self.names("bella"), ["Bella Napoli"])
        with self.assertRaises(AccessError):
            self.reception.get_customer(stranger.id)
        self.assertEqual(self.names("Sakashita"), [])  # a colleague is no customer
        self.assertEqual(self.names("x"), [])

    def test_what_is_asked_must_be_right(self):
        for text, limit in ((None, 8), (12, 8), ("bella", -1), ("bella", "all")):
            with self.assertRaises(UserError):
                self.reception.find(text, limit)
        for wrong in (None, "1", 0, -1, 2**40):
            with self.assertRaises(UserError):
                self.reception.get_customer(wrong)

    def test_the_call(self):
        """Who answers has none of it, and tells the customer all of it."""
        self.take_part()
        self.enroll()
        card = self.reception.get_customer(self.chiba.id)
        self.assertEqual(card["customer"]["name"], "Bella Napoli")
        self.assertEqual(card["customer"]["person"], "Chiba")
        self.assertEqual(card["owner"]["name"], "Inoue")
        [promise] = card["promises"]
        self.assertEqual(promise["taken_by"], "Sakashita")
        self.assertEqual(promise["deadline"], "2026-03-03 16:00:00")
        self.assertEqual(promise["user_name"], "Workshop")
        self.assertEqual(
            [
                (hand["user_name"], hand["text"], hand["deadline"], hand["state"])
                for hand in promise["chain"]
            ],
            [
                ("Sakashita", "", False, "done"),
                ("Inoue", "Has the part, brings it back", False, "done"),
                ("Workshop", "Repairs it", "2026-03-03 11:00:00", "now"),
                ("Inoue", "", False, "next"),
            ],
        )
        self.assertTrue(card["next"]["date"])
        self.assertEqual(card["stage"], "First month")
        self.assertFalse(card["may_open"])

    def test_words_are_for_those_whose_role_shows_them(self):
        enrollment = self.enroll()
        call = self.touchpoint(enrollment, "step_m1_call")
        call.with_user(self.rep).action_done("reached", "negative", "Too dear")
        for user, note, words in (
            (self.receptionist, "", ""),
            (self.other_rep, "", ""),
            (self.rep, "Too dear", "Too dear"),
            (self.manager, "Too dear", "Too dear"),
        ):
            self.env.invalidate_all()
            card = (
                self.env["crl.reception"].with_user(user).get_customer(self.customer.id)
            )
            [contact] = card["contacts"]
            self.assertEqual(contact["note"], note, user.name)
            self.assertEqual(contact["verdict"], "negative")
            self.assertEqual(contact["user_name"], "Inoue")
            [case] = card["cases"]
            self.assertEqual(case["text"], words, user.name)
            self.assertEqual(case["kind_text"], "Unhappy customer")

    def test_what_a_receptionist_reaches(self):
        promise = self.take_part()
        self.enroll()
        for model in (
            "crl.case",
            "crl.case.hand",
            "crl.touchpoint",
            "crl.touchpoint.log",
            "crl.relationship",
            "crl.enrollment",
        ):
            records = self.env[model].with_user(self.receptionist)
            for operation in ("read", "write", "create", "unlink"):
                self.assertFalse(records.has_access(operation), f"{model}: {operation}")
        with self.assertRaises(AccessError):
            promise.with_user(self.receptionist).read(["description"])
        for verb in (promise.action_recovered, promise.action_cancel):
            with self.assertRaises(AccessError):
                verb.__func__(promise.with_user(self.receptionist))
        contact = self.customer.crl_touchpoint_ids[:1].with_user(self.receptionist)
        with self.assertRaises(AccessError):
            contact.action_done("reached")

    def test_who_does_not_answer_is_told_nothing(self):
        direction = self._new_user("direction", "direction")
        plain = new_test_user(self.env, login="crl_plain")
        for user in (direction, plain):
            reception = self.env["crl.reception"].with_user(user)
            for action in (
                lambda r=reception: r.find("bella"),
                lambda r=reception: r.get_customer(self.customer.id),
                lambda r=reception: r.leave_message(self.customer.id, "Hello"),
            ):
                with self.assertRaisesRegex(AccessError, "Answers for everybody"):
                    action()
            with self.assertRaises(AccessError):
                self.customer.with_user(user).crl_take_promise(
                    "Soon", "2026-03-09 10:00:00"
                )
        self.env["res.config.settings"].create({"group_crl_reception": True}).execute()
        self.env.invalidate_all()
        self.assertTrue(self.env["crl.reception"].with_user(plain).find("bella"))

    def test_taken_and_settled_by_who_answers(self):
        promise = self.take_part()
        promise.with_user(self.receptionist).action_keep_promise("They said so")
        card = self.reception.get_customer(self.customer.id)
        self.assertEqual(card["promises"][0]["state"], "kept")
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.rep.company_ids += elsewhere
        other = self.env["crl.case"].create(
            {
                "partner_id": self._new_customer("Shared").id,
                "company_id": elsewhere.id,
                "kind": "promise",
                "deadline": "2026-03-09 10:00:00",
                "user_id": self.rep.id,
            }
        )
        with self.assertRaises(AccessError):
            other.with_user(self.receptionist).action_keep_promise()
        card = self.reception.get_customer(other.partner_id.id)
        self.assertEqual(card["promises"], [])

    def test_a_message_for_who_looks_after_them(self):
        self.rep.write(
            {"crl_cover_id": self.other_rep.id, "crl_away_until": "2026-03-05"}
        )
        card = self.reception.get_customer(self.customer.id)
        self.assertEqual(card["owner"]["cover"], self.other_rep.name)
        self.assertEqual(card["owner"]["away_until"], "2026-03-05")
        name = self.reception.leave_message(self.chiba.id, "Call back <b>today</b>")
        self.assertEqual(name, self.other_rep.name)
        [activity] = self.customer.activity_ids
        self.assertEqual(activity.user_id, self.other_rep)
        self.assertIn("Chiba called: Call back &lt;b&gt;today", activity.note)
        with self.assertRaisesRegex(UserError, "Write the message"):
            self.reception.leave_message(self.customer.id, " ")

    def test_queries_do_not_grow(self):
        """A full page asks as often as one row, and a long card as a short one."""

        def count(action):
            self.env.flush_all()
            self.env.invalidate_all()
            action()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            action()
            return self.env.cr.sql_log_count - before

        def find():
            return self.reception.find("bell")

        def card():
            return self.reception.get_customer(self.customer.id)

        self.take_part()
        few, short = count(find), count(card)
        for number in range(7):
            self._new_customer(f"Bella {number}", user_id=self.other_rep.id)
            self.customer.with_user(self.rep).crl_take_promise(
                f"Sample {number}", "2026-03-09 10:00:00"
            )
        self.assertEqual(len(find()), 8)
        self.assertEqual(len(card()["promises"]), 8)
        self.assertLessEqual(count(find), few)
        self.assertLessEqual(count(card), short)
        # the ways, the name, what is shown, what is told of them
        self.assertLessEqual(few, 5)
        self.assertLess(short, 40)


@tagged("post_install", "-at_install")
class TestLookup(ReceptionCase, WebCase):
    """A telephone system opens an address with the number that calls."""

    def lookup(self, number):
        answer = self.url_open(
            "/crl/lookup", params={"phone": number}, allow_redirects=False
        )
        self.assertEqual(answer.status_code, 303, answer.text)
        return answer.headers["Location"].partition("/odoo/")[2]

    def test_one_none_several(self):
        self.authenticate("crl_suzuki", "crl_suzuki")
        before = self.env["crl.touchpoint.log"].search_count([])
        one = f"retention-reception/{self.chiba.id}"
        self.assertEqual(self.lookup("+33612345678"), one)
        self.assertEqual(self.lookup("0612345678"), one)
        self.assertEqual(
            self.lookup("0788888888"), "retention-reception?phone=tel%3A0788888888"
        )
        self.assertEqual(
            self.lookup("anonymous"), "retention-reception?phone=tel%3Aanonymous"
        )
        self._new_customer("Twin", phone="+33612345678")
        self.assertIn("phone=", self.lookup("0612345678"))
        self.assertEqual(self.env["crl.touchpoint.log"].search_count([]), before)

    def test_not_without_a_login_nor_by_post(self):
        answer = self.url_open("/crl/lookup?phone=0612345678", allow_redirects=False)
        self.assertIn("/web/login", answer.headers["Location"])
        self.authenticate("crl_suzuki", "crl_suzuki")
        answer = self.url_open("/crl/lookup", data={"phone": "0612345678"})
        self.assertEqual(answer.status_code, 405)

    def test_the_call_on_the_screen(self):
        self.start_tour_data()
        self.start_tour(
            "/odoo/retention-reception", "crl_reception_call", login="crl_suzuki"
        )
        taken = self.customer.crl_case_ids.sorted("id")[-1]
        self.assertEqual(taken.description, "We call you at noon")
        self.assertEqual(taken.taken_by_id, self.receptionist)
        self.assertEqual(taken.user_id, self.rep)
        self.assertEqual(
            self.customer.activity_ids.filtered("note").mapped("user_id"),
            self.rep + self.workshop,
        )

    def start_tour_data(self):
        """As ``take_part``, on the browser's own day."""
        now = fields.Datetime.now()
        promise = self.env["crl.case"].browse(
            self.customer.with_user(self.driver).crl_take_promise(
                "Repair the part that failed and bring it back",
                fields.Datetime.add(now, days=1, hours=5),
                self.driver.id,
            )
        )
        promise.with_user(self.driver).action_hand_over(self.rep.id, "Has the part")
        promise.with_user(self.rep).action_hand_over(
            self.workshop.id, "Repairs it", fields.Datetime.add(now, days=1)
        )
