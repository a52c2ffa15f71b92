from odoo.tests import tagged

from .common import CrlCase

MORNING = "2026-03-03 06:02:00"  # 7:02 in Paris, a Tuesday


@tagged("post_install", "-at_install")
class TestDigest(CrlCase):
    """What managers find in their mail in the morning."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.digest = cls.env.ref("crl_retention.digest_morning_record")
        managers = cls.env.ref("crl_retention.crl_retention_group_manager")
        # nobody but the two of this story
        for user in managers.all_user_ids - cls.manager:
            user.group_ids -= managers
        cls.manager.tz = "Europe/Paris"

    def new_case(self, name="Da Enzo", **values):
        return self.env["crl.case"].create(
            {
                "partner_id": self._new_customer(name).id,
                "kind": "complaint",
                "description": "Dry dough",
                **values,
            }
        )

    def mails(self):
        return self.env["mail.mail"].search([("subject", "like", self.digest.name)])

    def send(self, moment=MORNING):
        self.at(moment)
        return self.env["digest.digest"]._crl_send_due(100)

    def new_late_case(self):
        case = self.new_case()
        case.deadline = "2026-03-02 12:00:00"
        return case

    def test_once_a_day(self):
        case = self.new_late_case()
        self.assertEqual(self.send(), 1)
        [mail] = self.mails()
        self.assertEqual(mail.state, "outgoing")
        self.assertIn("manager@example.com", mail.email_to)
        self.assertIn("Da Enzo", mail.body_html)
        self.assertIn(f"/odoo/retention-cases/{case.id}", mail.body_html)
        # Paris time, not UTC
        self.assertIn("1:00", mail.body_html)
        self.assertEqual(self.send(), 0)
        self.assertEqual(self.send("2026-03-03 09:00:00"), 0)
        # Odoo's own scheduled action does not send it again
        self.digest.next_run_date = "2026-03-03"
        self.env["digest.digest"]._cron_send_digest_email()
        self.assertEqual(len(self.mails()), 1)
        # whoever has said no time zone reads times on the company's clock
        self.manager.tz = False
        self.assertEqual(self.send("2026-03-04 06:02:00"), 1)
        bodies = self.mails().mapped("body_html")
        self.assertEqual([body.count("3/2/26, 1:00") for body in bodies], [1, 1])

    def test_not_before_seven_nor_in_the_afternoon_nor_on_sunday(self):
        self.new_late_case()
        for moment in (
            "2026-03-03 05:58:00",
            "2026-03-03 11:01:00",
            "2026-03-08 06:30:00",  # Sunday
        ):
            self.assertEqual(self.send(moment), 0, moment)
        self.manager.tz = "Asia/Tokyo"
        self.assertEqual(self.send("2026-03-08 22:30:00"), 1)

    def test_nothing_to_tell(self):
        self.new_case(kind="promise", deadline="2026-03-09 11:00:00")
        self.assertEqual(self.send(), 0)
        self.assertFalse(self.mails())
        # what goes wrong later in the day is for the next morning
        self.new_late_case()
        self.assertEqual(self.send("2026-03-03 08:00:00"), 0)
        self.assertEqual(self.send("2026-03-04 06:02:00"), 1)

    def test_a_copy_says_nothing(self):
        self.new_late_case()
        self.env["ir.config_parameter"].set_param("database.is_neutralized", "true")
        self.assertEqual(self.send(), 0)

    def test_who_unsubscribed_is_left_alone(self):
        self.new_late_case()
        self.send()
        self.assertEqual(self.digest.user_ids, self.manager)
        self.digest.with_user(self.manager).action_unsubscribe()
        self.assertEqual(self.send("2026-03-04 06:02:00"), 0)
        self.assertFalse(self.digest.user_ids)

    def test_who_is_no_manager_any_more_reads_nothing(self):
        self.new_late_case()
        self.send()
        self.manager.group_ids -= self.env.ref(
            "crl_retention.crl_retention_group_manager"
        )
        self.assertEqual(self.send("2026-03-04 06:02:00"), 0)

    def test_sections(self):
        """Late visits, promises late and broken, the newly at risk; nothing else."""
        self.new_case("In time", kind="promise", deadline="2026-03-09 11:00:00")
        self.new_late_case()
        promise = self.new_case(
            "Promised", kind="promise", deadline="2026-03-02 11:00:00"
        )
        broken = self.new_case(
            "Broken",
            kind="promise",
            deadline="2026-03-05 11:00:00",
            user_id=self.rep.id,
        )
        broken.with_user(self.rep).action_break_promise("Forgotten")
        at_risk = self._new_customer("At risk")
        self.env["crl.alert"].create({"partner_id": at_risk.id, "reason": "band"})
        self.env["crl.alert"].create(
            {
                "partner_id": self._new_customer("Long at risk").id,
                "reason": "band",
                "date": "2026-02-20 10:00:00",
            }
        )
        self.at(MORNING)
        reader = self.manager.with_user(self.manager)
        sections = reader._crl_get_morning_sections(reader._crl_get_morning_start())
        told = [[row["name"] for row in section["rows"]] for section in sections]
        self.assertIn(["Da Enzo"], told)
        self.assertIn([promise.partner_id.name, broken.partner_id.name], told)
        # an unhappy customer is at risk as well
        self.assertIn(["At risk", "Da Enzo"], [sorted(names) for names in told])
        everything = sum(told, [])
        self.assertNotIn("In time", everything)
        self.assertNotIn("Long at risk", everything)

    def test_in_the_managers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.manager.lang = "fr_FR"
        late = self.new_late_case()
        self.at(MORNING)
        self.send()
        [mail] = self.mails()
        moment = "02/03/2026 13:00"
        self.assertIn(moment, mail.body_html, late)

    def test_figures(self):
        self.enroll()
        call = self.touchpoint(self.customer.crl_enrollment_id, "step_m1_call")
        call.with_user(self.rep).action_done(verdict="positive")
        self.new_late_case()
        self.send()
        kpis = {
            kpi["kpi_name"]: kpi["kpi_col1"]["value"]
            for kpi in self.digest._compute_kpis(self.company, self.manager)
        }
        self.assertEqual(kpis["kpi_crl_contacts"], 1)
        self.assertEqual(kpis["kpi_crl_cases"], 1)
        outsider = self._new_user("outsider", "marketing")
        self.assertEqual(self.digest._compute_kpis(self.company, outsider), [])

    def test_the_engine_sends_it(self):
        self.new_late_case()
        self.at(MORNING)
        self.run_cron()
        self.assertEqual(len(self.mails()), 1)

    def test_queries_do_not_grow_with_the_lists(self):
        reader = self.manager.with_user(self.manager)
        self.new_late_case()
        self.at(MORNING)
        start = reader._crl_get_morning_start()
        reader._crl_get_morning_sections(start)
        counts = []
        for number in (1, 8):
            for each in range(number):
                case = self.new_case(f"Late {number}.{each}")
                case.deadline = "2026-03-02 12:00:00"
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            reader._crl_get_morning_sections(start)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 1)
