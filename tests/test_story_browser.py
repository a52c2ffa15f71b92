"""The whole story as people live it: a rep in Odoo, a customer with a phone.

A real server, a real browser, mails read off a mail server on this machine, and the
clock on the wall.
"""

import re

from tests.support.office import MAIL_QUEUE, OFFICE, log_in, noon_zone
from tests.support.server import PATIENCE, Server, running, wait_for

pytest_plugins = ["tests.support.fixtures"]

WORDS = "The dough arrived dry, twice."

PREPARE = (
    OFFICE
    + """
company.name = "Molino Rossi"
# today may be a Sunday in France
company.crl_quiet_hours = False
# and the second welcome follows the first within minutes
company.crl_email_gap_hours = 0
rep = user("paula", "Paula Rep", "user")
leader = user("leo", "Leo Leader", "user")
company.crl_manager_id = user("mona", "Mona Manager", "manager")
env["crm.team"].create({{
    "name": "Restaurants", "user_id": leader.id,
    "member_ids": [(6, 0, (rep + leader).ids)],
}})
customer = env["res.partner"].with_context(mail_auto_subscribe_no_notify=True).create({{
    "name": "Bella Napoli",
    "is_company": True,
    "email": "bella@example.com",
    "phone": "+33 1 42 68 53 00",
    "country_id": env.ref("base.fr").id,
    "city": "Paris",
    "tz": {tz!r},
    "user_id": rep.id,
}})
result = customer.id
"""
)


def enrollment(database):
    [row] = database.sql(
        """SELECT e.state, e.cycle, d.name
             FROM crl_enrollment e JOIN ir_model_data d
               ON d.model = 'crl.stage' AND d.res_id = e.stage_id"""
    )
    return row


def deliver(server, mailbox, count):
    """Run the procedure and the mail queue; return the customer's latest mail."""
    server.run_cron()
    server.run_cron(MAIL_QUEUE)
    wait_for(
        lambda: len(mailbox.to("bella@example.com")) >= count, PATIENCE, "no mail came"
    )
    mails = mailbox.to("bella@example.com")
    assert len(mails) == count
    server.run_cron()
    return mails[-1]


def open_customer(page, server, customer):
    page.open(f"{server.url}/odoo/res.partner/{customer}")
    page.see("Bella Napoli", ".o_form_view")
    page.click(".o_notebook .nav-link", "Retention")


def test_unhappy_customer_is_won_back(database, mailbox, browser):
    server = Server(database, cron_threads=1, smtp_port=mailbox.port)
    customer = database.run(PREPARE.format(url=server.url, tz=noon_zone()))
    database.only_cron("ir_cron_run", MAIL_QUEUE)
    with running(server):
        rep = browser.page("story-rep", tz=noon_zone())
        log_in(rep, server, "paula")
        open_customer(rep, server, customer)
        rep.picture("customer-before")

        # the rep enrolls the customer
        rep.click(".o_notebook button", "Enroll")
        rep.see("Enroll 1 customer", ".modal")
        rep.picture("enroll-dialog")
        rep.click(".modal-footer button.btn-primary")
        rep.wait("!document.querySelector('.modal')", "the dialog stays open")
        open_customer(rep, server, customer)
        rep.see("First month", ".o_form_view")
        rep.picture("customer-enrolled")
        assert enrollment(database) == ("running", 1, "stage_month_1")

        # the welcome arrives, with its link
        welcome = deliver(server, mailbox, 1)
        assert welcome.subject == "Thank you for choosing Molino Rossi"
        assert "Dear Bella Napoli" in welcome.text
        [link] = set(re.findall(r'href="([^"]+/crl/feedback/[^"]+)"', welcome.html))
        assert link.startswith(server.url)

        # the customer is not happy, and says so on a phone
        phone = browser.page("story-customer", 390, 844, mobile=True)
        phone.open(link)
        phone.see("Molino Rossi")
        phone.picture("question")
        phone.click("label.negative")
        phone.type("textarea[name=words]", WORDS)
        phone.picture("answer")
        phone.click("button[type=submit]", "Send")
        phone.see("We are sorry that something is not right")
        phone.picture("thanks")
        assert enrollment(database) == ("recovery", 1, "stage_recovery")

        # the rep finds a visit to make and the case with its deadline
        open_customer(rep, server, customer)
        rep.see("Recovery", ".o_form_view")
        rep.see(WORDS, ".o_form_view")
        rep.see("Visit", ".o-mail-Activity")
        rep.picture("customer-unhappy")
        [case] = database.sql(
            "SELECT id, description, deadline - date_open, state FROM crl_case"
        )
        assert case[1] == WORDS
        assert case[2].total_seconds() == 48 * 3600
        rep.open(f"{server.url}/odoo/crl.case/{case[0]}")
        rep.see(WORDS, "[name=description] textarea")
        rep.see("Deadline", ".o_form_view")
        rep.picture("case")

        # the visit is made, and the customer content again
        open_customer(rep, server, customer)
        rep.click(".o-mail-Activity button", "Mark Done")
        rep.see("What does the customer think?", ".modal")
        rep.picture("result-dialog")
        rep.click(".modal [name=verdict] label", "Content")
        rep.type(".modal [name=note] textarea", "Two new bags, free of charge.")
        rep.picture("result-filled")
        rep.click(".modal-footer button", "Done")
        rep.wait("!document.querySelector('.modal')", "the dialog stays open")
        open_customer(rep, server, customer)
        rep.see("First month", ".o_form_view")
        rep.picture("customer-won-back")
        assert enrollment(database) == ("running", 2, "stage_month_1")
        assert database.sql("SELECT state, on_time FROM crl_case") == [
            ("recovered", True)
        ]

        # the second cycle begins with other words
        again = deliver(server, mailbox, 2)
        assert again.subject == "Thank you for telling us"
        assert "Now we begin again" in again.text
        open_customer(rep, server, customer)
        rep.picture("customer-second-cycle")
    assert not browser.problems
