import {Component, useState} from "@odoo/owl";
import {ConfirmationDialog} from "@web/core/confirmation_dialog/confirmation_dialog";
import {_t} from "@web/core/l10n/translation";
import {ConnectionLostError} from "@web/core/network/rpc";
import {useService} from "@web/core/utils/hooks";
import {sayMoment} from "./desk_dates";
import {useDeskKeys} from "./desk_keys";
import {forget, recall, remember} from "./desk_memory";
import {getErrorText} from "./desk_service";
import {DeskWhen} from "./desk_when";
import {useOpenForm} from "./open_form";

/**
 * What became of a promise: kept, broken, or handed over to a colleague. Other cases are
 * only shown, with the way to their page. `payload` is what `crl.desk.open_case`
 * answered; `onDone({})` says that the case is settled, or no longer the user's.
 */
export class DeskCase extends Component {
    static template = "crl_retention.DeskCase";
    static components = {DeskWhen};
    static props = {payload: Object, onDone: Function};

    setup() {
        this.orm = useService("orm");
        this.desk = useService("crl_desk");
        this.dialog = useService("dialog");
        this.openForm = useOpenForm();
        this.draftId = `c${this.case.id}`;
        this.said = useState({
            note: "",
            user_id: false,
            deadline: false,
            isHandedOver: false,
            ...recall("draft", this.draftId)?.result,
        });
        this.state = useState({error: "", isSending: false});
        useDeskKeys({
            note: () => document.getElementById("crl_desk_case_note")?.focus(),
            done: () => this.settle(this.said.isHandedOver ? "hand_over" : "keep"),
        });
    }

    get case() {
        return this.props.payload.case;
    }

    get isPromise() {
        return this.case.kind === "promise";
    }

    get isLocked() {
        return !this.isPromise || !this.case.can_act || !this.case.is_live;
    }

    get colleagues() {
        return this.props.payload.form.colleagues;
    }

    get promisedBy() {
        return _t("Promised by %s", this.case.promised_by);
    }

    sayMoment(text) {
        return sayMoment(text);
    }

    update(values) {
        Object.assign(this.said, values);
        this.state.error = "";
        remember("draft", this.draftId, {result: this.said});
    }

    /** A slip of the finger would tell against the rep and the customer's health. */
    confirmBroken() {
        this.dialog.add(ConfirmationDialog, {
            title: _t("Broken?"),
            body: _t(
                "The promise is closed as broken. It can be marked as kept later, on its page.",
            ),
            confirmLabel: _t("Broken"),
            confirm: () => this.settle("break"),
            cancel: () => {},
        });
    }

    async settle(verb) {
        if (this.isLocked || this.state.isSending) {
            return;
        }
        const {note, user_id, deadline} = this.said;
        if (verb === "hand_over" && !user_id) {
            this.state.error = _t("Who goes on with it? Choose a colleague.");
            return;
        }
        this.state.isSending = true;
        try {
            const handed = verb === "hand_over" ? [user_id, deadline] : [null, null];
            await this.orm.silent.call("crl.desk", "settle_promise", [
                this.case.id,
                verb,
                note || null,
                ...handed.map((value) => value || null),
            ]);
            forget("draft", this.draftId);
            this.props.onDone({});
        } catch (error) {
            const isLost = error instanceof ConnectionLostError;
            if (isLost) {
                this.desk.loseConnection();
            }
            this.state.error = isLost
                ? _t(
                      "There is no connection: this is not settled yet. What you typed is kept here. Try again when the connection is back.",
                  )
                : getErrorText(error);
        }
        this.state.isSending = false;
    }
}
