import {Component, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {useAutofocus} from "@web/core/utils/hooks";

/** What was reached against the target, with where one would be on pace. */
export class PortfolioBar extends Component {
    static template = "crl_retention.PortfolioBar";
    static props = {
        bar: Object,
        label: String,
        ahead: {type: Number, optional: true},
        canEdit: Boolean,
        open: Function,
        save: Function,
    };
    static defaultProps = {ahead: 0};

    setup() {
        this.state = useState({isEditing: false});
        useAutofocus({refName: "target", selectAll: true});
    }

    /** The longest of what there is to show. */
    get whole() {
        const {actual, target} = this.props.bar;
        return Math.max(target, actual + this.props.ahead, 1);
    }

    width(number) {
        return Math.min(100, (100 * number) / this.whole);
    }

    get tone() {
        const {pace, is_due: isDue} = this.props.bar;
        if (!isDue) {
            return "secondary";
        }
        if (pace >= 100) {
            return "success";
        }
        return pace >= 80 ? "warning" : "danger";
    }

    get text() {
        const {actual, target, expected} = this.props.bar;
        return _t("%(label)s: %(actual)s of %(target)s, %(expected)s expected by now", {
            label: this.props.label,
            actual,
            target,
            expected,
        });
    }

    get targetText() {
        return _t("%s: target", this.props.label);
    }

    get changeText() {
        const {label, bar} = this.props;
        return _t("%(label)s: target %(target)s, change it", {
            label,
            target: bar.target,
        });
    }

    async save(ev) {
        if (!this.state.isEditing) {
            return;
        }
        this.state.isEditing = false;
        const target = Number(ev.target.value);
        if (
            ev.target.value !== "" &&
            Number.isInteger(target) &&
            target >= 0 &&
            target !== this.props.bar.target
        ) {
            await this.props.save(target);
        }
    }

    onKeydown(ev) {
        if (ev.key === "Enter") {
            this.save(ev);
        } else if (ev.key === "Escape") {
            this.state.isEditing = false;
        }
    }
}
