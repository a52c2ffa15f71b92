from datetime import date
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from odoo.addons.crl_retention.tests.access_case import AccessMatrixCase

from .access_matrix import FIELDS, MATRIX


@tagged("post_install", "-at_install")
class TestAccessMatrix(AccessMatrixCase):
    """Every role at every model of this addon."""

    ADDON = "crl_retention_sale"
    MATRIX = MATRIX
    FIELDS = FIELDS

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # of a company without customers a year ago nobody can set a target
        cls.startClassPatcher(
            patch.object(
                type(cls.env["crl.base"]),
                "_get_year_rate",
                lambda screen: (60.0, date(2026, 1, 1)),
            )
        )

    @classmethod
    def _get_makers(cls, model, letter):
        person = cls._get_person(letter)
        # a customer has one of a day: what is tried beside it is of another
        day = "2026-02-01" if cls._get_made(model, letter) else "2026-01-01"
        return {
            "crl.purchase": lambda: {**person, "date": day, "amount": 100},
            "crl.buyer": lambda: {**person, "date_first": day, "date_last": day},
            "crl.customer.stay": lambda: {
                **person,
                "date_from": day,
                "date_to": day,
                "kind": "new",
            },
            "crl.base.target": lambda: {
                "company_id": person["company_id"],
                "date_from": day,
                "baseline": 60,
                "points": 5,
            },
            "crl.run.out": lambda: {
                **person,
                "product_id": cls.env["product.product"].create({"name": day}).id,
                "date_last": day,
                "basis": "product",
            },
            "crl.order.event": lambda: {
                **person,
                "kind": "changed",
                "date": fields.Datetime.now(),
            },
        }
