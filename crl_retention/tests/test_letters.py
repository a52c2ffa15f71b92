from lxml import html

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import CrlCase


class LetterCase(CrlCase):
    """Letters that are due on the day, to customers in Paris."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.write(
            {"street": "1 Rue du Four", "zip": "75006", "city": "Paris"}
        )
        cls.company.country_id = cls.env.ref("base.fr")
        cls.thanks = cls.env["crl.cadence"].create(
            {
                "name": "Thank-you letters",
                "step_ids": [
                    (
                        0,
                        0,
                        {
                            "name": "Thank-you letter",
                            "stage_id": cls.env.ref("crl_retention.stage_month_1").id,
                            "channel": "letter",
                            "script": "<p>Thank them</p>",
                            "roll": "none",
                        },
                    )
                ],
            }
        )
        cls.customer.write(cls.address(1))

    @classmethod
    def address(cls, number):
        return {"street": f"{number} Rue de Rivoli", "zip": "75001", "city": "Paris"}

    def letters(self, customers=None):
        """The letters of some customers, due now."""
        enrollments = self.enroll(customers or self.customer, cadence=self.thanks)
        self.run_cron()
        letters = enrollments.touchpoint_ids
        self.assertEqual(set(letters.mapped("state")), {"open"})
        return letters

    def screen(self, user=None):
        return self.env["crl.letter"].with_user(user or self.rep)


@tagged("post_install", "-at_install")
class TestLetters(LetterCase):
    """The queue of letters, and what becomes of them."""

    def test_a_letter_is_posted_and_nothing_else(self):
        letter = self.letters()
        form = self.env["crl.desk"].with_user(self.rep).open_contact(letter.id)["form"]
        self.assertEqual([o["value"] for o in form["outcomes"]], ["reached"])

    def test_the_queue_of_a_rep(self):
        letter = self.letters()
        queue = self.screen().get_queue()
        self.assertEqual([row["id"] for row in queue["rows"]], letter.ids)
        self.assertEqual((queue["total"], queue["ids"]), (1, letter.ids))
        (row,) = queue["rows"]
        self.assertEqual(row["name"], "Bella Napoli")
        self.assertEqual(
            row["address"], ["Bella Napoli", "1 Rue de Rivoli", "75001 Paris"]
        )
        self.assertEqual(row["title"], "Thank-you letter")
        self.assertTrue(row["has_address"])
        self.assertEqual(self.screen(self.other_rep).get_queue()["total"], 0)
        leader = self.screen(self.leader)
        self.assertEqual(leader.get_queue()["total"], 0)
        self.assertEqual(leader.get_queue({"scope": "team"})["total"], 1)
        with self.assertRaises(AccessError):
            self.screen().get_queue({"scope": "all"})
        self.assertEqual(
            self.screen(self.manager).get_queue({"scope": "all"})["total"], 1
        )

    def test_who_stands_in_writes_them(self):
        letter = self.letters()
        self.rep.crl_cover_id = self.other_rep
        self.assertEqual(self.screen(self.other_rep).get_queue()["ids"], letter.ids)
        self.screen(self.other_rep).save_text(letter.id, "Dear all")
        self.screen(self.other_rep).post(letter.ids)
        self.assertEqual(letter.state, "done")

    def test_only_what_is_due(self):
        self.enroll(cadence=self.thanks, start="2026-03-20")
        self.assertEqual(self.screen().get_queue()["total"], 0)

    def test_posted_once(self):
        letter = self.letters()
        screen = self.screen()
        screen.save_text(letter.id, "Dear Bella Napoli,\nthank you.")
        self.assertEqual(screen.post(letter.ids), {"posted": letter.ids, "refused": []})
        self.assertEqual((letter.state, letter.outcome), ("done", "reached"))
        self.assertFalse(letter.is_letter_printed)
        self.assertFalse(letter.activity_id)
        log = letter.log_ids
        # sent again after a lost answer
        self.assertEqual(screen.post(letter.ids), {"posted": letter.ids, "refused": []})
        self.assertEqual(letter.log_ids, log)
        # a colleague who was slower is told
        answer = self.screen(self.leader).post(letter.ids)
        self.assertFalse(answer["posted"])
        self.assertIn(self.rep.name, answer["refused"][0]["text"])
        with self.assertRaises(UserError):
            screen.save_text(letter.id, "Too late")
        self.assertEqual(letter.letter_text, "Dear Bella Napoli,\nthank you.")
        self.assertEqual(screen.get_queue()["total"], 0)

    def test_many_leave_what_one_leaves(self):
        """Posted together, each customer's chatter and activity look as when posted
        alone; whoever follows the customer's activities is told."""
        customers = self.env["res.partner"].concat(
            *(self._new_customer(f"Pizzeria {n}", **self.address(n)) for n in range(4))
        )
        customers.company_id = self.company
        letters = self.letters(customers)
        activities = letters.activity_id
        activities[:2].user_id = self.leader
        customers[3].message_subscribe(
            self.manager.partner_id.ids, self.env.ref("mail.mt_activities").ids
        )
        self.screen().post(letters[0].ids)
        self.screen().post(letters[1:].ids)
        lines = [
            customer.message_ids.filtered("mail_activity_type_id")
            for customer in customers
        ]
        self.assertEqual([len(line) for line in lines], [1, 1, 1, 1])
        kept = (
            "author_id", "email_from", "message_type", "subtype_id", "reply_to",
            "mail_activity_type_id", "record_company_id", "record_alias_domain_id",
            "email_add_signature", "is_internal", "body", "subject", "parent_id",
        )  # fmt: skip
        for field in kept:
            self.assertEqual(lines[1][field], lines[0][field], field)
            if field != "body":
                self.assertEqual(lines[2][field], lines[0][field], field)
        self.assertIn("originally assigned", lines[1].body)
        self.assertNotIn("originally assigned", lines[2].body)
        self.assertEqual(set(activities.mapped("state")), {"done"})
        self.assertFalse(any(activities.mapped("active")))
        self.assertEqual(
            [line.notified_partner_ids for line in lines[:3]],
            [self.env["res.partner"]] * 3,
        )
        self.assertEqual(lines[3].notified_partner_ids, self.manager.partner_id)

    def test_a_photo(self):
        letter = self.letters()
        photo = (
            self.env["ir.attachment"]
            .with_user(self.rep)
            .create(
                {
                    "name": "letter.png",
                    "raw": b"photo",
                    "res_model": "crl.touchpoint.result",
                }
            )
        )
        self.screen().post(letter.ids, attachment_ids=photo.ids)
        self.assertEqual(
            (photo.res_model, photo.res_id), ("res.partner", self.customer.id)
        )
        self.assertIn(photo, self.customer.message_ids.attachment_ids)

    def test_printed_is_not_handwritten(self):
        customers = self.customer + self._new_customer("Sole Mio", **self.address(2))
        letters = self.letters(customers)
        screen = self.screen()
        with self.assertRaisesRegex(UserError, "Not written yet: Bella Napoli"):
            screen.print_letters(letters.ids)
        screen.save_text(letters[0].id, "Dear <b>all</b>,\nthank you.")
        answer = screen.print_letters(letters.ids)
        self.assertEqual(answer["left_out"], ["Not written yet: Sole Mio"])
        self.assertEqual(letters.mapped("is_letter_printed"), [True, False])
        screen.save_text(letters[1].id, "Dear all")
        answer = screen.print_letters(letters.ids)
        self.assertFalse(answer["left_out"])
        self.assertEqual(letters.mapped("is_letter_printed"), [True, True])
        self.assertEqual(screen.get_queue()["rows"][0]["printed"], ["Letter"])
        # copied by hand after all
        screen.post(letters[0].ids, is_printed=False)
        screen.post(letters[1].ids)
        self.assertEqual(letters.mapped("is_letter_printed"), [False, True])

    def test_only_letters(self):
        call = self.touchpoint(self.enroll(), "step_m1_call")
        for number in (call.id, "1", None, 0, True):
            # a ValidationError is one too
            with self.assertRaises(UserError):
                self.screen().open_letter(number)
        with self.assertRaises(UserError):
            self.screen().post([])

    def test_not_mine(self):
        letter = self.letters()
        direction = self._new_user("direction", "direction")
        marketing = self._new_user("marketing", "marketing")
        for user in (self.other_rep, direction, marketing):
            screen = self.screen(user)
            for verb, args in (
                ("open_letter", [letter.id]),
                ("save_text", [letter.id, "Words"]),
                ("post", [letter.ids]),
                ("print_letters", [letter.ids]),
                ("print_labels", [letter.ids]),
                ("print_envelopes", [letter.ids]),
            ):
                with self.assertRaises(AccessError, msg=f"{user.login} {verb}"):
                    getattr(screen, verb)(*args)
        for user in (direction, marketing):
            with self.assertRaises(AccessError):
                self.screen(user).get_queue()
        self.assertEqual(letter.state, "open")


