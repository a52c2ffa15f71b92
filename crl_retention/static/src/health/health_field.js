import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

const TREND_ICONS = {
    up: "fa-long-arrow-up text-success",
    same: "fa-long-arrow-right text-muted",
    down: "fa-long-arrow-down text-danger",
};
const TRENDS = {up: _t("rising"), same: _t("the same"), down: _t("falling")};
const TONES = {healthy: "success", watch: "warning", at_risk: "danger"};
const REMEDY_ICONS = {
    call: "fa-phone",
    visit: "fa-handshake-o",
    case: "fa-exclamation-triangle",
    ask: "fa-commenting-o",
    address: "fa-envelope-o",
};

/** Why a customer is healthy or not: what counts, what moved, what would help. */
export class HealthPanelField extends Component {
    static template = "crl_retention.HealthPanelField";
    static props = standardFieldProps;

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
    }

    get health() {
        return this.props.record.data[this.props.name] || {lines: []};
    }

    get isKnown() {
        return Boolean(this.health.band) || this.health.lines.some((l) => l.value);
    }

    get tone() {
        return TONES[this.health.band] || "secondary";
    }

    get trendIcon() {
        return TREND_ICONS[this.health.trend];
    }

    get trend() {
        return TRENDS[this.health.trend];
    }

    get calculated() {
        return _t("The indicators say: %s.", this.health.calculated);
    }

    get confidence() {
        return _t("%s\u00a0%% of what counts is known", this.health.confidence);
    }

    sayShare(line) {
        return _t("%s\u00a0%% of the score", line.share);
    }

    sayStale(line) {
        return _t("out of date, of %s", line.date);
    }

    sayLimit(line) {
        return _t("At best: %s", line.knocks_out);
    }

    getTone(line) {
        return TONES[line.band] || "secondary";
    }

    getIcon(remedy) {
        // those of a bridge
        return REMEDY_ICONS[remedy] || "fa-play";
    }

    async help(indicatorId) {
        const action = await this.orm.call("crl.relationship", "action_remedy", [
            [this.health.id],
            indicatorId,
        ]);
        await this.action.doAction(action);
        if (action.type === "ir.actions.client") {
            await this.props.record.load();
        }
    }

    async setByHand() {
        const action = await this.orm.call("crl.relationship", "action_open_override", [
            [this.health.id],
        ]);
        await this.action.doAction(action, {onClose: () => this.props.record.load()});
    }

    async clear() {
        await this.orm.call("crl.relationship", "action_clear_override", [
            [this.health.id],
        ]);
        await this.props.record.load();
    }
}

registry.category("fields").add("crl_health_panel", {
    component: HealthPanelField,
    displayName: _t("Why a customer is healthy or not"),
    supportedTypes: ["json"],
});

/** The score in a list or on a card: a bar, the number, and where it goes. */
export class HealthField extends Component {
    static template = "crl_retention.HealthField";
    static props = standardFieldProps;

    get band() {
        return this.props.record.data[this.prefix + "band"];
    }

    get prefix() {
        return this.props.name.startsWith("crl_") ? "crl_" : "";
    }

    get score() {
        return Math.round(this.props.record.data[this.props.name]);
    }

    get bandText() {
        const field = this.props.record.fields[this.prefix + "band"];
        return (field.selection.find(([key]) => key === this.band) || ["", ""])[1];
    }

    get tone() {
        return TONES[this.band];
    }

    get trendIcon() {
        return TREND_ICONS[this.props.record.data[this.prefix + "trend"]];
    }

    get trend() {
        return TRENDS[this.props.record.data[this.prefix + "trend"]];
    }
}

registry.category("fields").add("crl_health", {
    component: HealthField,
    displayName: _t("Health of a customer"),
    supportedTypes: ["float"],
    fieldDependencies: ({name}) =>
        ["band", "trend"].map((suffix) => ({
            name: (name.startsWith("crl_") ? "crl_" : "") + suffix,
            type: "selection",
        })),
});
