from lxml import html

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .test_timeline import TimelineCase

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}} ${7*7}"
    "<iframe src='file:///etc/passwd'></iframe> <t t-out='env'/> =cmd|' /C calc'!A0"
)


@tagged("post_install", "-at_install")
class TestSummary(TimelineCase):
    """The customer on one printed page."""

    def setUp(self):
        super().setUp()
        self.report = self.env.ref("crl_retention.crl_summary_report")

    def render(self, user=None, customers=None, lang="en_US"):
        """The page as HTML: what wkhtmltopdf would draw."""
        self.env.flush_all()
        self.env.invalidate_all()
        customers = customers or self.customer
        return (
            self.env["ir.actions.report"]
            .with_user(user or self.rep)
            .with_context(lang=lang)
            ._render_qweb_html(self.report.report_name, customers.ids)[0]
            .decode()
        )

    def words(self, *args, **kwargs):
        page = html.fromstring(self.render(*args, **kwargs))
        for style in page.iter("style"):
            style.text = ""
        [body] = page.xpath("//main")
        return " ".join(body.text_content().split())

    def promise(self, text, deadline="2026-03-05 12:00:00"):
        return self.env["crl.case"].create(
            {
                "partner_id": self.customer.id,
                "kind": "promise",
                "description": text,
                "deadline": deadline,
            }
        )

    def test_what_it_says(self):
        self.anna.phone = "+33 6 12 34 56 78"
        self.enroll()
        self.run_cron()
        self.done("2026-02-20 09:00:00", "They like the dough")
        self.env["crl.relationship"]._refresh(self.customer)
        self.promise("A new oven")
        text = self.words()
        for words in (
            "Bella Napoli",
            self.rep.name,
            "Stage",
            "First month",
            "02/20/2026",
            "They like the dough",
            "A new oven",
            "Open, until 03/05/2026",
            "+33 6 12 34 56 78 Anna",
            self.customer.phone,
            "Welcome",
        ):
            self.assertIn(words, text)
        # what is ahead is the next contact, no list of plans
        self.assertNotIn("Second call", text)

    def test_in_the_users_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        view = self.env.ref("crl_retention.crl_summary_one")
        view.update_field_translations(
            "arch_db", {"fr_FR": {"What happened last": "Derniers événements"}}
        )
        self.rep.lang = "fr_FR"
        self.done("2026-02-20 09:00:00", "Oui")
        text = self.words(lang="fr_FR")
        self.assertIn("Derniers événements", text)
        self.assertIn("20/02/2026", text)

    def test_hostile_words_are_words(self):
        self.customer.write({"name": HOSTILE, "city": HOSTILE, "phone": HOSTILE})
        self.anna.write({"name": HOSTILE, "phone": HOSTILE})
        self.rep.name = HOSTILE
        self.enroll()
        self.promise(HOSTILE)
        self.done("2026-02-20 09:00:00", HOSTILE)
        self.say("2026-02-20 09:00:00", HOSTILE, subject=HOSTILE)
        self.meet("2026-02-20 09:00:00", HOSTILE, location=HOSTILE)
        source = self.render()
        page = html.fromstring(source)
        [main] = page.xpath("//main")
        for tag in ("script", "img", "iframe", "t"):
            self.assertFalse(main.xpath(f".//{tag}"), tag)
        self.assertFalse(main.xpath(".//@onerror | .//@src | .//@href"))
        self.assertIn("&lt;script&gt;alert(1)", source)
        self.assertIn("{{7*7}}", main.text_content())

    def test_it_is_one_page_whatever_there_is(self):
        """Each part has its most lines, each text its most characters, and what is cut
        is counted."""
        long = "Wonderful dough " * 200
        self.customer.write({"name": long, "phone": "+33 1 42 68 53 99"})
        people = self.env["res.partner"].create(
            [
                {
                    "name": long,
                    "parent_id": self.customer.id,
                    "phone": f"+33 1 42 00 00 {number:02}",
                }
                for number in range(10)
            ]
        )
        self.assertEqual(len(people), 10)
        for number in range(12):
            self.promise(long, f"2026-03-{number + 5:02} 12:00:00")
            self.done(f"2026-02-{number + 5:02} 09:00:00", long)
        page = html.fromstring(self.render())
        [article] = page.find_class("o_crl_summary")
        rows = article.xpath(".//table//tr")
        self.assertLessEqual(len(rows), 6 + 5 + 10 + 2 + 8)
        cells = [" ".join(cell.text_content().split()) for cell in rows[-1]]
        self.assertEqual(len(cells), 4)
        text = " ".join(article.text_content().split())
        self.assertIn("and 7 more", text)  # cases, and phones
        self.assertEqual(text.count("and 7 more"), 2)
        self.assertLess(len(text), 8000)

    def test_one_page_a_customer(self):
        """A person's page is the customer's, and printed once."""
        more = self._new_customer("Sole Mio")
        page = self.render(customers=self.customer + self.anna + more)
        self.assertEqual(page.count("o_crl_summary page"), 0)
        articles = html.fromstring(page).find_class("o_crl_summary")
        self.assertEqual(len(articles), 2)

    def test_nothing_the_reader_could_not_open(self):
        self.done("2026-02-20 09:00:00", "Secret words")
        self.promise("Secret oven")
        self.env["crl.relationship"]._ensure(self.customer)
        self.env["crl.relationship"]._refresh(self.customer)
        direction = self._new_user("direction", "direction")
        for user in (self.rep, self.leader, self.manager, direction):
            text = self.words(user)
            self.assertIn("Secret words", text)
            self.assertIn("Secret oven", text)
        text = self.words(self.other_rep)
        self.assertNotIn("Secret", text)
        self.assertIn("You do not see the contacts of this customer", text)
        marketing = self._new_user("marketing", "marketing")
        nobody = self._new_user("nobody", "user")
        nobody.group_ids -= self.env.ref("crl_retention.crl_retention_group_user")
        for user in (marketing, nobody):
            with self.assertRaises(AccessError):
                self.render(user)

    def test_a_customer_nothing_is_known_of(self):
        new = self._new_customer("Nuovo")
        text = self.words(customers=new)
        self.assertIn("Nothing yet.", text)
        self.assertNotIn("Health", text)

    def test_queries_do_not_grow_with_what_is_known(self):
        def count():
            self.render()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["report.crl_retention.crl_summary"].with_user(
                self.rep
            )._get_report_values(self.customer.ids)
            return self.env.cr.sql_log_count - before

        def fill(numbers):
            for number in numbers:
                self.promise(f"{number}", "2026-03-05 12:00:00")
                self.done(f"2026-02-{number % 28 + 1:02} 09:00:00", f"{number}")
                self.say("2026-02-05 09:00:00", f"{number}")

        fill(range(12))
        few = count()
        fill(range(12, 36))
        self.assertLessEqual(count(), few)
