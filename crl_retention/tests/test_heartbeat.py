from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import file_open, mute_logger

from odoo.addons.crl_retention.models.crl_heartbeat import CrlHeartbeat
from odoo.addons.crl_retention.tools.pulse import GRACE

from .common import CrlCase, WebCase

ENGINE_LOG = "odoo.addons.crl_retention.models.crl_engine"


@tagged("post_install", "-at_install")
class TestHeartbeat(CrlCase):
    """The engine leaves a pulse, and does not spend itself on it."""

    def setUp(self):
        super().setUp()
        self.heartbeat = self.env["crl.heartbeat"].search([])

    def test_a_run_leaves_its_pulse(self):
        self.enroll()
        self.at("2026-03-02 10:05:00")
        self.run_cron()
        now = fields.Datetime.now()
        self.assertEqual(len(self.heartbeat), 1)
        for name in ("date_start", "date_progress", "date_end"):
            self.assertEqual(self.heartbeat[name], now, name)
        self.assertEqual(self.heartbeat.due_count, 0)
        self.assertFalse(self.heartbeat.failed_jobs)

    def test_a_run_without_work_costs_little(self):
        self.enroll()
        self.run_cron()
        self.at("2026-03-02 10:10:00")
        with self.enter_registry_test_mode():
            cron = self.env.ref("crl_retention.ir_cron_run")
            cron.method_direct_trigger()  # warm up
            before = self.env.cr.sql_log_count
            cron.method_direct_trigger()
            count = self.env.cr.sql_log_count - before
        # each job looks and commits, the pulse before and after, Odoo's book-keeping
        self.assertLessEqual(count, 4 * len(self.env["crl.engine"]._get_jobs()))
        self.assertEqual(str(self.heartbeat.date_progress), self.NOW)

    def test_a_clock_that_is_set_back_doubles_nothing(self):
        enrollment = self.enroll()
        self.run_cron()

        def done():
            logs = self.env["crl.touchpoint.log"].search([])
            mails = self.env["mail.mail"].search([])
            return [
                enrollment.touchpoint_ids.mapped("state"),
                *(
                    len(records)
                    for records in (logs, mails, self.customer.activity_ids)
                ),
            ]

        before = done()
        self.assertIn("open", before[0])
        for moment in ("2026-03-02 09:00:00", "2026-03-02 09:05:00", self.NOW):
            self.at(moment)
            self.run_cron()
            self.assertEqual(str(self.heartbeat.date_start), moment)
            self.assertFalse(self.heartbeat.failed_jobs)
            self.assertEqual(done(), before)

    @mute_logger(ENGINE_LOG)
    def test_a_job_that_raises_is_named_and_the_others_go(self):
        enrollment = self.enroll()
        jobs = self.env["crl.engine"]._get_jobs()
        with patch.object(
            type(self.env["crl.engine"]),
            "_get_jobs",
            lambda engine: [("crl.touchpoint", "_no_such_job"), *jobs],
        ):
            self.run_cron()
        self.assertEqual(self.heartbeat.failed_jobs, "crl.touchpoint._no_such_job")
        self.assertEqual(self.touchpoint(enrollment, "step_m1_welcome").state, "open")
        self.run_cron()
        self.assertFalse(self.heartbeat.failed_jobs)

    @mute_logger(ENGINE_LOG)
    def test_what_was_set_aside_is_counted_for_a_day(self):
        self.enroll()
        with patch.object(
            type(self.env["crl.touchpoint"]), "_send", side_effect=ValueError("No")
        ):
            self.run_cron()
        self.assertEqual(self.heartbeat.error_count, 1)
        self.env["crl.touchpoint"].search([]).date_due = False
        self.at("2026-03-03 10:01:00")
        self.run_cron()
        self.assertEqual(self.heartbeat.error_count, 0)

    def test_our_messages_in_odoos_queue_are_counted_after_an_hour(self):
        self.enroll()
        self.run_cron()
        self.assertEqual(self.heartbeat.mail_count, 0)
        # a mail nobody but Odoo knows of is none of ours
        self.env["mail.mail"].create({"state": "outgoing", "email_to": "x@example.com"})
        self.env.flush_all()
        self.env.cr.execute("UPDATE mail_mail SET create_date = %s", [self.NOW])
        self.at("2026-03-02 11:01:00")
        self.run_cron()
        self.assertEqual(self.heartbeat.mail_count, 1)
        self.env["mail.mail"].search([]).state = "sent"
        self.run_cron()
        self.assertEqual(self.heartbeat.mail_count, 0)

    def test_a_batch_shrinks_after_runs_that_were_killed(self):
        progress = self.env["ir.cron.progress"].create(
            {"cron_id": self.env.ref("crl_retention.ir_cron_run").id}
        )
        engine = self.env["crl.engine"].with_context(ir_cron_progress_id=progress.id)
        sizes = []
        for tries in range(6):
            progress.timed_out_counter = tries
            sizes.append(engine._get_batch_size())
        self.assertEqual(sizes, [1000, 1000, 125, 15, 1, 1])
        self.assertEqual(self.env["crl.engine"]._get_batch_size(), 1000)


