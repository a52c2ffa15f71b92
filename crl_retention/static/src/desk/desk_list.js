import {Component, useEffect, useRef, useState} from "@odoo/owl";
import {Dropdown} from "@web/core/dropdown/dropdown";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";
import {_t} from "@web/core/l10n/translation";
import {user} from "@web/core/user";
import {useService} from "@web/core/utils/hooks";
import {useDebounced} from "@web/core/utils/timing";
import {sayExactly} from "./desk_dates";
import {recallAll} from "./desk_memory";

export const REASONS = {
    case: {label: _t("Unhappy"), tone: "danger", icon: "fa-frown-o"},
    overdue: {label: _t("Overdue"), tone: "danger", icon: "fa-history"},
    promised: {label: _t("Promised"), tone: "warning", icon: "fa-handshake-o"},
    due: {label: _t("Due"), tone: "primary", icon: "fa-calendar-check-o"},
    campaign: {label: _t("Campaign"), tone: "info", icon: "fa-bullhorn"},
    soon: {label: _t("Later"), tone: "muted", icon: "fa-calendar-o"},
};
export const CHANNELS = {
    call: {label: _t("Calls"), one: _t("Call"), icon: "fa-phone"},
    visit: {label: _t("Visits"), one: _t("Visit"), icon: "fa-map-marker"},
    letter: {label: _t("Letters"), one: _t("Letter"), icon: "fa-envelope-o"},
    promise: {label: _t("Promises"), one: _t("Promise"), icon: "fa-handshake-o"},
};
const DAYS = [
    {value: "due", label: _t("Until tonight")},
    {value: "week", label: _t("The next 7 days")},
    {value: false, label: _t("All that is planned")},
];
const SCOPES = {mine: _t("Mine"), team: _t("My team's"), all: _t("Everybody's")};
/** Pixels before the end of the list at which the next rows are fetched. */
const AHEAD = 600;

/**
 * The worklist: filters with their counts, search, and the rows. One row at a time can
 * be reached by Tab; the arrow keys, Home and End go from one to the next.
 */
export class DeskList extends Component {
    static template = "crl_retention.DeskList";
    static components = {Dropdown, DropdownItem};
    static props = {
        model: Object,
        onOpen: Function,
        onTake: Function,
        onTeam: Function,
    };

    setup() {
        this.model = useState(this.props.model);
        this.desk = useState(useService("crl_desk"));
        this.list = useRef("list");
        this.state = useState({typed: this.model.view.search});
        this.find = useDebounced(
            () => this.model.setView({search: this.state.typed}),
            250,
        );
        this.uid = user.userId;
        Object.assign(this, {REASONS, CHANNELS, DAYS, SCOPES});
        useEffect(
            (key) => {
                // when the whole desk is drawn: layout is then done once
                Promise.resolve().then(() =>
                    this.getButton(key)?.scrollIntoView({block: "nearest"}),
                );
            },
            () => [this.model.openKey],
        );
    }

    // ---- What is shown ----

    get reasons() {
        return this.getChips(REASONS, "reasons");
    }

    get channels() {
        return this.getChips(CHANNELS, "channels");
    }

    getChips(all, name) {
        return Object.entries(all)
            .map(([value, chip]) => ({
                ...chip,
                value,
                count: this.model.counts[name][value] || 0,
                isOn: this.model.view[name].includes(value),
            }))
            .filter(({count, isOn}) => count || isOn);
    }

    get total() {
        return _t("%s to do", this.model.total);
    }

    get day() {
        return DAYS.find(({value}) => value === this.model.view.day);
    }

    get drafts() {
        return new Set(recallAll("draft").map(({id}) => (isNaN(id) ? id : `t${id}`)));
    }

    /** Which row Tab leads to. */
    get tabKey() {
        const {activeKey} = this.model;
        const isThere = this.model.getRow(activeKey);
        return isThere ? activeKey : this.model.rows[0]?.key;
    }

    isTaken(row) {
        return row.taken_by && row.taken_by.id !== this.uid;
    }

    sayExactly(text) {
        return sayExactly(text);
    }

    // ---- What is done ----

    toggle(name, value) {
        const values = this.model.view[name];
        this.model.setView({
            [name]: values.includes(value)
                ? values.filter((other) => other !== value)
                : [...values, value],
        });
    }

    clear() {
        this.state.typed = "";
        this.model.setView({
            reasons: [],
            channels: [],
            search: "",
            callable_now: false,
        });
    }

    onSearch(ev) {
        this.state.typed = ev.target.value;
        this.find();
    }

    onSearchKey(ev) {
        if (ev.key === "ArrowDown" || ev.key === "Enter") {
            ev.preventDefault();
            this.focusRow(this.model.rows[0]?.key);
        }
    }

    onScroll(ev) {
        const {scrollHeight, scrollTop, clientHeight} = ev.currentTarget;
        if (scrollHeight - scrollTop - clientHeight < AHEAD) {
            this.model.loadMore();
        }
    }

    onRowKey(ev, row) {
        const {rows} = this.model;
        const targets = {
            ArrowDown: () => this.model.getNeighbour(row.key),
            ArrowUp: () => this.model.getNeighbour(row.key, -1),
            Home: () => rows[0],
            End: () => rows.at(-1),
        };
        if (targets[ev.key] && !ev.ctrlKey && !ev.altKey && !ev.metaKey) {
            ev.preventDefault();
            this.focusRow(targets[ev.key]()?.key);
        }
    }

    getButton(key) {
        return key && this.list.el?.querySelector(`[data-key="${key}"]`);
    }

    focusRow(key) {
        if (key) {
            this.model.activeKey = key;
            this.getButton(key)?.focus();
        }
    }
}
