"""Write the spreadsheets behind the dashboards: ``python -m bootstrap.dashboards``.

Odoo keeps a dashboard as one JSON of cells, figures and data sources. What ours show
is in ``dashboard_pages.py``; here is how it becomes that JSON, and its sample for
databases without a contact. Texts are ``_t("…")`` formulas, titles and labels of
filters, which Odoo's export of terms picks up.
"""

import json

from . import settings
from .dashboard_file import (
    BODY,
    DATES,
    FORMATS,
    HEADER,
    MATCHING,
    MEASURES,
    NUMBER,
    TITLE,
    dump,
)

#: Where the files of an addon are.
FOLDER = "data/dashboards"
WIDTH, GAP = 1060, 10
ROW = 23
TILES = ("#EFF6FF", "#FFF7ED", "#ECFDF5")
FORMAT = {"percent": 1, "days": 2, "count": 3}


def text(words):
    return f'=_t("{words}")'


def column(index):
    return "ABCDEFGHIJ"[index]


class Page:
    """One dashboard that is being drawn, from the top down.

    :param sample: draw invented numbers in place of data sources
    :param addon: whose page it is
    :param periods: ``{title: field}`` of what another date than usual is about; None
        where the period does not matter
    """

    def __init__(
        self,
        name,
        filters=("period", "rep", "team"),
        mine=False,
        sample=False,
        addon="crl_retention",
        periods=None,
    ):
        self.name = name
        self.addon = addon
        self.periods = periods or {}
        self.filters = filters
        self.mine = mine
        self.sample = sample
        self.pivots, self.figures, self.menus = {}, [], {}
        self.cells, self.styles, self.formats, self.rows = {}, {}, {}, {}
        self.data = {"A1": text("Figure"), "B1": text("Value")}
        self.data_formats = {}
        self.row = 6  # below the tiles

    # ---- Data sources ----

    def _match(self, model, title):
        fields = {**MATCHING[model], "rep": "user_id", "team": "team_id"}
        if title in self.periods:
            fields["period"] = self.periods[title]
        moment = "date" if model in DATES else "datetime"
        return {
            name: {
                "chain": fields[name],
                "type": moment if name == "period" else "many2one",
                **({"offset": 0} if name == "period" else {}),
            }
            for name in self.filters
            if fields.get(name)
        }

    def _pivot(self, name, model, measures, domain, rows=(), columns=(), order=None):
        key = str(len(self.pivots) + 1)
        self.pivots[key] = {
            "type": "ODOO",
            "id": key,
            "formulaId": key,
            "name": name,
            "model": model,
            "domain": domain,
            "context": {},
            "measures": [
                {
                    "id": measure,
                    "fieldName": measure,
                    "format": FORMATS[str(FORMAT[MEASURES[measure]])],
                }
                for measure in measures
            ],
            "rows": [{"fieldName": row} for row in rows],
            "columns": [{"fieldName": each} for each in columns],
            "fieldMatching": self._match(model, name),
            **(
                {"sortedColumn": {"measure": order, "order": "desc", "domain": []}}
                if order
                else {}
            ),
        }
        return key

    # ---- What is seen ----

    def tiles(self, *tiles):
        """The big numbers: ``(title, model, measure, domain, menu, sample value)``."""
        width = (WIDTH - GAP * (len(tiles) - 1)) // len(tiles)
        for number, (title, model, measure, domain, menu, sample) in enumerate(tiles):
            row = number + 2
            self.data[f"A{row}"] = text(title)
            if self.sample:
                self.data[f"B{row}"] = str(sample)
            else:
                key = self._pivot(title, model, [measure], domain)
                value = f'PIVOT.VALUE({key},"{measure}")'
                empty = "0" if measure == "__count" else '"–"'
                self.data[f"B{row}"] = f'=IF({value}="",{empty},{value})'
            self.data_formats[f"B{row}"] = FORMAT[MEASURES[measure]]
            figure = f"tile-{number + 1}"
            self._figure(
                figure,
                {
                    "type": "scorecard",
                    "title": {"text": title, "bold": True, "color": "#434343"},
                    "keyValue": f"Data!B{row}",
                    "background": TILES[number % len(TILES)],
                    "baselineMode": "text",
                    "humanize": False,
                },
                (number * (width + GAP), GAP),
                (width, 100),
                menu,
            )

    def _figure(self, name, data, offset, size, menu):
        self.figures.append(
            {
                "id": name,
                "tag": "chart",
                "width": size[0],
                "height": size[1],
                "offset": {"x": offset[0], "y": offset[1]},
                "col": 0,
                "row": 0,
                "data": {**data, "chartId": name},
            }
        )
        if menu:
            self.menus[name] = f"{self.addon}.{menu}"

    def charts(self, *charts):
        """A row of charts: ``(title, model, kind, groups, measure, domain, menu, sample
        labels and values)``."""
        width = (WIDTH - GAP * (len(charts) - 1)) // len(charts)
        top = self.row * ROW
        for number, chart in enumerate(charts):
            title, model, kind, groups, measure, domain, menu, sample = chart
            name = f"chart-{len(self.figures) + 1}"
            data = {
                "title": {"text": title, "bold": True, "color": "#01666b"},
                "background": "#FFFFFF",
                "legendPosition": "top" if len(groups) > 1 or kind == "pie" else "none",
                "verticalAxisPosition": "left",
                "stacked": kind == "bar",
            }
            if self.sample:
                data.update(self._sample_chart(kind, sample))
            else:
                data.update(
                    type=f"odoo_{kind}",
                    dataSets=[{}],
                    cumulatedStart=False,
                    metaData={
                        "groupBy": list(groups),
                        "measure": measure,
                        "order": None,
                        "resModel": model,
                        "mode": kind,
                        "cumulatedStart": False,
                    },
                    searchParams={
                        "comparison": None,
                        "context": {},
                        "domain": domain,
                        "groupBy": list(groups),
                        "orderBy": [],
                    },
                    fieldMatching=self._match(model, title),
                )
            self._figure(name, data, (number * (width + GAP), top), (width, 320), menu)
        self.row += 320 // ROW + 2

    def _sample_chart(self, kind, sample):
        first = len(self.data) // 2 + 12
        for place, (label, value) in enumerate(sample):
            self.data[f"A{first + place}"] = text(label)
            self.data[f"B{first + place}"] = str(value)
        last = first + len(sample) - 1
        return {
            "type": kind,
            "dataSetsHaveTitle": False,
            "dataSets": [{"dataRange": f"Data!B{first}:B{last}"}],
            "labelRange": f"Data!A{first}:A{last}",
            "aggregated": False,
        }

    def tables(self, *tables):
        """Up to two tables beside each other."""
        height = max(self._table(*table, left=5 * n) for n, table in enumerate(tables))
        self.row += height + 1

    def _table(self, title, model, group, measures, domain, sample, left, lines=8):
        """Rows of a pivot: ``measures`` are ``{field: header}``, also of the first."""
        top = self.row + 1
        link = {
            "viewType": "pivot",
            "action": {
                "domain": domain,
                "context": {
                    "group_by": [group],
                    "pivot_measures": list(measures)[1:],
                    "pivot_column_groupby": [],
                    "pivot_row_groupby": [group],
                },
                "modelName": model,
                "views": [[False, "pivot"], [False, "graph"], [False, "search"]],
            },
            "threshold": 0,
            "name": title,
        }
        self.cells[f"{column(left)}{top}"] = (
            f"[{title}](odoo://view/{json.dumps(link)})"
        )
        self.styles[f"{column(left)}{top}:{column(left + 3)}{top}"] = TITLE
        for place, header in enumerate(measures.values()):
            self.cells[f"{column(left + place)}{top + 1}"] = text(header)
        self.styles[f"{column(left)}{top + 1}"] = HEADER
        self.styles[f"{column(left + 1)}{top + 1}:{column(left + 3)}{top + 1}"] = NUMBER
        names = [name for name in measures if name in MEASURES]
        body = f"{column(left)}{top + 2}:{column(left + 3)}{top + 1 + lines}"
        self.styles[body] = BODY
        if self.sample:
            for down, values in enumerate(sample):
                for place, value in enumerate(values):
                    cell = f"{column(left + place)}{top + 2 + down}"
                    self.cells[cell] = str(value) if place else text(value)
            for place, name in enumerate(names, 1):
                span = column(left + place)
                area = f"{span}{top + 2}:{span}{top + 1 + lines}"
                self.formats[area] = FORMAT[MEASURES[name]]
        else:
            order = names[0]
            key = self._pivot(title, model, names, domain, rows=[group], order=order)
            self.cells[f"{column(left)}{top + 2}"] = (
                f"=PIVOT({key},{lines},FALSE,FALSE,20,FALSE)"
            )
        return lines + 2


def build():
    """The files: ``{path from the root: text}``."""
    from . import dashboard_pages

    files = {}
    for draw in dashboard_pages.PAGES:
        for sample in (False, True):
            page = draw(sample)
            name = f"{page.name}{'_sample' if sample else ''}_dashboard.json"
            files[f"{page.addon}/{FOLDER}/{name}"] = (
                json.dumps(dump(page), indent=2, ensure_ascii=False) + "\n"
            )
    return files


def main():
    for path, written in build().items():
        file = settings.ROOT / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(written, encoding="utf-8")


if __name__ == "__main__":
    main()
