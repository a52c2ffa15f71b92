from dateutil.relativedelta import relativedelta

from odoo.tests import new_test_user, tagged

from odoo.addons.crl_retention.tests.common import WebCase, noon_zone


@tagged("post_install", "-at_install")
class TestBaseTour(WebCase):
    """The customer base, as it is read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # the month does not change meanwhile
        cls.env.company.partner_id.tz = noon_zone()
        # whatever was bought before
        cls.env.cr.execute("DELETE FROM crl_purchase")
        cls.env.cr.execute("DELETE FROM crl_customer_stay")
        cls.month = cls.env.company._crl_today().replace(day=1)
        cls.guests = cls.env["res.partner"].create(
            [
                {
                    "name": f"Base Guest {number}",
                    "is_company": True,
                    "country_id": cls.env.ref(country).id,
                }
                for number, country in enumerate(("base.fr", "base.fr", "base.jp"), 1)
            ]
        )

    def start(self, tour, role):
        login = f"base_tour_{role}"
        user = new_test_user(
            self.env, login, f"crl_retention.crl_retention_group_{role}"
        )
        self.env["res.users.settings"]._find_or_create_for_user(user)
        self.start_tour("/odoo/retention-base", tour, login=login)

    def buy(self, customer, *months):
        """Write purchases on the first days of months, counted from this one."""
        days = [self.month + relativedelta(months=number) for number in months]
        self.env["crl.purchase"].create(
            [
                {
                    "partner_id": customer.id,
                    "company_id": self.env.company.id,
                    "date": day,
                    "order_count": 1,
                    "amount": 100,
                    "first_date": days[0],
                    "month_number": number - months[0],
                }
                for number, day in zip(months, days, strict=True)
            ]
        )
        self.env["crl.customer.stay"]._refresh(customer)

    def test_read_the_base(self):
        for guest in self.guests:
            self.buy(guest, -1, *([0] if guest == self.guests[0] else []))
        self.start("crl_base_read", "direction")

    def test_set_the_target(self):
        self.buy(self.guests[0], -18, -9)
        self.buy(self.guests[1], -18)
        self.start("crl_base_target", "manager")
        target = self.env["crl.base.target"].search([])
        self.assertEqual((target.baseline, target.points), (50, 5))
