from contextlib import ExitStack
from itertools import count
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import HttpCase, TransactionCase, new_test_user
from odoo.tests.common import ChromeBrowser

#: How many times as long as Odoo usually does we wait for a page: the machine may have
#: other work.
PATIENCE = 10


def noon_zone():
    """A time zone in which it is about noon now: all of the day is one day there."""
    ahead = 12 - fields.Datetime.now().hour
    # their names count the other way round
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


class WebCase(HttpCase):
    """Odoo's, with patience."""

    # requests wait for each other, also for one that makes the assets
    test_cursor_lock_timeout = HttpCase.test_cursor_lock_timeout * PATIENCE

    def url_open(self, *args, **kwargs):
        return super().url_open(*args, **{"timeout": 12 * PATIENCE, **kwargs})

    def make_jsonrpc_request(self, *args, **kwargs):
        kwargs = {"timeout": 12 * PATIENCE, **kwargs}
        return super().make_jsonrpc_request(*args, **kwargs)

    def browser_js(self, *args, **kwargs):
        # a browser multiplies all its limits by this, and sets it to 1 when it starts
        factor = property(lambda _self: PATIENCE, lambda _self, _factor: None)
        with patch.object(ChromeBrowser, "throttling_factor", factor, create=True):
            return super().browser_js(*args, **kwargs)


class CrlCase(TransactionCase):
    """A company that sells pizza dough: two reps with their leader, a manager, and
    restaurants in Paris (UTC+1/+2), where the company is too.

    Monday 2 March 2026, 10:00 UTC (11:00 in Paris) is "now" unless a test says else.
    """

    NOW = "2026-03-02 10:00:00"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context=dict(
                cls.env.context, tracking_disable=True, mail_notrack=True, lang="en_US"
            )
        )
        cls.company = cls.env.company
        cls.company.partner_id.tz = "Europe/Paris"
        cls.company.resource_calendar_id.tz = "Europe/Paris"
        common = {"tz": "Europe/Paris", "notification_type": "email"}
        cls.rep = cls._new_user("rep", "user", **common)
        cls.other_rep = cls._new_user("other_rep", "user", **common)
        cls.leader = cls._new_user("leader", "user", **common)
        cls.manager = cls._new_user("manager", "manager", **common)
        cls.company.crl_manager_id = cls.manager
        cls.team = cls.env["crm.team"].create(
            {
                "name": "Restaurants",
                "user_id": cls.leader.id,
                "member_ids": [(6, 0, (cls.rep + cls.leader).ids)],
            }
        )
        cls.cadence = cls.env.ref("crl_retention.cadence_new_account")
        # each customer has a number of its own
        cls.lines = count()
        cls.customer = cls._new_customer("Bella Napoli")

    @classmethod
    def _new_user(cls, login, role, **values):
        return new_test_user(
            cls.env,
            login=f"crl_{login}",
            email=f"{login}@example.com",
            groups=f"crl_retention.crl_retention_group_{role},base.group_partner_manager",
            **values,
        )

    @classmethod
    def _new_customer(cls, name, **values):
        line = next(cls.lines)
        return cls.env["res.partner"].create(
            {
                "name": name,
                "is_company": True,
                "email": f"{name.lower().replace(' ', '.')}@example.com",
                "country_id": cls.env.ref("base.fr").id,
                "phone": f"+33 1 42 68 {53 + line // 100} {line % 100:02}",
                "tz": "Europe/Paris",
                "user_id": cls.rep.id,
                **values,
            }
        )

    def at(self, moment):
        """Set the clock for the rest of the test (or a ``with`` block)."""
        frozen = freeze_time(moment)
        stack = ExitStack()
        stack.enter_context(frozen)
        self.addCleanup(stack.close)
        return stack

    def setUp(self):
        super().setUp()
        self.at(self.NOW)

    def enroll(self, partners=None, start=None, cadence=None):
        partners = partners or self.customer
        ids = partners.crl_enroll((cadence or self.cadence).id, start)
        return self.env["crl.enrollment"].browse(ids)

    def run_cron(self):
        """One run of the pump, as the scheduler does it."""
        with self.enter_registry_test_mode():
            result = self.env.ref("crl_retention.ir_cron_run").method_direct_trigger()
        self.assertIs(result, True)
        self.env.invalidate_all()

    def get_values(self, indicators):
        """What is known of indicators, of all customers."""
        return self.env["crl.indicator.value"].search(
            [("indicator_id", "in", indicators.ids)]
        )

    def touchpoint(self, enrollment, step):
        """The contact of a shipped step in the enrollment's present cycle."""
        step = self.env.ref(f"crl_retention.{step}")
        return enrollment.touchpoint_ids.filtered(
            lambda t: t.step_id == step and t.cycle == enrollment.cycle
        )

    def notified(self, record):
        """The notifications colleagues got about a record."""
        return self.env["mail.message"].search(
            [
                ("model", "=", record._name),
                ("res_id", "=", record.id),
                ("message_type", "=", "user_notification"),
            ]
        )
