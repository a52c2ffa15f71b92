from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user, tagged

from .common import WebCase


@tagged("post_install", "-at_install")
class TestTimelineTour(WebCase):
    def test_a_rep_reads_what_happened(self):
        rep = new_test_user(
            self.env,
            "crl_tour_rep",
            "crl_retention.crl_retention_group_user,base.group_partner_manager,"
            "sales_team.group_sale_salesman",
            email="rep@example.com",
        )
        customer = self.env["res.partner"].create(
            {"name": "Trattoria Tour", "is_company": True, "user_id": rep.id}
        )
        self.env["crl.relationship"]._ensure(customer)
        now = fields.Datetime.now()
        common = {
            "partner_id": customer.id,
            "company_id": self.env.company.id,
            "user_id": rep.id,
        }
        self.env["crl.touchpoint"].create(
            [
                {
                    **common,
                    "channel": "call",
                    "state": "done",
                    "subject": f"Call {number}",
                    "date_planned": now - timedelta(days=60 - number),
                    "date_done": now - timedelta(days=60 - number),
                }
                for number in range(40)
            ]
            + [
                {
                    **common,
                    "channel": "visit",
                    "state": "planned",
                    "date_planned": now + timedelta(days=5),
                }
            ]
        )
        self.env["crl.case"].create(
            {
                "partner_id": customer.id,
                "kind": "promise",
                "description": "A new oven",
                "deadline": now + timedelta(days=2),
            }
        )
        self.start_tour(
            f"/odoo/res.partner/{customer.id}", "crl_timeline", login=rep.login
        )
        new = self.env["res.partner"].create({"name": "Nuovo", "user_id": rep.id})
        self.start_tour(
            f"/odoo/res.partner/{new.id}", "crl_timeline_empty", login=rep.login
        )
