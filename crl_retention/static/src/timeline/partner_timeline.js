import {Component, useState} from "@odoo/owl";
import {deserializeDate, deserializeDateTime} from "@web/core/l10n/dates";
import {localization} from "@web/core/l10n/localization";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {useRecordObserver} from "@web/model/relational_model/utils";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

const PAGE = 30;
const VERDICTS = {
    positive: ["fa-smile-o text-success", _t("Content")],
    neutral: ["fa-meh-o text-warning", _t("So-so")],
    negative: ["fa-frown-o text-danger", _t("Unhappy")],
};

/** What happened with a customer and what is ahead, from whatever is installed.
 *
 * Asked for when the page of the form is opened, never with the form itself.
 */
export class PartnerTimeline extends Component {
    static template = "crl_retention.PartnerTimeline";
    static props = standardWidgetProps;

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({
            rows: [],
            kinds: [],
            chosen: [],
            isLoading: true,
            hasMore: false,
        });
        this.asked = 0;
        // nothing is returned: the page does not wait for it
        useRecordObserver((record) => {
            this.start(record);
        });
    }

    get resId() {
        return this.props.record.resId;
    }

    async start(record) {
        const {crl_last_contact_date: last, crl_next_contact_date: next} = record.data;
        // another customer, or something was done or planned
        const stamp = [record.resId, last, next].join();
        if (!record.resId || stamp === this.stamp) {
            return;
        }
        this.stamp = stamp;
        const [kinds] = await Promise.all([
            this.orm.silent.call("res.partner", "crl_get_timeline_kinds", [
                [record.resId],
            ]),
            this.load(record.resId),
        ]);
        this.state.kinds = kinds;
    }

    /** A page of rows: those below the last one, or the first. */
    async load(resId, before = false) {
        const asked = ++this.asked;
        this.state.isLoading = true;
        try {
            const rows = await this.orm.silent.call(
                "res.partner",
                "crl_get_timeline",
                [[resId]],
                {limit: PAGE, before, sources: this.state.chosen},
            );
            if (asked === this.asked) {
                this.state.rows = before ? [...this.state.rows, ...rows] : rows;
                this.state.hasMore = rows.length === PAGE;
            }
        } finally {
            if (asked === this.asked) {
                this.state.isLoading = false;
            }
        }
    }

    more() {
        return this.load(this.resId, this.state.rows.at(-1).key);
    }

    toggle(kind) {
        const {chosen} = this.state;
        this.state.chosen = chosen.includes(kind)
            ? chosen.filter((other) => other !== kind)
            : [...chosen, kind];
        return this.load(this.resId);
    }

    showAll() {
        this.state.chosen = [];
        return this.load(this.resId);
    }

    /** What is ahead, the next first; and what was, by month. */
    get groups() {
        const now = luxon.DateTime.now();
        const ahead = [];
        const months = [];
        for (const row of this.state.rows) {
            const date = row.is_day
                ? deserializeDate(row.date.slice(0, 10))
                : deserializeDateTime(row.date);
            const item = {...row, date, verdict: VERDICTS[row.verdict]};
            if (date > now) {
                ahead.unshift(item);
                continue;
            }
            const key = date.toFormat("yyyy-MM");
            if (months.at(-1)?.key !== key) {
                months.push({key, name: this.getMonth(date), rows: []});
            }
            months.at(-1).rows.push(item);
        }
        return {ahead, months};
    }

    sayAhead(rows) {
        return _t("Ahead (%s)", rows.length);
    }

    getMonth(date) {
        return date.toLocaleString({month: "long", year: "numeric"});
    }

    getDay(date) {
        return date.toFormat(localization.dateFormat);
    }

    getMoment(date) {
        return date.toFormat(localization.dateTimeFormat);
    }

    canOpen(row) {
        return row.model !== "res.partner" || row.id !== this.resId;
    }

    open(row) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: row.model,
            res_id: row.id,
            views: [[false, "form"]],
        });
    }
}

registry.category("view_widgets").add("crl_partner_timeline", {
    component: PartnerTimeline,
    fieldDependencies: [
        {name: "crl_last_contact_date", type: "datetime"},
        {name: "crl_next_contact_date", type: "datetime"},
    ],
});
