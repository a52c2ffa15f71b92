import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {Choice} from "./choice";

/**
 * A selection as a row of big buttons.
 *
 * Options: `icons` (value to Font Awesome icon), `only_field` (field with the values
 * to offer, separated by commas), `look` ("faces" or "scale").
 */
export class CrlChoiceField extends Component {
    static template = "crl_retention.ChoiceField";
    static components = {Choice};
    static props = {
        ...standardFieldProps,
        icons: {type: Object, optional: true},
        label: {type: String, optional: true},
        look: {type: String, optional: true},
        onlyField: {type: String, optional: true},
        required: {type: Boolean, optional: true},
    };
    static defaultProps = {icons: {}, look: "buttons"};

    get items() {
        const {name, onlyField, record} = this.props;
        const only = onlyField && record.data[onlyField];
        const values = only ? only.split(",") : null;
        return record.fields[name].selection
            .filter(([value]) => value && (!values || values.includes(value)))
            .map(([value, label]) => ({value, label, icon: this.props.icons[value]}));
    }

    get value() {
        return this.props.record.data[this.props.name];
    }

    onChange(value) {
        this.props.record.update({[this.props.name]: value});
    }
}

export const crlChoiceField = {
    component: CrlChoiceField,
    displayName: _t("Big Buttons"),
    supportedTypes: ["selection"],
    isEmpty: (record, fieldName) => !record.data[fieldName],
    extractProps: ({options, string}, {required}) => ({
        icons: options.icons,
        label: string,
        look: options.look,
        onlyField: options.only_field,
        required,
    }),
};

registry.category("fields").add("crl_choice", crlChoiceField);
