from odoo.tests import tagged

from .common import SaleCase


@tagged("post_install", "-at_install")
class TestSaleLetters(SaleCase):
    """What orders add to what could be written."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dough = cls._new_product(
            "Neapolitan dough", crl_after_purchase_points="It rests for two days."
        )
        cls.letter = cls.env["crl.touchpoint"].create(
            {
                "partner_id": cls.customer.id,
                "company_id": cls.company.id,
                "channel": "letter",
                "user_id": cls.rep.id,
                "date_planned": cls.NOW,
                "state": "open",
            }
        )

    def open(self):
        return self.env["crl.letter"].with_user(self.rep).open_letter(self.letter.id)

    def test_what_was_bought_last(self):
        self.sell(date="2026-01-10 10:00:00")
        self.sell(date="2026-02-20 10:00:00", product=self.dough, quantity=20)
        self.sell(date="2206-02-20 10:00:00")  # mistyped
        shown = self.open()
        texts = [fact["text"] for fact in shown["facts"]]
        self.assertEqual(texts[0], "Bought: 20 × Neapolitan dough")
        self.assertEqual(texts[1], "Why it was a good buy: It rests for two days.")
        self.assertEqual(
            shown["sentences"][:2],
            ["Thank you for choosing Neapolitan dough.", "It rests for two days."],
        )
        # nothing about money
        self.assertNotIn("100", str(shown["sentences"] + texts))

    def test_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        self.dough.with_context(lang="fr_FR").write(
            {
                "name": "Pâte napolitaine",
                "crl_after_purchase_points": "Elle repose deux jours.",
            }
        )
        self.sell(date="2026-02-20 10:00:00", product=self.dough)
        shown = self.open()
        self.assertIn("Pâte napolitaine", shown["sentences"][0])
        self.assertEqual(shown["sentences"][1], "Elle repose deux jours.")
        self.assertIn("It rests for two days.", shown["facts"][1]["text"])

    def test_nothing_in_a_foreign_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        self.sell(date="2026-02-20 10:00:00", product=self.dough)
        shown = self.open()
        self.assertIn("It rests for two days.", shown["facts"][1]["text"])
        self.assertNotIn("two days", " ".join(shown["sentences"]))

    def test_what_was_not_kept(self):
        self.sell(date="2026-02-20 10:00:00", product=self.dough)._action_cancel()
        self.quote(product=self.dough)
        self.sell(date="2025-01-20 10:00:00", product=self.dough)
        shown = self.open()
        self.assertFalse(shown["facts"])
        self.assertNotIn("dough", " ".join(shown["sentences"]))

    def test_delivery_is_no_choice(self):
        delivery = self._new_product("Delivery", type="service")
        order = self.sell(date="2026-02-20 10:00:00", product=delivery)
        self.assertIn("Delivery", self.open()["sentences"][0])
        order.write(
            {"order_line": [(0, 0, {"product_id": self.dough.id, "price_unit": 1})]}
        )
        self.assertEqual(
            self.open()["sentences"][0], "Thank you for choosing Neapolitan dough."
        )