@tagged("post_install", "-at_install")
class TestLetterWords(LetterCase):
    """What is offered to write."""

    def open(self, letter, user=None):
        return self.screen(user).open_letter(letter.id)

    def done(self, moment, channel="visit", verdict=False, note=False):
        return self.env["crl.touchpoint"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "channel": channel,
                "user_id": self.rep.id,
                "date_planned": moment,
                "date_done": moment,
                "state": "done",
                "outcome": "reached",
                "verdict": verdict,
                "note": note,
            }
        )

    def test_facts_and_sentences(self):
        self.done("2026-02-20 09:00:00", note="They got a new oven")
        letter = self.letters()
        shown = self.open(letter)
        self.assertIn("They got a new oven", shown["facts"][0]["text"])
        self.assertEqual(shown["greeting"], "Dear Bella Napoli,")
        self.assertEqual(len(shown["sentences"]), 3)
        self.assertIn("It was good to see you on February 20.", shown["sentences"])
        # what we wrote for ourselves stays with us
        self.assertNotIn("oven", " ".join(shown["sentences"]))
        self.assertIn("Thank them", shown["script"])

    def test_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.customer.lang = "de_DE"
        self.done("2026-02-20 09:00:00")
        shown = self.open(self.letters())
        self.assertEqual(shown["lang"], "de_DE")
        self.assertIn("20. Februar", " ".join(shown["sentences"]))

    def test_nothing_cheerful_to_the_unhappy(self):
        letter = self.letters()
        visit = self.done("2026-02-20 09:00:00", verdict="positive")
        visit.create_date = visit.date_done
        self.env["crl.case"].create(
            {
                "partner_id": self.customer.id,
                "kind": "complaint",
                "description": "Dry dough",
            }
        )
        shown = self.open(letter)
        self.assertTrue(shown["is_unhappy"])
        self.assertEqual(
            shown["sentences"][0], "Thank you for telling us what was not right."
        )
        self.assertNotIn("good to see you", " ".join(shown["sentences"]))

    def test_nothing_older_than_a_year(self):
        self.done("2025-02-20 09:00:00", note="Long ago")
        shown = self.open(self.letters())
        self.assertFalse(shown["facts"])
        self.assertEqual(len(shown["sentences"]), 3)


