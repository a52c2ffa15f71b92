"""The frame of a dashboard's JSON, around what a page draws."""

VERSION = "18.5.10"
COLUMNS = (290, 75, 75, 75, 30, 290, 75, 75, 75)
TITLE, HEADER, BODY, NUMBER = 1, 2, 3, 4
STYLES = {
    str(TITLE): {"textColor": "#01666b", "bold": True, "fontSize": 16},
    str(HEADER): {"bold": True, "textColor": "#434343", "fillColor": "#f2f2f2"},
    str(BODY): {"textColor": "#434343", "verticalAlign": "middle"},
    str(NUMBER): {
        "bold": True,
        "textColor": "#434343",
        "fillColor": "#f2f2f2",
        "align": "right",
    },
}
FORMATS = {"1": "0%", "2": "0.0", "3": "0"}
#: Filters by name: what the spreadsheet needs, and the field of each model.
FILTERS = {
    "period": {"type": "date", "label": "Period", "defaultValue": "last_90_days"},
    "rep": {"type": "relation", "label": "Rep", "modelName": "res.users"},
    "team": {"type": "relation", "label": "Sales Team", "modelName": "crm.team"},
}

#: The field of each model a filter is about, and its type where it is no moment.
MATCHING = {
    "crl.touchpoint": {"period": "date_planned"},
    "crl.case": {"period": "date_open"},
    "crl.stage.change": {"period": "date"},
    "crl.relationship": {},
    "crl.customer.stay": {"period": "date_from"},
    "crl.purchase": {"period": "date"},
}
DATES = ("crl.customer.stay", "crl.purchase")
MEASURES = {
    "__count": "count",
    "on_time_rate": "percent",
    "reached_rate": "percent",
    "content_rate": "percent",
    "recovery_rate": "percent",
    "contacted_rate": "percent",
    "recover_days": "days",
    "stage_days": "days",
    "late_days": "days",
    "days": "days",
    "score": "count",
    "amount": "count",
}


def dump(page):
    """A page as the JSON of Odoo's spreadsheets."""
    filters = [{"id": name, **FILTERS[name]} for name in page.filters]
    if page.mine:
        mine = {"operator": "in", "ids": "current_user"}
        filters = [
            {**each, "defaultValue": mine} if each["id"] == "rep" else each
            for each in filters
        ]
    sheet = {
        "colNumber": len(COLUMNS),
        "rowNumber": page.row + 3,
        "rows": {},
        "cols": {},
        "merges": [],
        "borders": {},
        "conditionalFormats": [],
        "dataValidationRules": [],
        "figures": [],
        "tables": [],
        "areGridLinesVisible": False,
        "isVisible": True,
        "headerGroups": {"ROW": [], "COL": []},
        "comments": {},
    }
    shown = {
        **sheet,
        "id": "dashboard",
        "name": "Dashboard",
        "cols": {str(n): {"size": size} for n, size in enumerate(COLUMNS)},
        "cells": page.cells,
        "styles": page.styles,
        "formats": page.formats,
        "figures": page.figures,
    }
    data = {
        **sheet,
        "id": "data",
        "name": "Data",
        "rowNumber": 80,
        "cols": {"0": {"size": 200}},
        "cells": page.data,
        "styles": {"A1:B1": HEADER},
        "formats": page.data_formats,
        "areGridLinesVisible": True,
    }
    return {
        "version": VERSION,
        "sheets": [shown, data],
        "styles": STYLES,
        "formats": FORMATS,
        "borders": {},
        "revisionId": "START_REVISION",
        "uniqueFigureIds": True,
        "settings": {
            "locale": {
                "name": "English (US)",
                "code": "en_US",
                "thousandsSeparator": ",",
                "decimalSeparator": ".",
                "dateFormat": "mm/dd/yyyy",
                "timeFormat": "hh:mm:ss",
                "formulaArgSeparator": ",",
                "weekStart": 7,
            }
        },
        "pivots": page.pivots,
        "pivotNextId": len(page.pivots) + 1,
        "customTableStyles": {},
        "globalFilters": [] if page.sample else filters,
        "lists": {},
        "listNextId": 1,
        "chartOdooMenusReferences": page.menus,
    }
