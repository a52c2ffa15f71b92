from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import CrlCase


class TimelineCase(CrlCase):
    """A customer with a person, and a colleague's customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna = cls.env["res.partner"].create(
            {"name": "Anna", "parent_id": cls.customer.id, "email": "anna@example.com"}
        )
        cls.other = cls._new_customer("Da Mario", user_id=cls.other_rep.id)

    def rows(self, user=None, customer=None, **arguments):
        self.env.flush_all()
        self.env.invalidate_all()
        customer = (customer or self.customer).with_user(user or self.rep)
        return customer.crl_get_timeline(**arguments)

    def titles(self, *args, **arguments):
        return [row["title"] for row in self.rows(*args, **arguments)]

    def say(self, moment, body, record=None, **values):
        """A message of the past on a record's thread."""
        record = record or self.customer
        return self.env["mail.message"].create(
            {
                "model": record._name,
                "res_id": record.id,
                "date": moment,
                "body": body,
                "message_type": "email",
                "author_id": self.anna.id,
                **values,
            }
        )

    def meet(self, moment, name, **values):
        return (
            self.env["calendar.event"]
            .with_context(dont_notify=True)
            .create(
                {
                    "name": name,
                    "start": moment,
                    "stop": fields.Datetime.add(
                        fields.Datetime.to_datetime(moment), hours=1
                    ),
                    "user_id": self.rep.id,
                    "partner_ids": [(6, 0, (self.rep.partner_id + self.anna).ids)],
                    **values,
                }
            )
        )

    def done(self, moment, note="Fine", verdict="positive", customer=None):
        """A call that was made."""
        customer = customer or self.customer
        return self.env["crl.touchpoint"].create(
            {
                "partner_id": customer.id,
                "company_id": self.company.id,
                "channel": "call",
                "state": "done",
                "outcome": "reached",
                "verdict": verdict,
                "note": note,
                "user_id": customer.user_id.id,
                "date_planned": moment,
                "date_done": moment,
            }
        )


