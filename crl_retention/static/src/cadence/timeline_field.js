import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {CHANNEL_ICONS} from "./icon_fields";

/** Draws a procedure: its stages as bands, its steps as marks, a row for each. */
export class TimelineField extends Component {
    static template = "crl_retention.TimelineField";
    static props = standardFieldProps;

    get stages() {
        return (this.props.record.data[this.props.name] || []).map((stage) => ({
            ...stage,
            // an open-ended stage lasts, but must not crush the months before it
            weight: stage.is_open ? 2.5 : stage.months,
            marks: stage.marks.map((mark) => ({
                ...mark,
                first: mark.at[0],
                again: mark.at.slice(1),
                icon: CHANNEL_ICONS[mark.channel],
                // near the end of a band there is no room for words on the right
                isLeft: mark.at[0] > 0.55,
            })),
        }));
    }

    get rows() {
        return Math.max(1, ...this.stages.map((stage) => stage.marks.length));
    }

    getLength(stage) {
        if (stage.is_open) {
            return _t("open-ended, one year drawn");
        }
        return stage.months === 1 ? _t("1 month") : _t("%s months", stage.months);
    }
}

registry.category("fields").add("crl_timeline", {
    component: TimelineField,
    displayName: _t("Timeline of a procedure"),
    supportedTypes: ["json"],
});
