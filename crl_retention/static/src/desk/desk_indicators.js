import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {formatFloat} from "@web/views/fields/formatters";
import {parseFloat} from "@web/views/fields/parsers";

/**
 * The indicators written down by hand, with what is known of them. `values` holds what
 * was typed, by id of the indicator: a number, or the text when it is none.
 */
export class DeskIndicators extends Component {
    static template = "crl_retention.DeskIndicators";
    static props = {
        indicators: Array,
        values: Object,
        onChange: Function,
        disabled: {type: Boolean, optional: true},
    };

    say(number) {
        return formatFloat(number, {trailingZeros: false, digits: [16, 4]});
    }

    getPlaceholder({raw}) {
        return raw === null || raw === false || raw === undefined
            ? _t("not known")
            : this.say(raw);
    }

    getValue({id}) {
        const value = this.props.values[id] ?? "";
        return typeof value === "number" ? this.say(value) : value;
    }

    getError({id}) {
        const value = this.props.values[id];
        return typeof value === "string" ? _t("“%s” is no number.", value) : "";
    }

    set({id}, text) {
        const values = {...this.props.values};
        delete values[id];
        if (text.trim()) {
            try {
                values[id] = parseFloat(text);
            } catch {
                values[id] = text;
            }
        }
        this.props.onChange(values);
    }
}
