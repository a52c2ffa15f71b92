import random
from collections import defaultdict
from datetime import datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from odoo import fields
from odoo.tests import tagged

from .common import CrlCase


@tagged("post_install", "-at_install")
class TestReport(CrlCase):
    """What reports say of a random book, against the definitions (C16) in Python."""

    PARIS = ZoneInfo("Europe/Paris")

    def setUp(self):
        super().setUp()
        self.seed = 20260302
        self.random = random.Random(self.seed)

    def day(self, moment):
        return moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(self.PARIS).date()

    def new_contacts(self, count=120):
        """Contacts of both reps, some weeks back and ahead, as the engine leaves
        them."""
        now = fields.Datetime.now()
        vals_list = []
        for __ in range(count):
            planned = now + timedelta(minutes=self.random.randint(-30 * 1440, 7 * 1440))
            state = self.random.choice(
                ["done", "done", "done", "open", "planned", "failed", "skipped"]
            )
            is_over = state in ("done", "failed")
            # around midnight in Paris as well
            done = planned + timedelta(minutes=self.random.randint(-600, 4 * 1440))
            vals_list.append(
                {
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "user_id": self.random.choice([self.rep.id, self.other_rep.id]),
                    "channel": self.random.choice(["call", "visit", "email"]),
                    "date_planned": planned,
                    "state": state,
                    "date_done": done if is_over else False,
                    "outcome": self.random.choice(["reached", "refused"])
                    if is_over
                    else False,
                    "verdict": self.random.choice(
                        ["positive", "neutral", "negative", False]
                    )
                    if state == "done"
                    else False,
                }
            )
        return self.env["crl.touchpoint"].create(vals_list)

    def share(self, values):
        values = list(values)
        return sum(values) / len(values) if values else None

    def assertFigure(self, found, expected, what):
        if expected is None:
            self.assertFalse(found, what)
        else:
            self.assertAlmostEqual(float(found), expected, 6, what)

    def test_contacts(self):
        contacts = self.new_contacts()
        today = self.day(fields.Datetime.now())
        expected = defaultdict(lambda: defaultdict(list))
        for contact in contacts:
            figures = expected[contact.user_id]
            due = self.day(contact.date_planned)
            is_late = None
            if contact.state == "done":
                is_late = self.day(contact.date_done) > due
            elif contact.state == "failed" or (
                contact.state in ("open", "planned") and due < today
            ):
                is_late = True
            punctuality = {None: False, True: "late", False: "on_time"}[is_late]
            self.assertEqual(contact.punctuality, punctuality)
            if is_late is not None:
                figures["on_time_rate"].append(not is_late)
            if contact.channel != "email" and contact.state in ("done", "failed"):
                figures["reached_rate"].append(
                    contact.state == "done" and contact.outcome == "reached"
                )
            if contact.verdict:
                figures["content_rate"].append(contact.verdict == "positive")
        names = ["on_time_rate", "reached_rate", "content_rate"]
        groups = (
            self.env["crl.touchpoint"]
            .with_user(self.manager)
            ._read_group(
                [("id", "in", contacts.ids)],
                ["user_id"],
                [f"{name}:avg" for name in names],
            )
        )
        self.assertEqual(len(groups), 2)
        for user, *found in groups:
            for name, value in zip(names, found, strict=True):
                self.assertFigure(
                    value, self.share(expected[user.with_env(self.env)][name]), name
                )

    def test_records_behind_a_figure(self):
        """The filters and groups on punctuality are the numbers of the rate."""
        contacts = self.new_contacts()
        Contact = self.env["crl.touchpoint"].with_user(self.manager)
        mine = [("id", "in", contacts.ids)]
        for value in ("on_time", "late", False):
            self.assertEqual(
                set(Contact.search([*mine, ("punctuality", "=", value)]).ids),
                set(contacts.filtered(lambda c, v=value: c.punctuality == v).ids),
            )
        groups = dict(Contact._read_group(mine, ["punctuality"], ["__count"]))
        [[rate]] = Contact._read_group(mine, [], ["on_time_rate:avg"])
        self.assertAlmostEqual(
            float(rate), groups["on_time"] / (groups["on_time"] + groups["late"])
        )

    def test_a_rep_counts_own_customers(self):
        contacts = self.new_contacts(40)
        stranger = self._new_customer("Elsewhere", user_id=self.other_rep.id)
        other = contacts.filtered(lambda c: c.user_id == self.other_rep)
        other.partner_id = stranger
        [[seen]] = (
            self.env["crl.touchpoint"]
            .with_user(self.rep)
            ._read_group([], [], ["__count"])
        )
        self.assertEqual(seen, len(contacts - other))

    def test_working_days_late(self):
        """Planned on Friday: on time until midnight, a day late on Monday."""
        for done, late, punctuality in (
            ("2026-03-06 22:59:00", 0, "on_time"),  # 23:59 in Paris
            ("2026-03-06 23:01:00", 0, "late"),  # on Saturday
            ("2026-03-09 10:00:00", 1, "late"),
            ("2026-03-13 10:00:00", 5, "late"),
        ):
            with self.subTest(done=done):
                contact = self.env["crl.touchpoint"].create(
                    {
                        "partner_id": self.customer.id,
                        "company_id": self.company.id,
                        "user_id": self.rep.id,
                        "channel": "call",
                        "date_planned": "2026-03-06 09:00:00",
                    }
                )
                self.at(done)
                contact.with_user(self.rep).action_done()
                self.assertEqual(
                    (contact.late_days, contact.punctuality), (late, punctuality)
                )

    def test_cases(self):
        """48 hours, recovery and the median, of cases closed, open and reopened."""
        now = fields.Datetime.now()
        cases = self.env["crl.case"]
        states = ["open", "planned", "recovered", "not_recovered", "cancelled"]
        for number in range(60):
            customer = self._new_customer(f"Unhappy {number}")
            case = self.env["crl.case"].create(
                {"partner_id": customer.id, "kind": "complaint"}
            )
            opened = now - timedelta(minutes=self.random.randint(0, 20 * 1440))
            state = self.random.choice(states)
            closed = opened + timedelta(minutes=self.random.randint(60, 9 * 1440))
            self.env.flush_all()
            # as months of work would have left them
            self.env.cr.execute(
                """UPDATE crl_case SET state = %s, date_first = %s, date_open = %s,
                          deadline = %s, on_time = %s, date_closed = %s
                    WHERE id = %s""",
                [
                    state,
                    opened if number % 3 else None,
                    opened,
                    opened + timedelta(days=2),
                    self.random.random() < 0.5,
                    None if state in ("open", "planned") else closed,
                    case.id,
                ],
            )
            cases += case
        self.env.invalidate_all()
        in_time, recovered, days = [], [], []
        for case in cases:
            counts = case.state != "cancelled" and (
                case.on_time
                or case.state in ("recovered", "not_recovered")
                or case.deadline < now
            )
            if counts:
                in_time.append(case.on_time)
            if case.state in ("recovered", "not_recovered"):
                recovered.append(case.state == "recovered")
            if case.state == "recovered":
                days.append((case.date_closed - case.date_open) / timedelta(days=1))
        [found] = (
            self.env["crl.case"]
            .with_user(self.manager)
            ._read_group(
                [("id", "in", cases.ids)],
                [],
                ["on_time_rate:avg", "recovery_rate:avg", "recover_days:avg"],
            )
        )
        self.assertFigure(found[0], self.share(in_time), "on time")
        self.assertFigure(found[1], self.share(recovered), "recovered")
        self.assertFigure(found[2], median(days), "median")

    def test_reopened(self):
        enrollment = self.enroll()
        self.touchpoint(enrollment, "step_m1_call").with_user(self.rep).action_done(
            verdict="negative"
        )
        case = self.customer.crl_case_ids
        self.at("2026-03-03 10:00:00")
        case.visit_id.with_user(self.rep).action_done(verdict="negative")
        self.assertEqual((case.reopen_count, case.punctuality), (1, False))
        self.at("2026-03-04 10:00:00")
        case.visit_id.with_user(self.rep).action_done(verdict="positive")
        self.assertEqual((case.state, case.punctuality), ("recovered", "on_time"))
        self.assertEqual(case.recover_days, 2)
        case.with_user(self.rep).action_reopen()
        self.assertEqual((case.reopen_count, case.punctuality), (2, False))

    def test_promises_in_time(self):
        promise = (
            self.env["crl.case"]
            .with_user(self.rep)
            .create(
                {
                    "partner_id": self.customer.id,
                    "kind": "promise",
                    "description": "Two bags more",
                    "deadline": datetime(2026, 3, 4, 10),
                }
            )
        )
        self.assertFalse(promise.punctuality)
        self.at("2026-03-05 10:00:00")
        promise.invalidate_recordset()
        self.assertEqual(promise.punctuality, "late")

    def test_time_in_stage(self):
        self.enroll()
        self.at("2026-03-12 10:00:00")
        [[days, contacted]] = (
            self.env["crl.relationship"]
            .with_user(self.rep)
            ._read_group([], [], ["stage_days:avg", "contacted_rate:avg"])
        )
        self.assertEqual((days, float(contacted)), (10, 0))

    def test_measures_are_offered(self):
        """Pivots offer what has an aggregate and group by what can be grouped."""
        for model, names in (
            ("crl.touchpoint", ("on_time_rate", "reached_rate", "content_rate")),
            ("crl.case", ("on_time_rate", "recovery_rate", "recover_days")),
            ("crl.relationship", ("stage_days", "contacted_rate")),
        ):
            described = self.env[model].with_user(self.rep).fields_get()
            for name in names:
                self.assertEqual(described[name]["aggregator"], "avg")
            self.assertTrue(described["team_id"]["groupable"])

    def test_a_pivot_takes_few_queries(self):
        self.new_contacts(5)
        Contact = self.env["crl.touchpoint"].with_user(self.manager)
        spec = ["on_time_rate:avg", "late_days:avg", "__count"]
        Contact.formatted_read_group([], ["user_id"], spec)
        self.new_contacts(100)
        self.env.flush_all()
        with self.assertQueryCount(4):
            Contact.formatted_read_group([], ["channel"], spec)
