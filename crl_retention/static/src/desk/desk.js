import {
    Component,
    onMounted,
    onWillStart,
    onWillUnmount,
    useEffect,
    useExternalListener,
    useRef,
    useState,
} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {session} from "@web/session";
import {user} from "@web/core/user";
import {useBus, useService} from "@web/core/utils/hooks";
import {Layout} from "@web/search/layout";
import {useSetupAction} from "@web/search/action_hook";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {DeskCase} from "./desk_case";
import {DeskCustomer} from "./desk_customer";
import {sayMoment} from "./desk_dates";
import {DeskKeyMap, useDeskKeys} from "./desk_keys";
import {DeskList} from "./desk_list";
import {DeskModel} from "./desk_model";
import {DeskResult} from "./desk_result";
import {DeskTeam} from "./desk_team";

/** Where this tab keeps its filters and the open contact, over a reload. */
const PLACE = `crl_desk/place/${session.db}/${user.userId}`;

/**
 * My Desk: the worklist, the customer, and the result of the contact side by side; one
 * after the other on a phone.
 */
export class Desk extends Component {
    static template = "crl_retention.Desk";
    static components = {
        DeskCase,
        DeskCustomer,
        DeskList,
        DeskResult,
        DeskTeam,
        Layout,
    };
    static props = {...standardActionServiceProps};
    static path = "retention-desk";
    static displayName = _t("My Desk");

    setup() {
        this.dialog = useService("dialog");
        this.desk = useState(useService("crl_desk"));
        this.root = useRef("root");
        const bus = useService("bus_service");
        const orm = useService("orm");
        const saved = this.props.state?.place || this.recallPlace();
        this.model = useState(new DeskModel({orm, desk: this.desk}, saved?.view));
        this.state = useState({pane: "list", isTeamShown: false});
        this.doneLabel = _t("Done & Next");

        onWillStart(() => this.model.load());
        onMounted(() => this.openFirst(saved?.open));
        useEffect(
            () => this.model.startKeeping(),
            () => [],
        );
        useEffect(
            () => {
                const hear = (message) => this.model.hear(message);
                bus.subscribe("crl_desk", hear);
                return () => bus.unsubscribe("crl_desk", hear);
            },
            () => [],
        );
        useBus(this.env.bus, "CRL_DESK:SENT", () => this.model.refresh());
        useBus(this.env.bus, "CRL_DESK:OPEN", ({detail: id}) =>
            this.open({key: `t${id}`, model: "crl.touchpoint", id}, "result"),
        );
        // once for each contact: later the user may be writing already
        useEffect(
            (_key, isShown) => {
                if (isShown) {
                    // when the list is drawn too: layout is then done once
                    Promise.resolve().then(() => this.focusCustomer());
                }
            },
            () => [this.model.openKey, Boolean(this.model.payload)],
        );
        useEffect(
            () => this.rememberPlace(),
            () => [JSON.stringify(this.place)],
        );
        useExternalListener(window, "pagehide", () => this.model.releaseAtOnce());
        useSetupAction({getLocalState: () => ({place: this.place})});
        onWillUnmount(() => this.model.release());
        useDeskKeys({
            down: () => this.move(1),
            up: () => this.move(-1),
            search: () => this.showList(() => this.focus("input[type=search]")),
            take: () => this.takeNext(),
            back: () => this.back(),
            call: () => this.root.el.querySelector(".o_crl_desk_phone")?.click(),
            customer: () => this.root.el.querySelector(".o_crl_desk_page")?.click(),
            help: () => this.openKeyMap(),
        });
    }

    // ---- Where the user is ----

    get place() {
        return {view: {...this.model.view}, open: this.model.openKey};
    }

    recallPlace() {
        try {
            return JSON.parse(browser.sessionStorage.getItem(PLACE));
        } catch {
            return null;
        }
    }

    rememberPlace() {
        try {
            browser.sessionStorage.setItem(PLACE, JSON.stringify(this.place));
        } catch {
            // then the desk opens as new
        }
    }

    get display() {
        return this.env.isSmall ? {} : {controlPanel: {}};
    }

    get isNothingDue() {
        const {isFiltered, isLoading, listError, payload, total} = this.model;
        return !isLoading && !listError && !payload && !total && !isFiltered;
    }

    get unsent() {
        return _t(
            "Results that will be sent when the connection is back: %s",
            this.desk.unsent.length,
        );
    }

    get colleague() {
        const {name} = this.model.contact.taken_by;
        return _t("%s has this contact open. You can read along.", name);
    }

    get upcoming() {
        const {name, title, date} = this.model.upcoming;
        return _t("Next: %(title)s, %(name)s, %(when)s", {
            name,
            title,
            when: sayMoment(date),
        });
    }

    // ---- What is done ----

    /** Of somebody with nothing of their own: the team's list, or everybody's. */
    showOthers() {
        this.state.isTeamShown = true;
        return this.model.setView({scope: this.model.scopes[1]});
    }

    /** On a wide screen the most urgent contact lies open already, for a look. */
    openFirst(key) {
        const row = this.model.getRow(key) || (!this.env.isSmall && this.model.rows[0]);
        if (row) {
            return this.open(row, key ? "result" : "list", Boolean(key));
        }
    }

    async open(row, pane = "customer", take = true) {
        this.state.pane = pane;
        if (row.key === this.model.openKey && this.model.payload) {
            this.focusCustomer();
        }
        await this.model.open(row, take);
    }

    focusCustomer() {
        for (const pane of this.root.el?.querySelectorAll(".o_crl_desk_scroll") || []) {
            pane.scrollTop = 0;
        }
        this.focus(".o_crl_desk_name");
    }

    focus(selector) {
        this.root.el?.querySelector(selector)?.focus();
    }

    async onDone(answer) {
        await this.model.finish(answer);
        this.state.pane = this.model.payload ? "customer" : "list";
    }

    async takeNext() {
        if (await this.model.takeNext()) {
            this.state.pane = "customer";
        }
    }

    showList(then) {
        this.state.pane = "list";
        setTimeout(then);
    }

    move(step) {
        this.showList(() => {
            const active = document.activeElement;
            const rows = [...this.root.el.querySelectorAll(".o_crl_desk_row")];
            const current = rows.findIndex((row) => row.tabIndex === 0);
            const target = rows.includes(active) ? current + step : current;
            rows[Math.min(Math.max(target, 0), rows.length - 1)]?.focus();
        });
    }

    /** Out of the field, then out of the contact. */
    back() {
        const active = document.activeElement;
        const isTyping = active?.matches("input, textarea, select");
        if (isTyping && active.closest(".o_crl_desk_result")) {
            this.focus(".o_crl_desk_name");
        } else if (this.env.isSmall && this.state.pane === "result") {
            this.state.pane = "customer";
        } else {
            this.showList(() => this.focus(".o_crl_desk_row[tabindex='0']"));
            if (this.env.isSmall) {
                this.model.close();
            }
        }
    }

    openKeyMap() {
        this.dialog.add(DeskKeyMap);
    }
}

registry.category("actions").add("crl_retention.desk", Desk);
