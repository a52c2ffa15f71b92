import {Component, onWillStart, useState} from "@odoo/owl";
import {deserializeDate, serializeDate} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useBus, useService} from "@web/core/utils/hooks";
import {useSetupAction} from "@web/search/action_hook";
import {Layout} from "@web/search/layout";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {useOpenForm} from "../desk/open_form";
import {VisitReport} from "./visit_report";

const {DateTime} = luxon;

export const MAPS = {
    osm: "OpenStreetMap",
    google: "Google Maps",
    apple: "Apple Maps",
    geo: _t("Map of this device"),
};
const ICONS = {
    overdue: "fa-exclamation-circle",
    at_risk: "fa-heartbeat",
    due: "fa-clock-o",
    fine: "fa-check-circle",
};
const FACES = {positive: "fa-smile-o", neutral: "fa-meh-o", negative: "fa-frown-o"};

/** A rep's day of visits: where to go next, whom to call, and what came of it. */
export class Day extends Component {
    static template = "crl_retention.Day";
    static components = {Layout};
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.openForm = useOpenForm();
        this.notification = useService("notification");
        this.dialog = useService("dialog");
        this.display = {controlPanel: {}};
        this.state = useState({
            date: this.props.state?.date || false,
            userId: this.props.state?.userId || false,
            added: this.props.state?.added || [],
            day: null,
            isBusy: false,
        });
        useSetupAction({
            getLocalState: () => ({
                date: this.state.date,
                userId: this.state.userId,
                added: this.state.added,
            }),
        });
        onWillStart(() => this.load());
        // a result that waited for the connection has arrived
        useBus(this.env.bus, "CRL_DESK:SENT", () => this.load());
    }

    get day() {
        return this.state.day;
    }

    get maps() {
        return Object.entries(MAPS);
    }

    /** The day in a line: how many, how far, from when to when. */
    get sum() {
        const {rows, done, distance, begin, end} = this.day;
        const parts = [];
        if (rows.length) {
            parts.push(_t("%s to visit", rows.length));
        }
        if (done.length) {
            parts.push(_t("%s done", done.length));
        }
        if (rows.length && distance) {
            parts.push(_t("%s km", distance));
        }
        if (rows.length) {
            parts.push(
                end
                    ? _t("from %(begin)s to about %(end)s", {begin, end})
                    : _t("more than fits into the day"),
            );
        }
        return parts.join(" · ");
    }

    getIcon(row) {
        return ICONS[row.reason];
    }

    getFace(row) {
        return FACES[row.verdict] || "fa-check";
    }

    getDrive(row) {
        if (!row.drive) {
            return "";
        }
        const km = row.distance;
        const minutes = row.drive % 60;
        const hours = Math.floor(row.drive / 60);
        return hours
            ? _t("%(km)s km, about %(hours)s h %(minutes)s min", {km, hours, minutes})
            : _t("%(km)s km, about %(minutes)s min", {km, minutes});
    }

    sayDetour(suggestion) {
        return _t("%s km more", suggestion.more);
    }

    sayAdd(suggestion) {
        return _t("Add %s", suggestion.name);
    }

    sayCall({label, number}) {
        return _t("Call %(label)s: %(number)s", {label, number});
    }

    sayUntil({late, deadline}) {
        return late ? _t("until %s (late)", deadline) : _t("until %s", deadline);
    }

    sayWindows(row) {
        return _t("Best called: %s", row.call_windows.join(", "));
    }

    async load() {
        this.state.isBusy = true;
        try {
            this.state.day = await this.orm.call("crl.day", "get_day", [], {
                date: this.state.date,
                user_id: this.state.userId,
                added: this.state.added,
            });
        } finally {
            this.state.isBusy = false;
        }
    }

    // ---- Which day ----

    async goTo(date) {
        // today is asked for without a date: the rep's clock says which day it is
        Object.assign(this.state, {date, added: []});
        await this.load();
    }

    async onChangeDate(ev) {
        const date = DateTime.fromISO(ev.target.value);
        if (date.isValid) {
            await this.goTo(serializeDate(date));
        }
    }

    async onChangeRep(ev) {
        Object.assign(this.state, {userId: Number(ev.target.value), added: []});
        await this.load();
    }

    get canUse() {
        return this.day.rows.some((row) => row.planned);
    }

    get shortDate() {
        return deserializeDate(this.day.date).toISODate();
    }

    // ---- What is done with a visit ----

    async report(row) {
        const payload = await this.orm.call("crl.desk", "open_contact", [row.id]);
        this.dialog.add(VisitReport, {
            payload,
            onDone: (answer) => this.onDone(answer),
        });
    }

    onDone({isQueued, refused, consequence}) {
        const text = refused || consequence;
        if (text) {
            this.notification.add(text, {type: refused ? "warning" : "info"});
        }
        if (!isQueued) {
            this.load();
        }
    }

    async move(row) {
        await this.action.doAction("crl_retention.crl_touchpoint_move_action", {
            additionalContext: {active_ids: [row.id], active_model: "crl.touchpoint"},
            onClose: () => this.load(),
        });
    }

    // ---- The order ----

    async add(suggestion) {
        this.state.added.push(suggestion.id);
        await this.load();
    }

    async takeOut(row) {
        this.state.added = this.state.added.filter((id) => id !== row.id);
        await this.load();
    }

    async useOrder() {
        const fitting = this.day.rows.filter((row) => row.planned);
        const plan = fitting.map((row) => [row.id, row.planned]);
        this.state.isBusy = true;
        try {
            await this.orm.call("crl.day", "use_order", [plan], {
                user_id: this.state.userId,
            });
        } finally {
            this.state.isBusy = false;
        }
        this.notification.add(_t("The visits have these times now."), {
            type: "success",
        });
        this.state.added = [];
        await this.load();
    }
}

registry.category("actions").add("crl_retention.day", Day);
