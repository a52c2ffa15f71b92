import {Component} from "@odoo/owl";

let nextId = 0;

/**
 * One of a few values as a row of big buttons, for fingers and for the keyboard: they
 * are radio buttons, so that the arrow keys go from one to the next. What is not
 * required is taken back by a second click.
 *
 * Props: `items` (`{value, label, icon, key}`; `key` is the shortcut shown on the
 * button), `look` ("buttons", "faces" or "scale"), `onChange(value or false)`.
 */
export class Choice extends Component {
    static template = "crl_retention.Choice";
    static props = {
        disabled: {type: Boolean, optional: true},
        items: Array,
        label: {type: String, optional: true},
        look: {type: String, optional: true},
        onChange: Function,
        required: {type: Boolean, optional: true},
        value: {optional: true},
    };
    static defaultProps = {look: "buttons"};

    setup() {
        this.id = `crl_choice_${nextId++}`;
    }

    onClick(value) {
        if (!this.props.required && value === this.props.value) {
            this.props.onChange(false);
        }
    }
}
