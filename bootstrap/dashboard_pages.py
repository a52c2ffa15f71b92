"""What the dashboards show: tiles, charts and tables of each, with sample numbers."""

from .dashboards import Page

CONTACT, CASE = "crl.touchpoint", "crl.case"
CUSTOMER, CHANGE = "crl.relationship", "crl.stage.change"

STAY, PURCHASE = "crl.customer.stay", "crl.purchase"

DONE = [["state", "=", "done"]]
HUMAN = [["channel", "in", ["call", "visit", "letter"]]]
VISITS = [["channel", "=", "visit"]]
DUE = [["punctuality", "!=", False]]
UNHAPPY = [["kind", "in", ["negative_feedback", "complaint"]]]
OPEN = [["state", "in", ["open", "planned"]]]
AT_RISK = [["band", "=", "at_risk"]]
HEARD = [["verdict", "!=", False]]

CUSTOMERS_MENU = "crl_relationship_menu"
STAGES_MENU = "crl_relationship_menu_report"
CONTACTS_MENU = "crl_touchpoint_menu_report"
CASES_MENU = "crl_case_menu_report"
OPEN_MENU = "crl_case_menu"
VERDICTS_MENU = "crl_touchpoint_menu_verdict"
FLOW_MENU = "crl_stage_change_menu"
ALERTS_MENU = "crl_alert_menu"
BASE_MENU = "crl_base_menu"
STAY_MENU = "crl_customer_stay_menu"

WEEKS = [("Week 1", 18), ("Week 2", 24), ("Week 3", 21), ("Week 4", 27)]
BANDS = [("Healthy", 62), ("Watch", 25), ("At risk", 13)]
STAGES = [
    ("First month", 14, 0.93),
    ("Second month", 11, 0.88),
    ("Third month", 9, 0.91),
    ("Preservation", 52, 0.84),
]
REPS = [("Anna", 46, 0.94), ("Marco", 41, 0.9), ("Sophie", 38, 0.87)]


def rate(measure, header):
    return {"user_id": "Rep", "__count": "Number", measure: header}


def rep(sample):
    page = Page("my_customers", mine=True, sample=sample)
    page.tiles(
        ("Customers", CUSTOMER, "__count", [], CUSTOMERS_MENU, 86),
        ("At risk", CUSTOMER, "__count", AT_RISK, ALERTS_MENU, 6),
        ("Contacts done", CONTACT, "__count", DONE, CONTACTS_MENU, 214),
        ("Done on time", CONTACT, "on_time_rate", [], CONTACTS_MENU, 0.92),
        ("Open cases", CASE, "__count", OPEN, OPEN_MENU, 3),
        ("Content", CONTACT, "content_rate", [], VERDICTS_MENU, 0.88),
    )
    page.charts(
        (
            *("Contacts done, by week", CONTACT, "bar"),
            *(["date_planned:week", "channel"], "__count", DONE, CONTACTS_MENU, WEEKS),
        ),
        (
            *("Health of the customers", CUSTOMER, "bar"),
            *(["band"], "__count", [], CUSTOMERS_MENU, BANDS),
        ),
    )
    stage = {"stage_id": "Stage", "__count": "Customers"}
    step = {"step_id": "Step", "__count": "Answers", "content_rate": "Content"}
    page.tables(
        (
            *("Customers by stage", CUSTOMER, "stage_id"),
            *({**stage, "contacted_rate": "In touch"}, [], STAGES),
        ),
        (
            *("What customers say, by step", CONTACT, "step_id"),
            *(step, HEARD, [("Welcome call", 21, 0.9), ("First visit", 17, 0.94)]),
        ),
    )
    late = {"partner_id": "Customer", "__count": "Contacts", "late_days": "Days late"}
    case = {"partner_id": "Customer", "__count": "Cases"}
    page.tables(
        (
            *("Not done on time", CONTACT, "partner_id", late),
            *([["punctuality", "=", "late"], *HUMAN], [("Bella Napoli", 2, 1.5)]),
        ),
        ("Unhappy customers", CASE, "partner_id", case, OPEN, [("Da Enzo", 1)]),
    )
    return page


