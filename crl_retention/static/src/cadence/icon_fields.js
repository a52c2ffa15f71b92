import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {
    SelectionField,
    selectionField,
} from "@web/views/fields/selection/selection_field";

export const CHANNEL_ICONS = {
    email: "fa-envelope-o",
    sms: "fa-comment-o",
    message: "fa-paper-plane-o",
    call: "fa-phone",
    visit: "fa-handshake-o",
    letter: "fa-file-text-o",
};
const VERDICT_ICONS = {
    positive: "fa-smile-o text-success",
    neutral: "fa-meh-o text-warning",
    negative: "fa-frown-o text-danger",
};

/** A selection whose value has an icon before it, or instead of it. */
class IconField extends SelectionField {
    static template = "crl_retention.IconField";
    static props = {
        ...SelectionField.props,
        iconOnly: {type: Boolean, optional: true},
    };
    static icons = {};

    get icon() {
        return this.constructor.icons[this.value] || "";
    }
}

export class ChannelField extends IconField {
    static icons = CHANNEL_ICONS;
}

export class VerdictField extends IconField {
    static icons = VERDICT_ICONS;
}

const iconField = {
    ...selectionField,
    supportedTypes: ["selection"],
    supportedOptions: [{label: _t("Icon only"), name: "icon_only", type: "boolean"}],
    extractProps: ({options, placeholder}, {required}) => ({
        iconOnly: Boolean(options.icon_only),
        placeholder,
        required,
    }),
};

registry.category("fields").add("crl_channel", {
    ...iconField,
    component: ChannelField,
    displayName: _t("Channel of a contact"),
});
registry.category("fields").add("crl_verdict", {
    ...iconField,
    component: VerdictField,
    displayName: _t("Verdict of a customer"),
});
