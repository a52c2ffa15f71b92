from odoo.tests import tagged

from .common import CrlCase


@tagged("post_install", "-at_install")
class TestQuietHours(CrlCase):
    """When a country leaves people in peace, on the customer's clock."""

    def welcome(self, now, **values):
        step = self.env.ref("crl_retention.step_m1_welcome")
        step.write({"hour_from": 0, "hour_to": 24})
        self.at(now)
        customer = self._new_customer(
            "Casa", **{"email": f"{next(self.lines)}@example.com", **values}
        )
        enrollment = self.enroll(customer)
        self.run_cron()
        return self.touchpoint(enrollment, "step_m1_welcome")

    def country(self, code):
        return self.env.ref(f"base.{code}").id

    def test_france_rests_on_sunday(self):
        message = self.welcome("2026-03-08 10:00:00")
        self.assertEqual(message.state, "planned")
        self.assertIn("France", message.hold_reason)
        self.assertEqual(str(message.date_due), "2026-03-09 07:00:00")
        # asked again, the same reason is no news
        message.date_due = "2026-03-08 11:00:00"
        self.at("2026-03-08 11:00:00")
        self.run_cron()
        self.assertEqual(message.log_ids.mapped("rule"), ["quiet"])
        self.at("2026-03-09 07:05:00")
        self.run_cron()
        self.assertEqual(message.state, "open")

    def test_germany_does_not(self):
        message = self.welcome(
            "2026-03-08 10:00:00", country_id=self.country("de"), tz="Europe/Berlin"
        )
        self.assertEqual(message.state, "open")

    def test_public_holiday_of_the_company_s_calendar(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Easter Monday",
                "calendar_id": self.company.resource_calendar_id.id,
                "date_from": "2026-04-05 22:00:00",
                "date_to": "2026-04-06 22:00:00",
            }
        )
        message = self.welcome("2026-04-06 10:00:00")
        self.assertEqual(str(message.date_due), "2026-04-07 06:00:00")

    def test_sms_in_the_evening_of_the_customer(self):
        # 20:30 UTC: 21:30 in Paris, where it may still go, and 20:30 in London
        late = {"email": False}
        self.assertEqual(self.welcome("2026-03-05 20:30:00", **late).state, "open")
        london = {"country_id": self.country("uk"), "phone": "+44 20 7946 0958"}
        message = self.welcome(
            "2026-03-05 21:30:00", **late, **london, tz="Europe/London"
        )
        self.assertEqual(str(message.date_due), "2026-03-06 08:00:00")

    def test_clock_of_the_country_where_the_customer_has_none(self):
        # 12:30 UTC is 21:30 in Japan, and 13:30 at the company's
        message = self.welcome(
            "2026-03-05 12:30:00", country_id=self.country("jp"), tz=False
        )
        self.assertEqual(str(message.date_due), "2026-03-05 23:00:00")
        # the United States have many clocks: the company's holds
        message = self.welcome(
            "2026-03-05 12:30:00", country_id=self.country("us"), tz=False
        )
        self.assertEqual(message.state, "open")

    def test_company_without_quiet_hours(self):
        self.company.crl_quiet_hours = False
        self.assertEqual(self.welcome("2026-03-08 23:00:00").state, "open")

    def test_step_hours_that_never_meet_are_skipped_with_a_reason(self):
        self.env.ref("crl_retention.step_m1_welcome").write(
            {"hour_from": 22, "hour_to": 24}
        )
        enrollment = self.enroll()
        self.at("2026-03-02 22:00:00")
        self.run_cron()
        message = self.touchpoint(enrollment, "step_m1_welcome")
        self.assertEqual(message.state, "skipped")
        self.assertIn("quiet hours of France", message.log_ids[:1].note)
