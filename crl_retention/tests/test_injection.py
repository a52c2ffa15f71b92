import io
import json
import zipfile
from email import message_from_bytes, policy

from lxml import html

from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.http import Request
from odoo.tests import tagged

from .common import CrlCase, WebCase

SCRIPT = '<script>alert(1)</script><svg onload=alert(2)>"><img src=x onerror=alert(3)>'
TEMPLATE = "{{ 7*191 }} <t t-out='7*191'/> ${7*191} %s %(x)s {0}"
NASTY = (
    SCRIPT,
    TEMPLATE,
    "javascript:alert(1)",
    "Robert'); DROP TABLE crl_case; --",
    "\u202egnp.exe \x00\x1b[31m",
)
FORMULAS = ('=HYPERLINK("http://x")', "+1", "-1", "@SUM(1)", "\t=1", "\r\n=1", "＝1+1")


@tagged("post_install", "-at_install")
class TestInjection(CrlCase):
    """What people write stays what it is: words."""

    def _assert_no_markup(self, markup):
        page = html.fromstring(f"<div>{markup}</div>")
        self.assertFalse(page.xpath("//script | //svg | //*[@onerror or @onload]"))
        self.assertNotIn("1337", markup)

    def test_words_are_disarmed_whichever_way_they_come_in(self):
        enrollment = self.enroll()
        call = self.touchpoint(enrollment, "step_m1_call")
        case = self.env["crl.case"].with_user(self.rep)
        for number, words in enumerate(FORMULAS):
            made = case.create(
                {
                    "partner_id": self.customer.id,
                    "kind": "promise",
                    "deadline": "2026-04-01 09:00:00",
                    "description": words,
                }
            )
            imported = case.load(
                ["partner_id/.id", "kind", "deadline", "description"],
                [[str(self.customer.id), "Promise", "2026-04-01 09:00:00", words]],
            )
            self.assertTrue(imported["ids"], imported["messages"])
            written = case.browse(imported["ids"])
            self.assertEqual(written.description[0], "'", words)
            self.assertEqual(made.description[0], "'", words)
            made.write({"description": f"again {number}"})
            made.write({"description": words})
            self.assertEqual(made.description[0], "'", words)
            made.action_cancel(words)
            enrollment.with_user(self.rep).action_pause(None, words)
            self.assertEqual(enrollment.log_ids[0].note[0], "'", words)
            enrollment.with_user(self.rep).action_resume()
        call.with_user(self.rep).action_done(note=FORMULAS[0])
        self.assertEqual(call.note, f"'{FORMULAS[0]}")
        enrollment.with_user(self.rep).action_exit(FORMULAS[0])
        self.assertEqual(enrollment.exit_reason, f"'{FORMULAS[0]}")

    def test_nasty_words_in_case_chatter_and_activity(self):
        enrollment = self.enroll()
        for number, words in enumerate(NASTY):
            touchpoint = self.env["crl.touchpoint"].create(
                {
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "user_id": self.rep.id,
                    "channel": "call",
                    "state": "open",
                    "date_planned": "2026-03-02 09:00:00",
                }
            )
            touchpoint.with_user(self.rep).action_done(
                "reached", "negative", f"{number} {words}"
            )
        case = self.customer.crl_case_ids
        self.assertIn("DROP TABLE", case.description)
        self.assertNotIn("\x00", case.description)
        self.assertEqual(enrollment.state, "recovery")
        bodies, notes = self._assert_nothing_runs(case)
        self.assertIn("alert(1)", bodies)
        self.assertIn("alert(1)", notes)

    def _complain(self, words):
        return (
            self.env["crl.case"]
            .with_user(self.rep)
            .create({"partner_id": self.customer.id, "description": words})
        )

    def test_nasty_reasons(self):
        """Why a case or a procedure ends is told, in words."""
        # with the messages about changes that other tests do without
        kept = {"tracking_disable": False, "mail_notrack": False}
        self.env = self.env(context={**self.env.context, **kept})
        enrollment = self.enroll()
        self.at("2026-03-09 10:00:00")
        self.run_cron()
        call = self.touchpoint(enrollment, "step_m1_call")
        self.assertEqual(call.state, "open")
        case = self._complain(SCRIPT)
        case.action_not_recovered(SCRIPT)
        case.action_reopen(SCRIPT)
        case.action_cancel(SCRIPT)
        enrollment.with_user(self.rep).action_exit(SCRIPT)
        self.assertEqual(enrollment.exit_reason, SCRIPT)
        self.env.flush_all()
        bodies, _notes = self._assert_nothing_runs(case)
        self.assertIn("alert(1)", bodies)

    def _assert_nothing_runs(self, case):
        """Look through all that colleagues are shown of a customer and their case.

        :returns: the messages as one text, and what activities say
        """
        # message_ids leaves out what colleagues were told
        messages = self.env["mail.message"].search(
            Domain("model", "=", case._name) & Domain("res_id", "=", case.id)
            | Domain("model", "=", "res.partner")
            & Domain("res_id", "=", self.customer.id)
        )
        activities = (
            self.env["mail.activity"]
            .with_context(active_test=False)
            .search(
                [("res_model", "=", "res.partner"), ("res_id", "=", self.customer.id)]
            )
        )
        texts = [
            "".join(filter(None, shown))
            for shown in (messages.mapped("body"), activities.mapped("note"))
        ]
        for text in texts:
            self._assert_no_markup(text)
        return texts

    def test_names_in_messages(self):
        self.customer.write({"name": f"{TEMPLATE}{SCRIPT}", "city": TEMPLATE})
        self.company.name = TEMPLATE
        mail, sent = self._send_welcome()
        self._assert_no_markup(mail.body_html)
        self._assert_no_markup(mail.mail_message_id.body)
        self.assertNotIn("1337", sent["Subject"])

    def test_line_ends_in_names(self):
        """No header of their own, and the mail goes all the same."""
        for accent in ("", "é"):  # Odoo writes these names in two ways
            for ends in ("\r\n", "\n", "\r", "\x0b", "\x85", "\u2028"):
                evil = f"Rossi{accent}{ends}X-Evil: yes"
                customer = self.customer = self._new_customer("Bella")
                customer.email = f"{customer.id}@example.com"
                customer.name = self.company.name = self.rep.name = evil
                mail, sent = self._send_welcome()
                plain = f"Rossi{accent} X-Evil: yes"
                [recipient] = sent["To"].addresses
                [sender] = sent["From"].addresses
                [answers] = sent["Reply-To"].addresses
                self.assertEqual(recipient.addr_spec, customer.email)
                self.assertEqual(recipient.display_name, plain)
                self.assertEqual(sender.display_name, plain)
                self.assertEqual(sender.addr_spec, "rep@example.com")
                self.assertEqual(answers.addr_spec, "rep@example.com")
                self.assertEqual(mail.subject, f"Thank you for choosing {plain}")
                self.assertEqual(sent["Subject"], mail.subject)

    def _send_welcome(self):
        """The mail a customer gets first, and what goes over the wire."""
        self.enroll()
        self.run_cron()
        mail = self.env["mail.mail"].search(
            [("recipient_ids", "in", self.customer.ids), ("state", "=", "outgoing")]
        )
        self.assertEqual(len(mail), 1)
        [email] = mail._prepare_outgoing_list()
        raw = self.env["ir.mail_server"]._build_email__(
            email_from=mail.email_from,
            email_to=email["email_to"],
            subject=email["subject"],
            body=email["body"],
            reply_to=email["reply_to"],
            headers={"X-Test": "1"},
        )
        sent = message_from_bytes(raw.as_bytes(), policy=policy.SMTP)
        self.assertNotIn("X-Evil", sent)
        self.assertEqual(sent["X-Test"], "1")
        return mail, sent

    def test_colleagues_are_told_of_customers_with_such_names(self):
        self.customer.name = "Rossi\r\nX-Evil: yes"
        self._complain("Dry dough")
        told = self.notified(self.customer.crl_case_ids)
        mails = self.env["mail.mail"].search([("mail_message_id", "in", told.ids)])
        self.assertTrue(mails)
        for mail in mails:
            for email in mail._prepare_outgoing_list():
                self.assertEqual(len(email["subject"].splitlines()), 1)

    def test_names_in_sms(self):
        self.customer.write(
            {"name": f"{TEMPLATE}{SCRIPT}\r\n=1", "crl_preferred_channel": "sms"}
        )
        self.enroll()
        self.run_cron()
        sms = self.env["sms.sms"].search([("partner_id", "=", self.customer.id)])
        self.assertIn(f"Dear {TEMPLATE}{SCRIPT} =1,", sms.body)
        self.assertNotIn("1337", sms.body)
        shown = sms.mail_message_id.body
        self.assertIn("alert(1)", shown)
        self._assert_no_markup(shown)

    def test_names_in_the_dry_run(self):
        nasty = f"{SCRIPT}{TEMPLATE}"
        self.rep.name = self.customer.name = self.company.name = nasty
        self.cadence.step_ids.name = nasty
        other = self.env["res.company"].create({"name": f"{nasty}2"})
        self.rep.company_ids += other
        customers = self.customer + self._new_customer("Two", company_id=other.id)
        run = (
            self.env["crl.dry.run"]
            .with_user(self.rep)
            .with_context(allowed_company_ids=(self.company + other).ids)
            .create({"cadence_id": self.cadence.id, "partner_ids": customers.ids})
        )
        run.action_run()
        self.env.invalidate_all()
        for name in ("load_html", "levelled_html"):
            self.assertIn("alert(1)", run[name])
            self._assert_no_markup(run[name])

    def test_names_on_the_card(self):
        enrollment = self.enroll()
        visit = self.touchpoint(enrollment, "step_m1_visit")
        self.company.name = f"{TEMPLATE}{SCRIPT}"
        visit.with_user(self.rep).action_print_card()
        report = self.env["ir.actions.report"].with_user(self.rep)
        name = "crl_retention.touchpoint_card"
        page = html.fromstring(report._render_qweb_html(name, visit.ids)[0])
        article = html.tostring(page.find_class("article")[0], encoding="unicode")
        self._assert_no_markup(article)

    def test_filters_are_read_not_run(self):
        for text in (
            "__import__('os').system('true')",
            "[('id', '=', uid)]",
            "[(lambda: 1)()]",
            "[" * 500,
            "[('name', 'inselect', ('SELECT 1', []))]",
            "[('name', '=', 1)] * 10**9",
        ):
            with self.assertRaises(ValidationError, msg=text):
                self.cadence.with_user(self.manager).enroll_domain = text
                self.env.flush_all()
            self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestExport(WebCase):
    """Files a spreadsheet opens: no cell of ours is a formula."""

    def _export(self, kind, model, names, ids):
        columns = [{"name": name, "label": name, "type": "char"} for name in names]
        data = {
            "model": model,
            "fields": columns,
            "ids": ids,
            "domain": [],
            "groupby": [],
            "import_compat": False,
            "context": {},
        }
        response = self.url_open(
            f"/web/export/{kind}",
            data={"data": json.dumps(data), "csrf_token": Request.csrf_token(self)},
        )
        self.assertEqual(response.status_code, 200)
        return response.content

    def test_no_formula_in_exports(self):
        self.authenticate("admin", "admin")
        customers = self.env["res.partner"].create(
            [{"name": words, "is_company": True} for words in FORMULAS if words.strip()]
        )
        cases = self.env["crl.case"].create(
            [
                {
                    "partner_id": customer.id,
                    "kind": "promise",
                    "deadline": "2030-01-01 09:00:00",
                    "description": customer.name,
                }
                for customer in customers
            ]
        )
        names = ["partner_id", "display_name", "description"]
        book = self._export("xlsx", "crl.case", names, cases.ids)
        with zipfile.ZipFile(io.BytesIO(book)) as file:
            sheet = file.read("xl/worksheets/sheet1.xml")
            self.assertIn(b"HYPERLINK", file.read("xl/sharedStrings.xml"))
        self.assertNotIn(b"<f>", sheet)
        lines = self._export("csv", "crl.case", names, cases.ids).decode()
        for line in lines.splitlines()[1:]:
            for cell in line.split('","'):
                self.assertNotIn(cell.strip('"')[:1], "=+-@\t＝")
