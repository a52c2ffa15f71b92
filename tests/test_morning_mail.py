"""The managers' morning as a manager has it: the scheduled actions run, a mail arrives
on a mail server of this machine, and what its links open is read in a browser."""

import html
import re
from datetime import datetime, timezone

from tests.support.office import MAIL_QUEUE, OFFICE, log_in
from tests.support.server import PATIENCE, Server, running, wait_for

pytest_plugins = ["tests.support.fixtures"]

LINK = re.compile(r'<a\s[^>]*href="([^"]+)"[^>]*>([^<]+)</a>')

PREPARE = (
    OFFICE
    + """
from datetime import timedelta
# nobody but her gets the mail
managers = env.ref("crl_retention.crl_retention_group_manager")
for other in managers.all_user_ids:
    other.group_ids -= managers
rep = user("paula", "Paula Rep", "user")
user("mona", "Mona Manager", "manager")
customer = lambda name: env["res.partner"].create(
    {{"name": name, "is_company": True, "user_id": rep.id}})
now = env.cr.now()
late = env["crl.case"].create(
    {{"partner_id": customer("Da Enzo").id, "kind": "complaint",
      "description": "Dry dough"}})
late.deadline = now - timedelta(hours=1)
promise = env["crl.case"].create(
    {{"partner_id": customer("Officina Bruno").id, "kind": "promise",
      "description": "The part is there tomorrow", "user_id": rep.id,
      "deadline": now + timedelta(days=1)}})
promise.with_user(rep).action_break_promise("It was not")
env["crl.alert"].create(
    {{"partner_id": customer("Pizzeria Sole").id, "reason": "band"}})
"""
)


def morning_zone():
    """A time zone in which it is about nine in the morning now."""
    ahead = 9 - datetime.now(timezone.utc).hour
    if ahead < -12:
        ahead += 24
    # their names count the other way round
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def test_the_morning_mail(database, mailbox, browser):
    """Late visits, broken promises, who is at risk and who is behind, in one mail; each
    name opens the record."""
    tz = morning_zone()
    server = Server(database, cron_threads=1, smtp_port=mailbox.port)
    database.run(PREPARE.format(url=server.url, tz=tz))
    database.only_cron("ir_cron_run", MAIL_QUEUE)
    with running(server):
        server.run_cron()
        server.run_cron(MAIL_QUEUE)
        [mail] = wait_for(lambda: mailbox.to("mona@example.com"), PATIENCE, "no mail")
        names = ["Da Enzo", "Officina Bruno", "Pizzeria Sole"]
        if not database.one("SELECT extract(day FROM timezone(%s, now())) = 1", tz):
            # on the first of a month nobody is behind
            names.append("Paula Rep")
        for name in names:
            assert name in mail.html

        # once a day, whatever runs
        server.run_cron()
        server.run_cron(MAIL_QUEUE)
        assert len(mailbox.to("mona@example.com")) == 1

        page = browser.page("morning", tz="UTC")
        log_in(page, server, "mona")
        links = {
            html.unescape(text).strip(): html.unescape(link)
            for link, text in LINK.findall(mail.html)
        }
        for name in names:
            assert links[name].startswith(f"{server.url}/odoo/retention-")
            page.open(links[name])
            page.see(name)
            page.picture(name)
        assert not browser.problems
