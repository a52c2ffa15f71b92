from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import CrlCase


@tagged("post_install", "-at_install")
class TestYearly(CrlCase):
    """A procedure that begins every year on a day of the customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.yearly = cls.env["crl.cadence"].create(
            {
                "name": "Thank you for a year",
                "is_main": False,
                "start_on": "yearly",
                "start_field_id": cls.env["ir.model.fields"]
                ._get("res.partner", "crl_customer_since")
                .id,
                "start_from": "2026-01-01",
                "step_ids": [
                    (
                        0,
                        0,
                        {
                            "name": "Thank them",
                            "stage_id": cls.env.ref(
                                "crl_retention.stage_preservation"
                            ).id,
                            "channel": "call",
                        },
                    )
                ],
            }
        )

    def become(self, partner, day):
        """Let a customer be one since a day."""
        self.env["crl.relationship"]._ensure(partner).customer_since = day
        return partner

    def begun(self, partner=None):
        """The days on which the procedure began for a customer."""
        partner = partner or self.customer
        found = self.env["crl.enrollment"].search(
            [("cadence_id", "=", self.yearly.id), ("partner_id", "=", partner.id)]
        )
        return sorted(str(day) for day in found.mapped("date_start"))

    def run_days(self, first, count):
        """Run the engine on the days from one on, each time twice."""
        for day in range(count):
            with freeze_time(f"{first} 10:00:00") as clock:
                clock.tick(delta=day * 86400)
                for __ in range(2):
                    self.env["crl.cadence"]._start_yearly(1000)
                    self.env.flush_all()

    def test_on_the_day_once(self):
        self.become(self.customer, "2024-03-05")
        other = self.become(self._new_customer("Da Mario"), "2024-03-06")
        nobody = self._new_customer("No Date")
        self.run_days("2026-03-03", 3)
        self.assertEqual(self.begun(), ["2026-03-05"])
        self.assertFalse(self.begun(other))
        self.assertFalse(self.begun(nobody))
        self.run_days("2027-03-03", 5)
        self.assertEqual(self.begun(), ["2026-03-05"], "nobody called yet")
        self.customer.crl_touchpoint_ids.action_done()
        self.run_days("2028-03-03", 5)
        self.assertEqual(self.begun(), ["2026-03-05", "2028-03-05"])
        line = self.env["crl.touchpoint.log"].search(
            [("partner_id", "=", self.customer.id), ("rule", "=", "yearly")]
        )
        self.assertEqual(len(line), 1, "the year it still ran has its reason")
        self.assertIn("already", line.sentence)
        states = self.customer.crl_enrollment_ids.sorted("id").mapped("state")
        self.assertEqual(states, ["completed", "running"])

    def test_29_february(self):
        self.become(self.customer, "2024-02-29")
        self.run_days("2026-02-26", 6)
        self.assertEqual(self.begun(), ["2026-02-28"])
        self.customer.crl_enrollment_ids._exit("", "manual")
        self.run_days("2028-02-27", 4)
        self.assertEqual(self.begun(), ["2026-02-28", "2028-02-29"])

    def test_not_on_the_first_day(self):
        self.become(self.customer, "2026-03-02")
        self.run_days("2026-03-02", 2)
        self.assertFalse(self.begun())

    def test_clock_of_the_company(self):
        """Half past eleven at night in UTC is the next day in Tokyo."""
        self.company.partner_id.tz = "Asia/Tokyo"
        self.become(self.customer, "2024-03-05")
        with freeze_time("2026-03-04 14:59:00"):
            self.env["crl.cadence"]._start_yearly(1000)
            self.assertFalse(self.begun())
        with freeze_time("2026-03-04 15:00:00"):
            self.env["crl.cadence"]._start_yearly(1000)
            self.assertEqual(self.begun(), ["2026-03-05"])

    def test_standstill(self):
        """Days within the catch-up are kept late, older ones are not."""
        self.become(self.customer, "2024-03-05")
        late = self.become(self._new_customer("Late"), "2024-03-09")
        self.run_days("2026-03-03", 1)
        self.run_days("2026-03-12", 1)
        self.assertFalse(self.begun())
        self.assertEqual(self.begun(late), ["2026-03-09"])

    def test_not_before_it_was_switched_on(self):
        self.become(self.customer, "2024-03-05")
        self.at("2026-03-06 10:00:00")
        self.yearly.write({"start_from": False, "active": False})
        self.yearly.active = True
        self.env["crl.cadence"]._start_yearly(1000)
        self.assertFalse(self.begun())

    def test_corrected_date(self):
        """Who had the day this year has it next year again, whatever it is then."""
        self.become(self.customer, "2024-03-05")
        self.run_days("2026-03-05", 1)
        self.customer.crl_enrollment_ids._exit("", "manual")
        self.become(self.customer, "2024-03-12")
        self.run_days("2026-03-11", 3)
        self.assertEqual(self.begun(), ["2026-03-05"])
        self.run_days("2027-03-11", 3)
        self.assertEqual(self.begun(), ["2026-03-05", "2027-03-12"])

    def test_many_on_one_day(self):
        """Batch after batch, each customer once, also where a run was killed."""
        everybody = self.env["res.partner"]
        for number in range(7):
            everybody += self.become(self._new_customer(f"N{number}"), "2024-03-05")
        self.at("2026-03-05 10:00:00")
        engine = self.env["crl.cadence"]
        self.assertEqual(engine._start_yearly(3), 3)
        try:
            with self.env.cr.savepoint():
                engine._start_yearly(3)
                raise KeyboardInterrupt
        except KeyboardInterrupt:
            self.env.invalidate_all()
        self.assertEqual(engine._start_yearly(3), 3)
        self.assertEqual(engine._start_yearly(3), 1)
        self.assertEqual(engine._start_yearly(3), 0)
        for customer in everybody:
            self.assertEqual(self.begun(customer), ["2026-03-05"])

    def test_needs_a_day(self):
        with self.assertRaisesRegex(ValidationError, "Choose the day"):
            self.yearly.start_field_id = False

    def test_a_day_that_goes_with_its_addon(self):
        """Its procedure stays, and says on its page that it needs another day."""
        field = self.env["ir.model.fields"].create(
            {
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "name": "x_birthday",
                "field_description": "Birthday",
                "ttype": "date",
            }
        )
        self.yearly.start_field_id = field
        field.unlink()
        self.env.invalidate_all()
        self.assertTrue(self.yearly.exists())
        self.assertFalse(self.yearly.start_field_id)
        self.assertFalse(self.env["crl.cadence"]._start_yearly(100))

    def test_day_nobody_is_found_by(self):
        field = self.env["ir.model.fields"].create(
            {
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "name": "x_some_day",
                "field_description": "Some Day",
                "ttype": "date",
                "compute": "for r in self: r['x_some_day'] = False",
                "store": False,
                "readonly": True,
            }
        )
        with self.assertRaisesRegex(ValidationError, "no day customers"):
            self.yearly.start_field_id = field

    def test_shipped(self):
        """The shipped one thanks customers by a message, once it is switched on."""
        shipped = self.env.ref("crl_retention.cadence_anniversary")
        self.assertFalse(shipped.active)
        shipped.active = True
        self.become(self.customer, "2024-03-05")
        self.at("2026-03-05 09:00:00")
        self.run_cron()
        enrollment = self.customer.crl_enrollment_ids.filtered(
            lambda e: e.cadence_id == shipped
        )
        message = enrollment.touchpoint_ids.mail_message_id
        self.assertIn("Thank you", message.subject)
