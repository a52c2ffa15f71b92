{
    "name": "Customer Retention: Deliveries",
    "summary": "Care begins when the goods are there, and what comes back is a sign",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "license": "LGPL-3",
    "author": "crl_retention contributors",
    "website": "https://github.com/crl-retention/crl_retention",
    "depends": ["crl_retention_sale", "sale_stock"],
    "auto_install": True,
}
