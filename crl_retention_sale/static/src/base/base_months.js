import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {showCount, showRate} from "./base_format";

/** The base month by month, the latest first. Each figure opens its customers. */
export class BaseMonths extends Component {
    static template = "crl_retention_sale.BaseMonths";
    static props = {rows: Array, open: Function};

    setup() {
        // figure: what it opens, of which the rate is one
        this.columns = [
            {name: "start", title: _t("At the beginning")},
            {name: "new", title: _t("New"), help: _t("First purchase ever")},
            {
                name: "won_back",
                title: _t("Won back"),
                help: _t("Bought again after they had been lost"),
            },
            {name: "lost", title: _t("Lost"), help: _t("Did not buy again in time")},
            {name: "end", title: _t("At the end")},
            {
                name: "retention",
                opens: "kept",
                title: _t("Retention"),
                help: _t("Of the customers at the beginning, how many stayed"),
            },
            {
                name: "churn",
                opens: "lost",
                title: _t("Churn"),
                help: _t("Of the customers at the beginning, how many were lost"),
            },
            {
                name: "year_rate",
                opens: "year_kept",
                title: _t("Over 12 months"),
                help: _t(
                    "Of the customers of a year before, how many are customers at the end of the month",
                ),
            },
            {
                name: "repeat_rate",
                opens: "repeat",
                title: _t("Bought again"),
                help: _t(
                    "Of the buyers of the last 12 months, how many bought on two days",
                ),
            },
        ];
    }

    get rows() {
        return [...this.props.rows].reverse();
    }

    show(row, {name, opens}) {
        return opens ? showRate(row[name]) : showCount(row[name]);
    }

    label(row, column) {
        return _t("%(figure)s, %(month)s: %(number)s", {
            figure: column.title,
            month: row.title,
            number: this.show(row, column),
        });
    }

    /** A rate of nobody has nobody to show. */
    canOpen(row, {name}) {
        return row[name] !== null;
    }
}