@tagged("post_install", "-at_install")
class TestHealth(WebCase):
    """What monitoring and managers are told."""

    def setUp(self):
        super().setUp()
        self.cron = self.env.ref("crl_retention.ir_cron_run")
        self.heartbeat = self.env["crl.heartbeat"].search([])
        now = fields.Datetime.now()
        self.heartbeat.write({"date_start": now, "date_end": now})
        self.uptime = GRACE
        self.startPatcher(
            patch.object(CrlHeartbeat, "_get_uptime", lambda _self: self.uptime)
        )

    def ask(self, method="GET"):
        self.env.flush_all()
        return self.url_open("/crl/health", method=method)

    def assertTroubles(self, *codes):
        answer = self.ask()
        self.assertEqual(tuple(answer.json()["troubles"]), codes)
        self.assertEqual(answer.status_code, 503 if codes else 200)
        self.assertTrue(all(answer.json()["troubles"].values()))
        return answer.json()["troubles"]

    def silent_since(self, hours):
        past = fields.Datetime.now() - timedelta(hours=hours)
        self.heartbeat.write(
            {"date_start": past, "date_progress": past, "date_end": past}
        )

    def due_since(self, hours):
        return self.env["crl.touchpoint"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "Rossi"}).id,
                "company_id": self.env.company.id,
                "channel": "call",
                "date_planned": fields.Datetime.now(),
                "date_due": fields.Datetime.now() - timedelta(hours=hours),
            }
        )

    def test_all_is_well(self):
        answer = self.ask()
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.json()["status"], "pass")
        self.assertRegex(answer.json()["version"], r"^19\.0\.\d+\.\d+\.\d+$")
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertIn("application/json", answer.headers["Content-Type"])
        self.assertNotIn("Set-Cookie", answer.headers)
        head = self.ask("HEAD")
        self.assertEqual((head.status_code, head.content), (200, b""))
        self.assertEqual(self.ask("POST").status_code, 405)

    def test_a_silent_engine(self):
        self.silent_since(hours=1)
        sentence = self.assertTroubles("not_run")["not_run"]
        self.assertIn(f"have not run since {self.heartbeat.date_end} UTC", sentence)
        self.assertEqual(self.ask("HEAD").status_code, 503)
        # an action that is to run once a day may be silent for longer
        self.cron.write({"interval_number": 1, "interval_type": "days"})
        self.assertTroubles()

    def test_a_clock_that_was_set_back(self):
        self.silent_since(hours=-1)
        sentence = self.assertTroubles("not_run")["not_run"]
        self.assertIn("The clock was set back", sentence)
        self.assertIn(f"{self.heartbeat.date_end} UTC", sentence)
        # a run with the new time is all it takes
        self.heartbeat.date_start = fields.Datetime.now()
        self.assertTroubles()
        # a few minutes are nobody's trouble
        self.silent_since(hours=-0.2)
        self.assertTroubles()

    def test_a_server_that_has_just_started_has_a_little_time(self):
        self.silent_since(hours=9)
        self.due_since(hours=9)
        self.heartbeat.mail_count = 3
        self.uptime = timedelta(seconds=5)
        self.assertTroubles()
        self.assertTrue(self.ask().json()["starting"])
        self.uptime = GRACE
        self.assertTroubles("not_run", "behind", "mail_queue")

    def test_switched_off_or_deleted(self):
        self.cron.active = False
        self.silent_since(hours=1)
        self.assertTroubles("inactive")
        self.uptime = timedelta(seconds=5)
        self.assertTroubles("inactive")
        self.cron.unlink()
        self.assertTroubles("inactive")

    def test_contacts_that_nobody_looks_at(self):
        contact = self.due_since(hours=0.5)
        self.assertTroubles()
        contact.date_due -= timedelta(hours=1)
        self.assertTroubles("behind")

    def test_a_part_of_the_run_failed(self):
        self.heartbeat.failed_jobs = "crl.case._remind_due"
        self.assertIn(
            "crl.case._remind_due", self.assertTroubles("job_failed")["job_failed"]
        )

    def test_queues_that_stand_still(self):
        self.heartbeat.write({"mail_count": 2, "sms_count": 1})
        self.assertTroubles("mail_queue", "sms_queue")
        answer = self.ask().json()
        self.assertEqual((answer["mails_waiting"], answer["sms_waiting"]), (2, 1))

    def test_a_neutralized_copy_says_so_and_speaks_to_nobody(self):
        contact = self.due_since(hours=2)
        contact.access_token = "secret-of-production"
        message = self.env["mail.message"].create({"model": "res.partner"})
        contact.mail_message_id = message
        ours, other = self.env["mail.mail"].create(
            [
                {"mail_message_id": message.id, "state": "outgoing"},
                {"email_to": "x@example.com", "state": "outgoing"},
            ]
        )
        text = self.env["sms.sms"].create(
            {"mail_message_id": message.id, "number": "+33600000000"}
        )
        cadence = self.env["crl.cadence"].search([], limit=1)
        cadence.write({"auto_enroll": True, "start_on": "band"})
        self.env.flush_all()
        for name in ("base", "crl_retention"):
            with file_open(f"{name}/data/neutralize.sql") as script:
                self.env.cr.execute(script.read())
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        self.assertFalse(self.cron.active)
        self.assertFalse(cadence.auto_enroll)
        self.assertFalse(cadence.start_from)
        self.assertFalse(contact.access_token)
        self.assertEqual((ours.state, other.state), ("cancel", "outgoing"))
        self.assertEqual(text.state, "canceled")
        self.assertTroubles("neutralized")
        self.assertTrue(self.ask().json()["neutralized"])

    def test_managers_are_told_and_nobody_else(self):
        self.silent_since(hours=1)
        role = "crl_retention.crl_retention_group"
        manager = new_test_user(
            self.env, "crl_watch_manager", f"{role}_manager", tz="Asia/Tokyo"
        )
        rep = new_test_user(self.env, "crl_watch_rep", f"{role}_all")
        heartbeat = self.env["crl.heartbeat"]
        alarm = heartbeat.with_user(manager).get_alarm()
        self.assertIn("have not run since", alarm)
        with self.assertRaises(AccessError):
            heartbeat.with_user(rep).get_alarm()
        for user, told in ((manager, alarm), (rep, None)):
            self.authenticate(user.login, user.login)
            info = self.make_jsonrpc_request("/web/session/get_session_info", {})
            self.assertEqual(info.get("crl_alarm"), told)
        self.silent_since(hours=0)
        self.assertEqual(heartbeat.with_user(manager).get_alarm(), "")
