import {Component, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {useAutofocus} from "@web/core/utils/hooks";
import {DeskWhen} from "../desk/desk_when";
import {getErrorText} from "../desk/desk_service";

/**
 * What is asked before something is promised, passed on or said: ``kind`` is ``promise``,
 * ``message``, ``hand`` or ``break``.
 */
export class ReceptionForm extends Component {
    static template = "crl_retention.ReceptionForm";
    static components = {DeskWhen};
    static props = {
        kind: String,
        colleagues: Array,
        to: {type: String, optional: true},
        onSend: Function,
        onCancel: Function,
    };

    setup() {
        useAutofocus();
        this.said = useState({text: "", deadline: false, userId: false});
        this.state = useState({error: "", isSending: false});
    }

    get asks() {
        return {
            promise: {
                text: _t("What do you promise?"),
                deadline: _t("Until when?"),
                who: _t("Who does it?"),
                nobody: _t("Whoever looks after the customer"),
                send: _t("Promise"),
            },
            message: {
                text: _t("Message for %s", this.props.to),
                send: _t("Leave the Message"),
            },
            hand: {
                text: _t("What do they have and do?"),
                deadline: _t("Their part until (empty: all of it)"),
                who: _t("To whom?"),
                nobody: _t("Choose a colleague"),
                send: _t("Hand Over"),
            },
            break: {text: _t("Why?"), send: _t("It Is Broken")},
        }[this.props.kind];
    }

    get isReady() {
        const {text, deadline, userId} = this.said;
        return {
            promise: text.trim() && deadline,
            message: text.trim(),
            hand: userId,
            break: true,
        }[this.props.kind];
    }

    onKeydown(ev) {
        if (ev.key === "Escape") {
            ev.stopPropagation();
            this.props.onCancel();
        } else if (ev.key === "Enter" && (ev.ctrlKey || ev.metaKey)) {
            this.send();
        }
    }

    async send() {
        if (!this.isReady || this.state.isSending) {
            return;
        }
        this.state.isSending = true;
        try {
            await this.props.onSend({...this.said});
        } catch (error) {
            this.state.error = getErrorText(error);
        }
        this.state.isSending = false;
    }
}
