import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {showCount, showShare} from "./base_format";

/** The most of the colour behind a number, so that it stays readable. */
const DEEPEST = 0.5;

/** Of those who bought for the first time in a month: how many buy again, month by
 * month. Each number opens its customers. */
export class BaseCohorts extends Component {
    static template = "crl_retention_sale.BaseCohorts";
    static props = {
        cohorts: Object,
        isCount: Boolean,
        isCumulative: Boolean,
        accumulate: Function,
        count: Function,
        open: Function,
        openPivot: Function,
    };

    setup() {
        this.showCount = showCount;
    }

    get rows() {
        return [...this.props.cohorts.rows].reverse();
    }

    get totals() {
        return this.props.cohorts.totals.slice(1);
    }

    /** What is darkest: the largest share of all months after the first. */
    get top() {
        const shares = this.props.cohorts.rows.flatMap((row) =>
            row.cells.slice(1).map((cell) => cell.share || 0),
        );
        return Math.max(...shares, 1);
    }

    sayBegin({title, size}) {
        return _t("First purchase in %(month)s: %(count)s", {
            month: title,
            count: size,
        });
    }

    get legend() {
        return _t("from 0 % to %s", showShare(this.top));
    }

    show(cell) {
        return this.props.isCount ? showCount(cell.count) : showShare(cell.share);
    }

    label(row, cell) {
        const facts = {
            month: row.title,
            number: cell.number,
            count: cell.count,
            size: row.size,
        };
        const text = this.props.isCumulative
            ? _t(
                  "First purchase in %(month)s: %(count)s of %(size)s bought again within %(number)s months",
                  facts,
              )
            : _t(
                  "First purchase in %(month)s: %(count)s of %(size)s bought %(number)s months later",
                  facts,
              );
        return cell.is_running ? _t("%s (the month is not over)", text) : text;
    }

    heat(cell) {
        const depth = (DEEPEST * (cell.share || 0)) / this.top;
        return `background-color: rgba(1, 102, 107, ${depth.toFixed(3)})`;
    }
}