def portfolio(sample):
    page = Page("portfolio", sample=sample)
    missed = [*VISITS, ["outcome", "=", "absent"]]
    held = [*VISITS, *DONE, ["outcome", "=", "reached"]]
    late = [*VISITS, ["punctuality", "=", "late"]]
    ahead = [*VISITS, ["state", "in", ["planned", "open"]]]
    page.tiles(
        ("Visits held", CONTACT, "__count", held, CONTACTS_MENU, 148),
        ("Visits ahead", CONTACT, "__count", ahead, CONTACTS_MENU, 37),
        ("Absent", CONTACT, "__count", missed, CONTACTS_MENU, 9),
        ("Visits not on time", CONTACT, "__count", late, CONTACTS_MENU, 12),
        ("Visits on time", CONTACT, "on_time_rate", VISITS, CONTACTS_MENU, 0.91),
        ("In touch (90 d)", CUSTOMER, "contacted_rate", [], STAGES_MENU, 0.83),
    )
    page.charts(
        (
            *("Visits held, by week", CONTACT, "bar"),
            *(["date_planned:week", "user_id"], "__count", held, CONTACTS_MENU, WEEKS),
        ),
        (
            *("Customers by rep", CUSTOMER, "bar", ["user_id"], "__count", []),
            *(CUSTOMERS_MENU, [(name, count) for name, count, __ in REPS]),
        ),
    )
    page.tables(
        (
            *("Visits by rep", CONTACT, "user_id"),
            *(
                {**rate("on_time_rate", "On time"), "reached_rate": "Held"},
                VISITS,
                REPS,
            ),
        ),
        (
            *("Customers by rep", CUSTOMER, "user_id"),
            *(rate("contacted_rate", "In touch"), [], REPS),
        ),
    )
    city = {"partner_id": "Customer", "__count": "Visits", "late_days": "Days late"}
    page.tables(
        ("Visits not on time", CONTACT, "partner_id", city, late, [("Da Enzo", 1, 2)]),
        (
            *("Calls by rep", CONTACT, "user_id"),
            *({**rate("on_time_rate", "On time"), "reached_rate": "Reached"},),
            *([["channel", "=", "call"]], REPS),
        ),
    )
    return page


def manager(sample):
    page = Page("manager", sample=sample)
    breaches = [*UNHAPPY, ["punctuality", "=", "late"]]
    page.tiles(
        ("Unhappy", CASE, "__count", UNHAPPY, CASES_MENU, 24),
        ("Visited in 48 h", CASE, "on_time_rate", UNHAPPY, CASES_MENU, 0.92),
        ("Too late", CASE, "__count", breaches, CASES_MENU, 2),
        ("Recovered", CASE, "recovery_rate", UNHAPPY, CASES_MENU, 0.81),
        ("Days to recover", CASE, "recover_days", UNHAPPY, CASES_MENU, 2.4),
        ("Contacts on time", CONTACT, "on_time_rate", [], CONTACTS_MENU, 0.9),
    )
    page.charts(
        (
            *("Unhappy customers, by week", CASE, "bar", ["date_open:week", "state"]),
            *("__count", UNHAPPY, CASES_MENU, WEEKS),
        ),
        (
            *("Why they were unhappy", CASE, "pie", ["cause_ids"], "__count", UNHAPPY),
            *(CASES_MENU, [("Late delivery", 9), ("Quality", 6), ("Price", 4)]),
        ),
    )
    page.tables(
        (
            *("Cases by rep", CASE, "user_id"),
            *({**rate("on_time_rate", "48 h"), "recovery_rate": "Recovered"},),
            *(UNHAPPY, [("Anna", 9, 0.94, 0.8), ("Marco", 8, 0.9, 0.75)]),
        ),
        (
            *("Contacts by rep", CONTACT, "user_id"),
            *({**rate("on_time_rate", "On time"), "content_rate": "Content"},),
            *(DUE, [("Anna", 98, 0.94, 0.9), ("Marco", 87, 0.9, 0.86)]),
        ),
    )
    page.tables(
        (
            *("Customers at risk, by rep", CUSTOMER, "user_id"),
            *({"user_id": "Rep", "__count": "At risk", "score": "Health"}, AT_RISK),
            [("Anna", 4, 31), ("Marco", 2, 35)],
        ),
        (
            *("Where customers went", CHANGE, "stage_id"),
            *({"stage_id": "To", "__count": "Customers", "days": "Days"}, []),
            [("Preservation", 14, 31), ("Recovery", 5, 12), ("Lost", 2, 60)],
        ),
    )
    return page