@tagged("post_install", "-at_install")
class TestLetterPrint(LetterCase):
    """What comes out of the printer."""

    def render(self, answer, user=None):
        """The pages as HTML: what wkhtmltopdf would draw."""
        action = answer["action"]
        self.env.flush_all()
        self.env.invalidate_all()
        report = self.env["ir.actions.report"].with_user(user or self.rep)
        report = report.with_context(**action["context"])
        page = report._render_qweb_html(
            action["report_name"], None, data=dict(action["data"])
        )[0]
        return html.fromstring(page.decode())

    def get_size(self, answer):
        """Width and height of the paper the report is printed on, in mm."""
        action = answer["action"]
        report = self.env["ir.actions.report"]._get_report_from_name(
            action["report_name"]
        )
        paper = report.with_context(**action["context"]).get_paperformat()
        return paper.print_page_width, paper.print_page_height

    def test_labels(self):
        customers = self.env["res.partner"].concat(
            *(self._new_customer(f"Pizzeria {n}", **self.address(n)) for n in range(25))
        )
        letters = self.letters(customers)
        action = self.screen().print_labels(letters.ids, "a4_3x7", 21)
        self.assertEqual(self.get_size(action), (210, 297))
        page = self.render(action)
        papers = page.find_class("o_crl_paper")
        self.assertEqual([len(p.find_class("o_crl_box")) for p in papers], [1, 21, 3])
        first = papers[0].find_class("o_crl_box")[0]
        self.assertIn("left: 139.2mm; top: 243.75mm;", first.get("style"))
        self.assertEqual(
            [line.text for line in first],
            ["Pizzeria 0", "0 Rue de Rivoli", "75001 Paris"],
        )
        self.assertEqual(letters[0].log_ids[0].decision, "printed")

    def test_envelope_of_a_person_abroad(self):
        person = self.env["res.partner"].create(
            {
                "name": "山田太郎",
                "parent_id": self.customer.id,
                "type": "other",
                "street": "銀座1-2-3",
                "city": "中央区",
                "zip": "104-0061",
                "state_id": self.env.ref("base.state_jp_jp-13").id,
                "country_id": self.env.ref("base.jp").id,
            }
        )
        letter = self.letters()
        letter.contact_id = person
        action = self.screen().print_envelopes(letter.ids, "jp3")
        self.assertEqual(self.get_size(action), (120, 235))
        page = self.render(action)
        digits = [one.text for one in page.find_class("o_crl_digit")]
        self.assertEqual("".join(digits), "1040061")
        (box,) = page.find_class("o_crl_address")
        lines = [line.text for line in box]
        self.assertEqual(lines[-1], "山田太郎 様")
        self.assertEqual(lines[-2], "Bella Napoli")
        self.assertNotIn("104", " ".join(lines))
        # where there are no boxes it is part of the address
        page = self.render(self.screen().print_envelopes(letter.ids, "dl"))
        self.assertIn("104-0061", page.find_class("o_crl_address")[0].text_content())

    def test_the_letter_itself(self):
        letter = self.letters()
        self.screen().save_text(letter.id, "Dear <script>alert(1)</script>,\nthanks")
        page = self.render(self.screen().print_letters(letter.ids))
        (text,) = page.find_class("o_crl_letter_text")
        self.assertEqual(text.text, "Dear <script>alert(1)</script>,\nthanks")
        self.assertIn("1 Rue du Four", page.text_content())

    def test_usual_formats(self):
        for code, label, envelope in (
            ("us", "us_3x10", "us10"),
            ("jp", "a4_2x6", "jp3"),
            ("cn", "a4_3x8", "cn_zl"),
            ("de", "a4_3x8", "dl"),
            ("it", "a4_3x7", "dl"),
        ):
            self.company.country_id = self.env.ref(f"base.{code}")
            formats = self.screen().get_queue()["formats"]
            self.assertEqual((formats["label"], formats["envelope"]), (label, envelope))
        self.company.crl_label_format = "a4_3x7"
        self.assertEqual(self.screen().get_queue()["formats"]["label"], "a4_3x7")

    def test_no_letter_without_an_address(self):
        more = [self._new_customer(f"Lost {n}") for n in range(7)]
        letters = self.letters(self.customer.concat(self.customer, *more))
        answer = self.screen().print_labels(letters.ids)
        (sentence,) = answer["left_out"]
        self.assertIn("Lost 0, Lost 1, Lost 2, Lost 3, Lost 4, 2 more", sentence)
        page = self.render(answer)
        self.assertEqual(len(page.find_class("o_crl_box")), 1)
        self.customer.street = False
        for verb in ("print_labels", "print_envelopes"):
            with self.assertRaisesRegex(UserError, "Without a street and a town"):
                getattr(self.screen(), verb)(letters.ids)
        self.assertFalse(self.screen().get_queue()["rows"][0]["has_address"])

    def test_wrong_formats(self):
        letter = self.letters()
        for args in (
            (["a4"],),
            ("a0",),
            ("a4_3x7", 0),
            ("a4_3x7", 22),
            ("a4_3x7", "1"),
        ):
            with self.assertRaises(ValidationError):
                self.screen().print_labels(letter.ids, *args)

    def test_nobody_prints_without_a_role(self):
        letter = self.letters()
        action = self.screen().print_labels(letter.ids)
        self.screen().save_text(letter.id, "Dear all")
        sheet = self.screen().print_letters(letter.ids)
        marketing = self._new_user("marketing", "marketing")
        for one in (action, sheet):
            with self.assertRaises(AccessError):
                self.render(one, marketing)
        with self.assertRaises(AccessError):
            self.render(sheet, self.other_rep)


