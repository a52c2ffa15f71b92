"""People at work in a browser: the company they work for, and how they log in."""

from datetime import datetime, timezone

#: The scheduled action that hands mails over.
MAIL_QUEUE = "mail.ir_cron_mail_scheduler_action"
#: A company open every day, and ``user(login, name, role)``: what a test prepares
#: first. To be formatted with ``url`` and ``tz``.
OFFICE = """
env = env(context={{**env.context, "tracking_disable": True}})
env["ir.config_parameter"].set_param("web.base.url", {url!r})
env["ir.config_parameter"].set_param("web.base.url.freeze", "True")
company = env.company
company.email = "hello@example.com"
company.partner_id.tz = {tz!r}
# today may be a Sunday
company.resource_calendar_id = env["resource.calendar"].create({{
    "name": "Every day",
    "tz": {tz!r},
    "attendance_ids": [
        (0, 0, {{"name": "Day", "dayofweek": str(day), "hour_from": 8, "hour_to": 17}})
        for day in range(7)
    ],
}})
user = lambda login, name, group: env["res.users"].create({{
    "login": login, "password": login, "name": name, "email": f"{{login}}@example.com",
    "tz": {tz!r},
    "group_ids": [(4, env.ref(xmlid).id) for xmlid in (
        "base.group_user", "base.group_partner_manager",
        "crl_retention.crl_retention_group_" + group,
    )],
}})
"""


def noon_zone():
    """A time zone in which it is about noon now, when messages may go."""
    ahead = 12 - datetime.now(timezone.utc).hour
    # their names count the other way round
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def log_in(page, server, login):
    # Odoo's bot opens a chat for newcomers, which covers the whole of a phone
    server.database.sql(
        "UPDATE res_users SET odoobot_state = 'disabled' WHERE login = %s", login
    )
    page.open(f"{server.url}/web/login")
    page.type("input[name=login]", login)
    page.type("input[name=password]", login)
    page.click("button[type=submit]", "Log in")
    # the first page of a new database makes its assets
    home = "!!document.querySelector('.o_navbar, .o_main_navbar')"
    page.wait(home, "no home page", 120)
