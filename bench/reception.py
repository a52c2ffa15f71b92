"""What it costs to find a customer at the reception, among many."""

from functools import partial

from bench.large import timed


def measure(env):
    """Milliseconds of each way to find a customer, and of Odoo's own: of its search of
    one field, and of all it looks at for a name."""
    user = env["res.users"].search([("login", "=", "big_rep_1")])
    user.group_ids += env.ref("crl_retention.crl_retention_group_reception")
    env.company.country_id = env.ref("base.fr")
    sought = env["res.partner"].search([("name", "=", "Big 7712")])
    sought.ref = "TK-4711"
    env.cr.commit()
    partners = env["res.partner"].with_user(user)
    reception = env["crl.reception"].with_user(user)
    digits = sought.phone_sanitized.removeprefix("+33")
    asked = {
        "a whole name": sought.name,
        "a piece of a name": "ig 7712",
        "how many names begin": "Big",
        "nobody's name": "Trattoria",
        "a number, international": sought.phone_sanitized,
        "a number, national": f"0{digits}",
        "six digits of a number": digits[-6:],
        "four digits of a number": digits[-4:],
        "an email": sought.email,
        "how an email begins": sought.email[:9],
        "a reference": "tk-4711",
    }
    works = {
        f"reception: {label}": partial(reception.find, text)
        for label, text in asked.items()
    }
    works["reception: the card"] = partial(reception.get_customer, sought.id)
    for label in (
        "a whole name", "a piece of a name", "how many names begin", "nobody's name",
    ):  # fmt: skip
        text = asked[label]
        one_field = [("complete_name", "ilike", text)]
        works[f"Odoo's search of one field: {label}"] = partial(
            partners.search_fetch, one_field, ["display_name"], limit=8
        )
        works[f"Odoo's name_search: {label}"] = partial(
            partners.name_search, text, limit=8
        )
    for label, field in (
        ("six digits of a number", "phone_mobile_search"),
        ("four digits of a number", "phone_mobile_search"),
        ("an email", "email_normalized"),
        ("how an email begins", "email_normalized"),
    ):
        one_field = [(field, "ilike", asked[label])]
        works[f"Odoo's search of one field: {label}"] = partial(
            partners.search_fetch, one_field, ["display_name"], limit=8
        )
    return timed(env, works)
