import {Component, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {formatDate, deserializeDate} from "@web/core/l10n/dates";
import {useAutofocus} from "@web/core/utils/hooks";
import {showRate, showPoints} from "./base_format";

/** The target: so many points more within a year, and how far it has come. */
export class BaseTarget extends Component {
    static template = "crl_retention_sale.BaseTarget";
    static props = {
        target: {type: [Object, {value: null}], optional: true},
        over: Object,
        canSet: Boolean,
        save: Function,
    };

    setup() {
        this.showRate = showRate;
        this.state = useState({isEditing: false, points: 5});
        useAutofocus({refName: "points", selectAll: true});
    }

    get goal() {
        const {goal, points, baseline, date_to: day} = this.props.target;
        return _t("%(goal)s by %(day)s: %(points)s points more than %(baseline)s", {
            goal: showRate(goal),
            day: formatDate(deserializeDate(day)),
            points: showPoints(points),
            baseline: showRate(baseline),
        });
    }

    /** Points ahead of the pace, or behind it when negative. */
    get ahead() {
        const {year_rate: rate, expected} = this.props.over;
        // as it is shown: nobody is behind by less
        return rate === null || expected === null
            ? null
            : Math.round(10 * (rate - expected)) / 10;
    }

    get pace() {
        const expected = showRate(this.props.over.expected);
        const points = showPoints(Math.abs(this.ahead));
        return this.ahead >= 0
            ? _t("On pace: %s expected by now", expected)
            : _t("%(points)s points behind: %(expected)s expected by now", {
                  points,
                  expected,
              });
    }

    edit() {
        this.state.points = this.props.target?.points || 5;
        this.state.isEditing = true;
    }

    async save(points) {
        this.state.isEditing = false;
        await this.props.save(points);
    }

    submit(ev) {
        ev.preventDefault();
        const points = Number(this.state.points);
        if (points > 0 && points <= 100) {
            return this.save(points);
        }
    }
}