@tagged("post_install", "-at_install")
class TestTimeline(TimelineCase):
    # ---- What is in it ----

    def test_every_source_in_one_order(self):
        self.rep.group_ids += self.env.ref("sales_team.group_sale_salesman")
        self.enroll()
        self.at("2026-03-20 10:00:00")
        self.done("2026-03-05 09:00:00", "They like the dough")
        self.say("2026-03-06 09:00:00", "When do you come?", subject="Question")
        self.say(
            *("2026-03-06 10:00:00", "On Monday", self.anna),
            message_type="comment",
            author_id=self.rep.partner_id.id,
            subtype_id=self.env.ref("mail.mt_comment").id,
        )
        self.meet("2026-03-09 09:00:00", "Tasting")
        case = self.env["crl.case"].create(
            {
                "partner_id": self.customer.id,
                "kind": "promise",
                "description": "A new oven",
                "deadline": "2026-03-24 12:00:00",
            }
        )
        self.customer.crl_set_consent({"email.marketing": "granted"}, "By phone")
        lead = self.env["crm.lead"].create(
            {
                "name": "Ovens",
                "type": "opportunity",
                "partner_id": self.anna.id,
                "user_id": self.rep.id,
                "active": False,
            }
        )
        lead.flush_recordset()
        self.env.cr.execute(
            "UPDATE crm_lead SET create_date = '2026-03-07 09:00:00.123' WHERE id = %s",
            [lead.id],
        )
        self.at("2026-03-20 10:01:00")
        rows = self.rows()
        ahead = [row for row in rows if row["date"] > "2026-03-20 10:01:00"]
        self.assertIn("Second call", [row["title"] for row in ahead])
        self.assertEqual({row["state"] for row in ahead}, {"Planned"})
        past = [
            (row["kind"], row["title"], row["who"])
            for row in rows
            if "2026-03-05" <= row["date"] <= "2026-03-20 10:01:00"
            and row["state"] != "Planned"
        ]
        rep = self.rep.name
        self.assertEqual(
            past,
            [
                ("consent", "Yes: marketing by email", "Bella Napoli"),
                ("case", "Promise", rep),
                ("meeting", "Tasting", rep),
                ("lead", "Ovens", rep),
                ("message", "Message", rep),
                ("message", "Question", "Anna"),
                ("contact", "Call", rep),
            ],
        )
        by_title = {row["title"]: row for row in rows}
        promise = by_title["Promise"]
        self.assertEqual(
            (promise["model"], promise["id"], promise["text"], promise["state"]),
            ("crl.case", case.id, "A new oven", "Open, until 03/24/2026"),
        )
        call = by_title["Call"]
        self.assertEqual(
            (call["icon"], call["verdict"], call["text"], call["state"]),
            ("fa-phone", "positive", "They like the dough", ""),
        )
        self.assertEqual(by_title["Question"]["state"], "Received")
        self.assertEqual(by_title["Question"]["text"], "When do you come?")
        # a person's timeline is the customer's
        self.assertEqual(self.rows(customer=self.anna), rows)

    def test_a_closed_case_is_told_twice(self):
        case = self.env["crl.case"].create(
            {"partner_id": self.customer.id, "description": "Dry dough"}
        )
        self.at("2026-03-04 10:00:00")
        case.with_user(self.rep).action_not_recovered("They left")
        self.assertEqual(
            [(r["title"], r["state"]) for r in self.rows(sources=["case"])],
            [
                ("Complaint: closed", "Not recovered"),
                ("Complaint", "Not recovered"),
            ],
        )

    def test_stages_and_promises_in_words(self):
        self.enroll()
        case = self.env["crl.case"].create(
            {
                "partner_id": self.customer.id,
                "kind": "promise",
                "description": "A new oven",
                "deadline": "2026-03-05 12:00:00",
            }
        )
        self.at("2026-03-04 10:00:00")
        case.with_user(self.rep).action_keep_promise()
        self.at("2026-03-04 12:00:00")
        self.done("2026-03-04 12:00:00")._judge("negative", "Dry dough")
        rows = self.rows(sources=["stage", "case"])
        self.assertEqual(rows[1]["text"], "Dry dough")
        self.assertEqual(
            [
                (row["title"], row["text"], row["state"])
                for row in rows
                if row["title"] != "Unhappy customer"
            ],
            [
                ("Stage: Recovery", "Before: First month", ""),
                ("Promise: closed", "", "Kept"),
                ("Stage: First month", "", ""),
                ("Promise", "A new oven", "Kept"),
            ],
        )

    def test_what_a_contact_stands_for_is_not_told_twice(self):
        """Our message is the contact, and so is the meeting of a visit."""
        enrollment = self.enroll()
        self.run_cron()
        welcome = self.touchpoint(enrollment, "step_m1_welcome")
        self.assertTrue(welcome.mail_message_id)
        self.at("2026-03-16 09:00:00")
        self.run_cron()
        visit = self.touchpoint(enrollment, "step_m1_visit")
        meeting = visit.activity_id.calendar_event_id
        meeting.with_context(dont_notify=True).partner_ids += self.customer
        kinds = {row["kind"] for row in self.rows()}
        self.assertEqual(kinds, {"contact", "stage"})
        visit.with_user(self.rep).action_done("reached", note="All well")
        rows = self.rows()
        self.assertEqual({row["kind"] for row in rows}, {"contact", "stage"})
        self.assertIn(("contact", "All well"), [(r["kind"], r["text"]) for r in rows])

    def test_words_said_at_once_are_one_row(self):
        self.customer.crl_do_not_contact = True
        [row] = self.rows(sources=["consent"])
        self.assertTrue(row["title"].startswith("No: service messages by email, "))
        self.assertIn("marketing letters", row["title"])
        self.at("2026-03-04 10:00:00")
        self.customer.crl_do_not_contact = False
        self.assertEqual(len(self.rows(sources=["consent"])), 2)

    def test_a_campaign_is_told_once_it_is_released(self):
        segment = self.env["crl.segment"].create(
            {"name": "One", "domain": f"[('id', '=', {self.customer.id})]"}
        )
        campaign = self.env["crl.campaign"].create(
            {
                "name": "Spring",
                "segment_id": segment.id,
                "operator_ids": [(6, 0, self.rep.ids)],
                "date_from": "2026-03-02",
                "date_to": "2026-04-30",
            }
        )
        campaign.with_user(self.manager).action_preview()
        self.run_cron()
        self.assertFalse(self.rows(sources=["campaign"]))
        campaign.with_user(self.manager).action_release()
        self.run_cron()
        [row] = self.rows(sources=["campaign"])
        self.assertEqual(
            (row["title"], row["model"], row["id"]),
            ("Spring", "crl.campaign", campaign.id),
        )

    def test_an_addon_adds_its_own(self):
        """Whatever has a date and is the customer's can be a source."""
        origin = type(self.customer)
        Source = self.env.registry["res.partner"]
        before = origin._crl_get_timeline_sources

        def more(customer):
            source = before(customer)["meeting"]
            return {
                **before(customer),
                "user": source._replace(
                    model="res.users", date="create_date", kind="user", domain=[]
                ),
            }

        self.patch(Source, "_crl_get_timeline_sources", more)
        kinds = self.customer.with_user(self.rep).crl_get_timeline_kinds()
        self.assertEqual(kinds[-1]["kind"], "user")

    # ---- Page by page ----

    def test_pages_at_equal_moments(self):
        """Each row is on one page, in the order of the whole, whatever is added above
        in the meantime."""
        for number in range(5):
            self.done("2026-02-20 09:00:00", f"Call {number}")
            self.say("2026-02-20 09:00:00", f"Mail {number}")
            self.meet("2026-02-20 09:00:00", f"Meeting {number}")
            self.meet("2026-02-21 09:00:00", f"Later {number}")
        whole = [row["key"] for row in self.rows(limit=200)]
        self.assertGreaterEqual(len(whole), 20)
        for size in (1, 2, 3, 7, len(whole)):
            with self.subTest(size=size):
                pages, before = [], None
                while page := self.rows(limit=size, before=before):
                    pages += [row["key"] for row in page]
                    before = page[-1]["key"]
                self.assertEqual(pages, whole)
        first = self.rows(limit=3)
        self.done("2026-03-01 09:00:00", "New")
        after = self.rows(limit=200, before=first[-1]["key"])
        self.assertEqual([row["key"] for row in after], whole[3:])

    def test_below_a_moment(self):
        self.done("2026-02-20 09:00:00", "Old")
        self.done("2026-02-21 09:00:00", "New")
        rows = self.rows(before="2026-02-21 09:00:00")
        self.assertEqual([row["text"] for row in rows], ["Old"])

    def test_kinds(self):
        self.done("2026-02-20 09:00:00")
        self.say("2026-02-20 09:00:00", "Hello")
        kinds = self.customer.with_user(self.rep).crl_get_timeline_kinds()
        self.assertEqual(
            [kind["kind"] for kind in kinds],
            ["contact", "case", "stage", "campaign", "consent", "message", "meeting"],
        )
        self.assertEqual(
            {row["kind"] for row in self.rows(sources=["message"])}, {"message"}
        )

    def test_what_makes_no_sense_is_refused(self):
        for arguments in (
            {"limit": 0},
            {"limit": 201},
            {"limit": "30"},
            {"limit": True},
            {"before": "yesterday"},
            {"before": 7},
            {"before": "2026-02-20|contact"},
            {"before": "2026-02-20T09:00:00|contact|x"},
            {"before": "2026-02-20T09:00:00+01:00|contact|1"},
            {"sources": "contact"},
            {"sources": ["nonsense"]},
            {"sources": [["contact"]]},
            {"sources": [{}]},
        ):
            with self.subTest(**arguments), self.assertRaises(ValidationError):
                self.rows(**arguments)
        for none_or_two in (self.customer + self.other, self.customer.browse()):
            with self.assertRaises(UserError):
                none_or_two.crl_get_timeline()

    def test_a_novel_is_cut(self):
        self.done("2026-02-20 09:00:00", "Dough " * 500)
        [row] = self.rows(sources=["contact"])
        self.assertLessEqual(len(row["text"]), 600)
        self.assertTrue(row["text"].endswith("Dough…"))

    # ---- Who sees what ----

    def test_each_source_with_the_readers_own_rights(self):
        self.done("2026-02-20 09:00:00", "Secret words")
        self.env["crl.case"].create(
            {"partner_id": self.customer.id, "description": "Dry dough"}
        )
        self.say("2026-02-20 09:00:00", "Hello")
        self.meet("2026-02-20 09:00:00", "Tasting")
        self.customer.crl_set_consent({"email.marketing": "granted"}, "By phone")
        mine = {"contact", "case", "message", "meeting", "consent"}
        direction = self._new_user("direction", "direction")
        marketing = self._new_user("marketing", "marketing")
        for user, kinds in (
            (self.rep, mine),
            (self.leader, mine),
            (self.manager, mine),
            (direction, mine),
            # a colleague opens the customer, their chatter and the calendar
            (self.other_rep, {"message", "meeting"}),
            (marketing, {"message", "meeting", "consent"}),
        ):
            with self.subTest(user=user.login):
                rows = self.rows(user)
                self.assertEqual({row["kind"] for row in rows}, kinds)
                self.assertEqual(
                    "Secret words" in str(rows),
                    "contact" in kinds,
                )

    def test_portal_users_see_nothing(self):
        portal = self.env["res.users"].create(
            {
                "name": "Anna",
                "login": "anna",
                "partner_id": self.anna.id,
                "group_ids": [(6, 0, self.env.ref("base.group_portal").ids)],
            }
        )
        self.say("2026-02-20 09:00:00", "Hello")
        for verb in ("crl_get_timeline", "crl_get_timeline_kinds"):
            with self.assertRaises(AccessError):
                getattr(self.customer.with_user(portal), verb)()

    def test_another_company_stays_apart(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._new_user(
            "stranger",
            "manager",
            company_id=elsewhere.id,
            company_ids=[(6, 0, elsewhere.ids)],
        )
        self.done("2026-02-20 09:00:00", "Secret words")
        self.assertNotIn("contact", {row["kind"] for row in self.rows(stranger)})

    def test_messages_on_what_the_reader_may_not_open(self):
        """A message on a colleague's opportunity stays there."""
        user = self._new_user("seller", "user")
        user.group_ids += self.env.ref("sales_team.group_sale_salesman")
        leads = self.env["crm.lead"].create(
            [
                {
                    "name": owner.name,
                    "type": "opportunity",
                    "partner_id": self.customer.id,
                    "user_id": owner.id,
                }
                for owner in (user, self.other_rep)
            ]
        )
        for lead in leads:
            self.say("2026-02-20 09:00:00", f"About {lead.id}", lead)
        rows = self.rows(user)
        self.assertEqual(
            [row["text"] for row in rows if row["kind"] == "message"],
            [f"About {leads[0].id}"],
        )
        self.assertEqual(
            [row["id"] for row in rows if row["kind"] == "lead"], leads[0].ids
        )

    # ---- What it costs ----

    def test_queries_do_not_grow_with_the_rows(self):
        def count():
            self.rows(limit=200)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            rows = self.customer.with_user(self.rep).crl_get_timeline(limit=200)
            return self.env.cr.sql_log_count - before, len(rows)

        def fill(numbers):
            for number in numbers:
                moment = fields.Datetime.add(
                    fields.Datetime.to_datetime("2026-01-01 09:00:00"), minutes=number
                )
                self.done(moment, f"Call {number}")
                self.say(moment, f"Mail {number}")
                self.meet(moment, f"Meeting {number}")
                self.customer.crl_set_consent(
                    {"email.marketing": "granted"}, "So", date=moment
                )

        fill(range(2))
        few, first = count()
        fill(range(2, 22))
        many, last = count()
        self.assertEqual(last - first, 80)
        self.assertLessEqual(many - few, 2)
        # what a page costs: a search and a read a source, and the names of people
        self.assertLessEqual(many, 45)
