{
    "name": "Customer Retention: Orders",
    "summary": "What orders tell: care after a purchase, re-orders, RFM and the "
    "customer base",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "license": "LGPL-3",
    "author": "crl_retention contributors",
    "website": "https://github.com/crl-retention/crl_retention",
    "depends": ["crl_retention", "sale"],
    "data": [
        "security/ir.model.access.csv",
        "security/crl_retention_sale_security.xml",
        "security/crl_base_security.xml",
        "security/crl_run_out_security.xml",
        "data/mail_template_data.xml",
        "data/sms_template_data.xml",
        "data/crl_cadence_data.xml",
        "data/crl_run_out_data.xml",
        "data/crl_indicator_data.xml",
        "data/crl_segment_data.xml",
        "views/crl_buyer_views.xml",
        "views/crl_cadence_views.xml",
        "views/crl_enrollment_views.xml",
        "views/crl_run_out_views.xml",
        "views/product_views.xml",
        "views/crl_relationship_views.xml",
        "views/res_config_settings_views.xml",
        "views/crl_base_views.xml",
        "views/res_partner_views.xml",
        # after the menus it leads to
        "data/spreadsheet_dashboard_data.xml",
    ],
    "assets": {
        "web.assets_backend": [
            "crl_retention_sale/static/src/base/**/*",
        ],
        "web.assets_tests": [
            "crl_retention_sale/static/tests/tours/**/*",
        ],
    },
    "demo": [
        "demo/crl_product_demo.xml",
        "demo/crl_order_demo.xml",
        "demo/crl_story_demo.xml",
    ],
    "auto_install": True,
}
