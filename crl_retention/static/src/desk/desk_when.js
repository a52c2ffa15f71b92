import {Component} from "@odoo/owl";
import {DateTimeInput} from "@web/core/datetime/datetime_input";
import {deserializeDateTime, serializeDateTime} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";

const {DateTime} = luxon;
/** The hour a day is meant for when only the day is said. */
const HOUR = 10;

/**
 * A moment to come, chosen by one tap or exactly. `value` is as the server says it, in
 * UTC, or false; so is what `onChange` gets.
 */
export class DeskWhen extends Component {
    static template = "crl_retention.DeskWhen";
    static components = {DateTimeInput};
    static props = {
        id: String,
        label: String,
        value: [String, Boolean],
        onChange: Function,
        disabled: {type: Boolean, optional: true},
    };

    get moment() {
        return this.props.value ? deserializeDateTime(this.props.value) : false;
    }

    get offers() {
        const now = DateTime.local().startOf("minute");
        const day = now.set({hour: HOUR, minute: 0});
        return [
            {label: _t("In 2 hours"), moment: now.plus({hours: 2})},
            {label: _t("Tomorrow"), moment: day.plus({days: 1})},
            {label: _t("In a week"), moment: day.plus({weeks: 1})},
        ];
    }

    set(moment) {
        this.props.onChange(moment ? serializeDateTime(moment) : false);
    }
}
