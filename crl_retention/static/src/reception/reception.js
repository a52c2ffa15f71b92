import {Component, onMounted, onWillStart, useRef, useState} from "@odoo/owl";
import {useAutofocus, useService} from "@web/core/utils/hooks";
import {router} from "@web/core/browser/router";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {KeepLast} from "@web/core/utils/concurrency";
import {useDebounced} from "@web/core/utils/timing";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {getErrorText} from "../desk/desk_service";
import {ReceptionCard, joinFacts} from "./reception_card";

/** Customers that are shown while somebody types. */
const LIMIT = 8;
/** Milliseconds without a key after which the server is asked. */
const PAUSE = 150;
const MIN_LENGTH = 2;
const ICONS = {
    phone: "fa-phone",
    email: "fa-envelope-o",
    ref: "fa-tag",
    document: "fa-file-text-o",
    name: "fa-building-o",
};

/** One field that finds any customer, and all that whoever answers needs to know. */
export class Reception extends Component {
    static template = "crl_retention.Reception";
    static components = {ReceptionCard};
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.field = useRef("autofocus");
        useAutofocus({selectAll: true});
        this.asked = new KeepLast();
        this.opened = new KeepLast();
        this.state = useState({
            text: this.calledFrom,
            rows: [],
            active: 0,
            /** What the rows answer; another text is on its way. */
            answered: "",
            card: null,
            error: "",
        });
        this.search = useDebounced(() => this.find(), PAUSE);
        onWillStart(async () => {
            if (this.props.resId) {
                await this.open(this.props.resId);
            } else if (this.text.length >= MIN_LENGTH) {
                await this.find();
            }
        });
        onMounted(() => this.state.card && this.field.el?.blur());
    }

    /** The number a telephone system gave, written so that no zero gets lost. */
    get calledFrom() {
        return String(router.current.phone || "").replace(/^tel:/, "");
    }

    get text() {
        return this.state.text.trim();
    }

    get isShort() {
        return this.text.length < MIN_LENGTH;
    }

    get isAnswered() {
        return !this.isShort && this.state.answered === this.text;
    }

    get isOpen() {
        return !this.isShort && this.state.rows.length > 0 && !this.state.card;
    }

    get status() {
        if (this.state.error) {
            return this.state.error;
        }
        if (!this.isAnswered) {
            return "";
        }
        const count = this.state.rows.length;
        if (!count) {
            return _t("Nobody found for “%s”.", this.text);
        }
        return count === 1 ? _t("One customer") : _t("%s customers", count);
    }

    join(...facts) {
        return joinFacts(...facts);
    }

    getIcon(row) {
        return ICONS[row.found_by];
    }

    async find() {
        const text = this.text;
        if (this.isShort) {
            this.asked.add(Promise.resolve());
            Object.assign(this.state, {rows: [], answered: "", error: ""});
            return;
        }
        try {
            // answers to what was typed before are dropped
            const rows = await this.asked.add(
                this.orm.silent.call("crl.reception", "find", [text, LIMIT]),
            );
            Object.assign(this.state, {rows, active: 0, answered: text, error: ""});
        } catch (error) {
            this.state.error = getErrorText(error);
        }
    }

    onInput(ev) {
        Object.assign(this.state, {text: ev.target.value, card: null});
        this.search();
    }

    onKeydown(ev) {
        const {rows, active} = this.state;
        const steps = {ArrowDown: 1, ArrowUp: -1};
        if (ev.key in steps && rows.length) {
            this.state.active = (active + steps[ev.key] + rows.length) % rows.length;
        } else if (ev.key === "Enter" && this.isAnswered && rows[active]) {
            this.open(rows[active].partner_id);
        } else if (ev.key === "Escape" && this.state.text) {
            this.clear();
        } else {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
    }

    clear() {
        Object.assign(this.state, {text: "", rows: [], answered: "", card: null});
        this.asked.add(Promise.resolve());
        this.tellAddress(false);
        this.field.el?.focus();
    }

    /** Back to what was found. */
    close() {
        this.state.card = null;
        this.tellAddress(false);
        this.field.el?.focus();
    }

    async open(partnerId) {
        try {
            this.state.card = await this.opened.add(
                this.orm.call("crl.reception", "get_customer", [partnerId]),
            );
            this.partnerId = partnerId;
            this.state.error = "";
            this.tellAddress(partnerId);
        } catch (error) {
            this.state.error = getErrorText(error);
        }
    }

    /** The customer's card has an address of its own, to be opened again or sent. */
    tellAddress(resId) {
        this.props.updateActionState?.({resId});
    }
}

registry.category("actions").add("crl_retention.reception", Reception);
