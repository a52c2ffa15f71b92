from odoo.tests import tagged

from .common import CrlCase


@tagged("post_install", "-at_install")
class TestQueryCount(CrlCase):
    """Batches cost the same number of queries whatever their size."""

    def setUp(self):
        super().setUp()
        self.few = self.new_customers(50)
        self.many = self.new_customers(250)

    def new_customers(self, count):
        first = self._new_customer(f"Ristorante {count}")
        return first + self.env["res.partner"].create(
            [
                first.copy_data(
                    {
                        "name": f"Ristorante {count} {number}",
                        # of their own: nobody is written to twice
                        "email": f"r{count}.{number}@example.com",
                        "phone": f"+33 1 {count:04}{number:04}",
                    }
                )[0]
                for number in range(1, count)
            ]
        )

    def count(self, work, *args):
        """Queries of ``work``, on empty caches."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        work(*args)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def assertFlat(self, few, many, per_record=0.1):
        """The 200 records that ``many`` had more took hardly a query more."""
        self.assertLessEqual(many - few, per_record * 200)

    def enrollments(self, partners):
        return self.env["crl.enrollment"].search([("partner_id", "in", partners.ids)])

    def test_enroll(self):
        self.count(self.enroll, self.customer)  # warm up
        self.assertFlat(
            self.count(self.enroll, self.few), self.count(self.enroll, self.many)
        )

    def open_due(self, partners, step):
        """Make the contacts of a step due for some customers alone, and open them."""
        touchpoints = self.env["crl.touchpoint"].search([])
        touchpoints.date_due = False
        step = self.env.ref(f"crl_retention.{step}")
        due = touchpoints.filtered(
            lambda t: t.step_id == step and t.partner_id in partners
        )
        due.date_due = self.NOW
        count = self.count(self.env["crl.touchpoint"]._open_due, 300)
        self.assertEqual({(t.state, t.hold_reason) for t in due}, {("open", False)})
        return count

    def test_open(self):
        self.enroll(self.customer + self.few + self.many)
        for step in ("step_m1_welcome", "step_m1_call", "step_m3_visit"):
            with self.subTest(step=step):
                self.open_due(self.customer, step)  # warm up
                few = self.open_due(self.few, step)
                self.assertFlat(few, self.open_due(self.many, step))

    def test_open_on_a_former_version(self):
        """Copies of steps are read for all customers at once."""
        self.enroll(self.customer + self.few + self.many)
        for step in self.cadence.step_ids:
            step.write({"hour_to": 21, "script": "<p>New</p>"})
        for step in ("step_m1_welcome", "step_m1_call", "step_m3_visit"):
            with self.subTest(step=step):
                self.open_due(self.customer, step)  # warm up
                few = self.open_due(self.few, step)
                self.assertFlat(few, self.open_due(self.many, step))

    def test_move_to_another_version(self):
        self.enroll(self.customer + self.few + self.many)
        step = self.env.ref("crl_retention.step_m2_call")
        step.delay_count = 20
        step.copy({"name": "Extra", "delay_count": 3})
        self.env.ref("crl_retention.step_m3_visit").active = False
        looks, moves = [], []
        for partners in (self.customer, self.few, self.many):
            enrollments = self.enrollments(partners)
            looks.append(self.count(enrollments._compare_version, 2))
            moves.append(self.count(enrollments._move_to_version, 2))
            self.assertEqual(set(enrollments.mapped("version")), {2})
        self.assertFlat(*looks[1:])
        self.assertFlat(*moves[1:])

    def test_sms(self):
        everybody = self.customer + self.few + self.many
        everybody.crl_preferred_channel = "sms"
        self.enroll(everybody)
        self.open_due(self.customer, "step_m1_welcome")  # warm up
        few = self.open_due(self.few, "step_m1_welcome")
        self.assertFlat(few, self.open_due(self.many, "step_m1_welcome"))
        texts = self.env["sms.sms"].search([("partner_id", "in", self.many.ids)])
        self.assertEqual(len(texts), len(self.many))

    def test_read_fates(self):
        self.enroll(self.few + self.many)
        counts = []
        for partners in (self.few, self.many):
            self.open_due(partners, "step_m1_welcome")
            self.env["mail.notification"].search(
                [("res_partner_id", "in", partners.ids)]
            ).notification_status = "sent"
            counts.append(self.count(self.env["crl.touchpoint"]._read_fates, 300))
        self.assertFlat(*counts)

    def test_undelivered(self):
        """What did not leave, and is sent again; what was refused, and is told."""
        Touchpoint = self.env["crl.touchpoint"]
        self.enroll(self.customer + self.few + self.many)
        retried, resent, refused = [], [], []
        for partners in (self.customer, self.few, self.many):
            self.open_due(partners, "step_m1_welcome")
            messages = Touchpoint.search(
                [("partner_id", "in", partners.ids), ("state", "=", "open")]
            )
            notifications = messages.mail_message_id.notification_ids
            failure = {"notification_status": "exception", "failure_type": "mail_smtp"}
            notifications.write(failure)
            notifications.mail_mail_id.state = "exception"
            retried.append(self.count(Touchpoint._read_fates, 300))
            self.assertEqual(set(messages.mapped("fate")), {"retry"})
            messages.date_due = self.NOW
            resent.append(self.count(Touchpoint._resend_due, 300))
            self.assertEqual(
                set(notifications.mail_mail_id.mapped("state")), {"outgoing"}
            )
            notifications.write({**failure, "failure_type": "mail_email_invalid"})
            refused.append(self.count(Touchpoint._read_fates, 300))
            self.assertEqual(set(messages.mapped("fate")), {"dead"})
        for counts in (retried, resent, refused):
            self.assertFlat(*counts[1:])

    def test_done(self):
        """The customers' chatters are written into at once, too."""
        self.enroll(self.customer + self.few + self.many)
        counts = []
        for partners in (self.customer, self.few, self.many):
            self.open_due(partners, "step_m1_call")
            calls = self.env["crl.touchpoint"].search(
                [("partner_id", "in", partners.ids), ("state", "=", "open")]
            )
            counts.append(self.count(calls.action_done, "reached", "positive", "Fine"))
            lines = self.env["mail.message"].search_count(
                [("res_id", "in", partners.ids), ("mail_activity_type_id", "!=", False)]
            )
            self.assertEqual(lines, len(partners))
        self.assertFlat(*counts[1:])

    def test_campaign(self):
        """Lists are sorted out, dealt and carried out by the batch."""
        operators = self.rep + self.other_rep
        segment = self.env["crl.segment"].create({"name": "Chosen"})
        counts = {"calls": [], "procedure": []}
        for partners in (self.customer, self.few, self.many):
            segment.domain = repr([("id", "in", partners.ids)])
            for cadence, found in zip(
                (False, self.cadence), counts.values(), strict=True
            ):
                campaign = self.env["crl.campaign"].create(
                    {
                        "name": "Calls",
                        "segment_id": segment.id,
                        "operator_ids": [(6, 0, operators.ids)],
                        "cadence_id": cadence and cadence.id,
                    }
                )
                found.append(self.count(campaign.action_release))
                self.assertEqual(campaign.listed_count, len(partners))
                found.append(self.count(campaign.action_close))
        for found in counts.values():
            __, __, few, few_closed, many, many_closed = found
            self.assertFlat(few, many)
            self.assertFlat(few_closed, many_closed)

    def test_segment(self):
        """A segment is counted in a few statements, whatever its size."""
        segment = self.env["crl.segment"].create({"name": "Chosen"})
        counts = []
        for partners in (self.customer, self.few, self.many):
            segment.domain = repr([("id", "in", partners.ids)])
            counts.append(self.count(segment._refresh))
            partners.invalidate_recordset()
            self.assertFlat(0, self.count(partners.mapped, "crl_segment_ids"))
        self.assertEqual(counts[1], counts[2])

    def test_idle_run(self):
        """A run with nothing due asks each job once."""
        self.enroll(self.many)
        self.env["crl.touchpoint"].search([]).date_due = False
        jobs = self.env["crl.engine"]._get_jobs()
        for model, method in jobs:
            with self.subTest(job=method):
                work = getattr(self.env[model], method)
                work(200)
                self.assertLessEqual(self.count(work, 200), 8)

    def test_dry_run(self):
        """A dry run asks the same whether 5 customers would get in or 45."""
        # the longest way: no spread helps
        self.rep.out_of_office_from = self.NOW
        runs = [
            self.env["crl.dry.run"]
            .with_user(self.rep)
            .create({"cadence_id": self.cadence.id, "partner_ids": partners.ids})
            for partners in (self.few, self.few, self.many)
        ]
        __, few, many = (self.count(run.action_run) for run in runs)
        self.assertFlat(few, many)
