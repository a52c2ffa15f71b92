import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {showRate} from "./base_format";

/** The share of customers who stay over a year, with the way to the target. */
export class BaseChart extends Component {
    static template = "crl_retention_sale.BaseChart";
    static props = {
        rows: Array,
        target: {type: [Object, {value: null}], optional: true},
    };

    setup() {
        this.showRate = showRate;
    }

    /** The months that are over and have a rate. */
    get points() {
        const rows = this.props.rows.filter((row) => row.year_rate !== null);
        const step = rows.length > 1 ? 100 / (rows.length - 1) : 0;
        return rows.map((row, index) => ({
            ...row,
            x: rows.length > 1 ? index * step : 50,
        }));
    }

    get scale() {
        const rates = this.points.flatMap((row) => [
            row.year_rate,
            row.expected ?? row.year_rate,
        ]);
        if (this.props.target) {
            rates.push(this.props.target.goal);
        }
        const low = Math.max(0, Math.floor((Math.min(...rates) - 2) / 5) * 5);
        const high = Math.min(100, Math.ceil((Math.max(...rates) + 2) / 5) * 5);
        return {low, high};
    }

    y(rate) {
        const {low, high} = this.scale;
        return (100 * (rate - low)) / (high - low);
    }

    path(name) {
        return this.points
            .filter((row) => row[name] !== null)
            .map((row) => `${row.x.toFixed(2)},${(100 - this.y(row[name])).toFixed(2)}`)
            .join(" ");
    }

    get last() {
        return this.points.at(-1);
    }

    get label() {
        const [first] = this.points;
        return _t(
            "Retention over 12 months: %(before)s at the end of %(first)s, %(now)s at the end of %(last)s",
            {
                before: showRate(first.year_rate),
                first: first.title,
                now: showRate(this.last.year_rate),
                last: this.last.title,
            },
        );
    }

    tell(point) {
        return _t("%(month)s: %(rate)s", {
            month: point.title,
            rate: showRate(point.year_rate),
        });
    }
}
