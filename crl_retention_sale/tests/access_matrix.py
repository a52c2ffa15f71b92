"""Who may do what with the records of this addon: read the core's table of the same
name first. A new model needs a row here, and ``_get_makers`` in
``test_access_matrix.py`` says what one is made of."""

from odoo.addons.crl_retention.tests.access_matrix import ENGINE

MATRIX = {
    "crl.purchase": {**ENGINE, "marketing": "r:AB"},
    "crl.customer.stay": {**ENGINE, "marketing": "r:AB"},
    "crl.base.target": {
        "all direction": "r:AB",
        "admin manager": "r:AB w:AB c:AB u:AB",
    },
    "crl.buyer": {**ENGINE, "marketing": "r:AB"},
    "crl.run.out": {**ENGINE, "marketing": "r:AB"},
    # what the engine has still to do
    "crl.order.event": {"manager": "r:AB"},
}

#: Fields on the customer, by the model whose rows they show.
FIELDS = {
    "crl.customer.stay": {"crl_stay_ids"},
    "crl.purchase": {"crl_purchase_ids"},
    "crl.buyer": {
        "crl_buyer_currency_id",
        "crl_buyer_id",
        "crl_buyer_ids",
        "crl_first_order_date",
        "crl_is_order_late",
        "crl_last_order_date",
        "crl_next_order_date",
        "crl_order_gap",
        "crl_purchase_days",
        "crl_return_count",
        "crl_revenue",
        "crl_revenue_total",
        "crl_rfm",
        "crl_rfm_group",
    },
}