@tagged("post_install", "-at_install")
class TestLetterSpeed(LetterCase):
    """As many queries for many letters as for a few."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for number in range(40):
            cls._new_customer(f"Pizzeria {number}", **cls.address(number))

    def make(self, number):
        customers = self.env["res.partner"].search(
            [("name", "like", "Pizzeria"), ("crl_enrollment_ids", "=", False)],
            limit=number,
        )
        self.assertEqual(len(customers), number)
        return self.letters(customers)

    def count(self, method, *args):
        """Queries of a call that finds nothing read before."""
        call = getattr(self.screen(), method)
        call(*args)  # what is read once a process
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        call(*args)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_the_queue(self):
        self.make(4)
        few = self.count("get_queue")
        self.make(30)
        self.assertEqual(self.screen().get_queue()["total"], 34)
        self.assertLessEqual(self.count("get_queue"), few)

    def test_printing(self):
        few, many = self.make(4), self.make(30)
        for letters in (few, many):
            letters.letter_text = "Dear all"
        for method in ("print_labels", "print_envelopes", "print_letters"):
            queries = self.count(method, few.ids)
            self.assertLessEqual(self.count(method, many.ids), queries, method)

    def test_posting(self):
        queries = []
        for letters in (self.make(2), self.make(4), self.make(30)):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.screen().post(letters.ids)
            self.env.flush_all()
            queries.append(self.env.cr.sql_log_count - before)
            self.assertEqual(set(letters.mapped("state")), {"done"})
        self.assertLessEqual(queries[2], queries[1])

    def test_the_pages(self):
        few, many = self.make(4), self.make(30)
        (few + many).letter_text = "Dear all"
        for report, records in (
            ("labels", lambda letters: letters.partner_id),
            ("envelope", lambda letters: letters.partner_id),
            ("paper", lambda letters: letters),
        ):
            counts = []
            for numbers in (records(few).ids, records(few).ids, records(many).ids):
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                self.env[f"report.crl_retention.crl_letter_{report}"].with_user(
                    self.rep
                )._get_report_values(numbers)
                counts.append(self.env.cr.sql_log_count - before)
            self.assertLessEqual(counts[2], counts[1], report)