def direction(sample):
    page = Page("direction", filters=("period", "team"), sample=sample)
    page.tiles(
        ("Customers", CUSTOMER, "__count", [], CUSTOMERS_MENU, 412),
        ("In touch (90 d)", CUSTOMER, "contacted_rate", [], STAGES_MENU, 0.83),
        ("At risk", CUSTOMER, "__count", AT_RISK, CUSTOMERS_MENU, 31),
        ("Content", CONTACT, "content_rate", [], VERDICTS_MENU, 0.88),
        ("Visited in 48 h", CASE, "on_time_rate", UNHAPPY, CASES_MENU, 0.92),
        ("Recovered", CASE, "recovery_rate", UNHAPPY, CASES_MENU, 0.81),
    )
    ends = [["stage_id.kind", "in", ["lost", "dormant", "won_back"]]]
    page.charts(
        (
            *("Lost, dormant and won back", CHANGE, "bar", ["date:month", "stage_id"]),
            *("__count", ends, FLOW_MENU),
            [("July", 3), ("August", 5), ("September", 2)],
        ),
        (
            *("Health of the customers", CUSTOMER, "bar"),
            *(["band"], "__count", [], CUSTOMERS_MENU, BANDS),
        ),
    )
    team = {"team_id": "Sales Team", "__count": "Number"}
    page.tables(
        (
            *("Contacts by team", CONTACT, "team_id"),
            *({**team, "on_time_rate": "On time", "content_rate": "Content"}, DUE),
            [("Restaurants", 320, 0.92, 0.89), ("Shops", 190, 0.88, 0.85)],
        ),
        (
            *("Unhappy customers by team", CASE, "team_id"),
            *({**team, "on_time_rate": "48 h", "recovery_rate": "Recovered"}, UNHAPPY),
            [("Restaurants", 12, 0.94, 0.84), ("Shops", 9, 0.9, 0.8)],
        ),
    )
    page.tables(
        (
            *("Customers by stage", CUSTOMER, "stage_id"),
            *({"stage_id": "Stage", "__count": "Customers"},),
            *([], [values[:2] for values in STAGES]),
        ),
        (
            *("How long customers stay in a stage", CHANGE, "former_stage_id"),
            *({"former_stage_id": "Stage", "__count": "Left", "days": "Days"},),
            *([["former_stage_id", "!=", False]], [("First month", 14, 31)]),
        ),
    )
    return page


def customer_base(sample):
    lost, revenue = "Lost, not back yet", "Revenue"
    page = Page(
        "customer_base",
        sample=sample,
        addon="crl_retention_sale",
        periods={
            "Customers now": None,
            "Customers now, by rep": None,
            lost: "date_to",
            f"{lost}, by month": "date_to",
            f"{lost}, by rep": "date_to",
        },
    )
    now = [["date_from", "<=", "today"], ["date_to", ">", "today"]]
    gone = [["date_to", "<=", "today"], ["date_return", "=", False]]
    new, back = [["kind", "=", "new"]], [["kind", "=", "won_back"]]
    page.tiles(
        ("Customers now", STAY, "__count", now, BASE_MENU, 412),
        ("New", STAY, "__count", new, BASE_MENU, 37),
        ("Won back", STAY, "__count", back, BASE_MENU, 9),
        (lost, STAY, "__count", gone, STAY_MENU, 14),
        ("Purchase days", PURCHASE, "__count", [], BASE_MENU, 1840),
        (revenue, PURCHASE, "amount", [], BASE_MENU, 265300),
    )
    months = [("July", 14), ("August", 9), ("September", 14)]
    page.charts(
        (
            *("New and won back, by month", STAY, "bar"),
            *(["date_from:month", "kind"], "__count", [], BASE_MENU, months),
        ),
        (
            *(f"{lost}, by month", STAY, "bar", ["date_to:month"], "__count"),
            *(gone, STAY_MENU, [("July", 4), ("August", 7), ("September", 3)]),
        ),
    )
    people = [(name, count) for name, count, __ in REPS]
    page.tables(
        (
            *("Customers now, by rep", STAY, "user_id"),
            *({"user_id": "Rep", "__count": "Customers"}, now, people),
        ),
        (
            *(f"{lost}, by rep", STAY, "user_id"),
            *({"user_id": "Rep", "__count": "Lost", "amount": revenue}, gone),
            [("Anna", 6, 8200), ("Marco", 5, 4100), ("Sophie", 3, 2700)],
        ),
    )
    team = {"team_id": "Sales Team", "__count": "Days", "amount": revenue}
    country = {"country_id": "Country", "__count": "Days", "amount": revenue}
    page.tables(
        (
            *("Purchases by team", PURCHASE, "team_id", team, []),
            [("Restaurants", 1200, 178000), ("Shops", 640, 87300)],
        ),
        (
            *("Purchases by country", PURCHASE, "country_id", country, []),
            [("Italy", 1500, 214000), ("France", 340, 51300)],
        ),
    )
    return page


PAGES = (rep, portfolio, manager, direction, customer_base)
