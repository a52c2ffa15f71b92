import {markRaw} from "@odoo/owl";
import {ConnectionLostError} from "@web/core/network/rpc";
import {KeepLast} from "@web/core/utils/concurrency";
import {Reactive} from "@web/core/utils/reactive";
import {getErrorText} from "./desk_service";

/** Rows of a page; the next one comes when the list is scrolled to its end. */
export const PAGE = 80;
/** The most rows the server gives at once. */
export const MOST = 200;

export function getEmptyView() {
    return {
        scope: "mine",
        reasons: [],
        channels: [],
        day: "due",
        search: "",
        callable_now: false,
    };
}

/** The worklist with its filters, page after page. */
export class DeskWorklist extends Reactive {
    /**
     * @param {Object} services `orm`, `desk` (the service `crl_desk`)
     * @param {Object} [view] the filters as the user left them
     */
    constructor({orm, desk}, view) {
        super();
        this.orm = markRaw(orm);
        this.desk = desk;
        this.view = {...getEmptyView(), ...view};
        this.rows = [];
        this.total = 0;
        this.counts = {reasons: {}, channels: {}};
        this.scopes = ["mine"];
        /** What comes next when nothing is due. */
        this.upcoming = null;
        this.isLoading = true;
        this.listError = "";
        this.lists = markRaw(new KeepLast());
    }

    async load() {
        this.isLoading = true;
        try {
            const limit = Math.max(PAGE, Math.min(this.rows.length, MOST));
            const list = await this.lists.add(this.fetch(0, limit));
            Object.assign(this, list, {listError: ""});
            this.desk.onTheWay.forEach((id) => this.remove(`t${id}`));
        } catch (error) {
            this.fail(error, "listError");
        }
        this.isLoading = false;
        await this.lookAhead();
    }

    /** When nothing is due: what comes next. */
    async lookAhead() {
        if (this.total || this.isFiltered || this.listError) {
            this.upcoming = null;
            return;
        }
        try {
            const {rows} = await this.fetch(0, 1, {day: false});
            this.upcoming = rows[0] || null;
        } catch {
            this.upcoming = null;
        }
    }

    async loadMore() {
        if (this.isLoading || this.rows.length >= this.total) {
            return;
        }
        this.isLoading = true;
        try {
            const list = await this.lists.add(this.fetch(this.rows.length, PAGE));
            const known = new Set(this.rows.map((row) => row.key));
            const more = list.rows.filter((row) => !known.has(row.key));
            Object.assign(this, list, {rows: [...this.rows, ...more]});
        } catch (error) {
            this.fail(error, "listError");
        }
        this.isLoading = false;
    }

    async fetch(offset, limit, view = {}) {
        const list = await this.orm.silent.call("crl.desk", "get_worklist", [
            {...this.view, ...view, offset, limit},
        ]);
        // hundreds of rows, of which none changes by itself
        return {...list, rows: list.rows.map(markRaw)};
    }

    setView(values) {
        Object.assign(this.view, values);
        this.rows = [];
        return this.load();
    }

    get isFiltered() {
        const {reasons, channels, search, callable_now} = this.view;
        return Boolean(reasons.length || channels.length || search || callable_now);
    }

    getRow(key) {
        return this.rows.find((row) => row.key === key);
    }

    /** The row after a row, or the one before it. */
    getNeighbour(key, step = 1) {
        const index = this.rows.findIndex((row) => row.key === key);
        return this.rows[index < 0 ? 0 : index + step];
    }

    fail(error, place) {
        if (error instanceof ConnectionLostError) {
            this.desk.loseConnection();
        }
        this[place] = getErrorText(error);
    }

    /** Who has a contact, if anybody. */
    mark(key, taken_by) {
        const row = this.getRow(key);
        if (row && row.taken_by?.id !== taken_by?.id) {
            this.rows = this.rows.map((other) =>
                other === row ? markRaw({...row, taken_by}) : other,
            );
        }
    }

    remove(key) {
        const row = this.getRow(key);
        if (!row) {
            return;
        }
        this.rows = this.rows.filter((other) => other.key !== key);
        this.total--;
        this.counts.reasons[row.reason]--;
        this.counts.channels[row.channel]--;
    }
}
