import {markRaw} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {_t} from "@web/core/l10n/translation";
import {ConnectionLostError} from "@web/core/network/rpc";
import {user} from "@web/core/user";
import {KeepLast} from "@web/core/utils/concurrency";
import {Reactive} from "@web/core/utils/reactive";
import {getErrorText} from "./desk_service";

/** Rows of a page; the next one comes when the list is scrolled to its end. */
const PAGE = 80;
/** Milliseconds between two signs of life of the open contact; its lock holds 15 min. */
const KEEP_ALIVE = 4 * 60 * 1000;
/** Milliseconds what was fetched ahead is shown without asking again. */
const FRESH = 2 * 60 * 1000;

export const TOUCHPOINT = "crl.touchpoint";

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

/**
 * What My Desk knows: the worklist with its filters, and the open contact. It takes and
 * releases contacts, hears what colleagues do, and fetches the next one ahead.
 */
export class DeskModel extends Reactive {
    /**
     * @param {Object} services `orm`, `desk` (the service `crl_desk`)
     * @param {Object} [saved] `view` and `open` as the user left them
     */
    constructor({orm, desk}, saved) {
        super();
        this.orm = markRaw(orm);
        this.desk = desk;
        this.view = {...getEmptyView(), ...saved?.view};
        this.rows = [];
        this.total = 0;
        this.counts = {reasons: {}, channels: {}};
        this.scopes = ["mine"];
        this.upcoming = null;
        this.isLoading = true;
        this.listError = "";
        /** Key of the row that is open, and what is shown of it. */
        this.openKey = null;
        this.payload = null;
        this.openError = "";
        /** What a screen reader is told. */
        this.news = "";
        this.ahead = new Map();
        this.lists = markRaw(new KeepLast());
        this.contacts = markRaw(new KeepLast());
    }

    // ---- The list ----

    async load() {
        this.isLoading = true;
        try {
            const limit = Math.max(PAGE, Math.min(this.rows.length, 200));
            const list = await this.lists.add(this.fetch(0, limit));
            Object.assign(this, list, {listError: ""});
        } catch (error) {
            this.fail(error, "listError");
        }
        this.isLoading = false;
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

    fetch(offset, limit) {
        return this.orm.silent.call("crl.desk", "get_worklist", [
            {...this.view, offset, limit},
        ]);
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

    // ---- The open contact ----

    async open(row) {
        if (row.key === this.openKey && this.payload) {
            return;
        }
        this.release();
        this.openKey = row.key;
        this.openError = "";
        const ahead = this.ahead.get(row.key);
        const isKnown = ahead && (ahead.at > Date.now() - FRESH || this.desk.isOffline);
        this.payload = isKnown ? ahead.payload : null;
        this.ahead.delete(row.key);
        try {
            this.show(row.key, await this.contacts.add(this.read(row, true)));
        } catch (error) {
            this.fail(error, "openError");
        }
    }

    read({model, id}, take) {
        return model === TOUCHPOINT
            ? this.orm.silent.call("crl.desk", "open_contact", [id, take])
            : this.orm.silent.call("crl.desk", "open_case", [id]);
    }

    show(key, payload) {
        this.openKey = key;
        this.payload = payload;
        this.openError = "";
        this.news = payload.customer.name;
        this.fetchAhead();
    }

    /** Only look at the row after the open one, so that it is there at once. */
    async fetchAhead() {
        const row = this.getNeighbour(this.openKey);
        if (!row || this.ahead.has(row.key) || this.desk.isOffline) {
            return;
        }
        try {
            const payload = await this.read(row, false);
            this.ahead.clear();
            this.ahead.set(row.key, {payload, at: Date.now()});
        } catch {
            // it is fetched when it is opened, and says then what is wrong
        }
    }

    close() {
        this.release();
        this.openKey = null;
        this.payload = null;
        this.openError = "";
    }

    // ---- The lock ----

    get contact() {
        return this.payload?.contact;
    }

    /** The open contact is the user's to do. */
    get isMine() {
        return Boolean(
            this.contact?.is_live && this.contact.can_act && !this.contact.taken_by,
        );
    }

    startKeeping() {
        const timer = browser.setInterval(() => this.keep(), KEEP_ALIVE);
        return () => browser.clearInterval(timer);
    }

    async keep() {
        const {contact} = this;
        if (this.isMine) {
            try {
                Object.assign(
                    contact,
                    await this.orm.silent.call("crl.desk", "keep", [contact.id]),
                );
            } catch {
                // said when the result is sent
            }
        }
        await this.load();
    }

    release() {
        if (this.isMine) {
            this.orm.silent
                .call("crl.desk", "release", [this.contact.id])
                .catch(() => {});
        }
    }

    /** The page goes: tell the server what no answer can be waited for. */
    releaseAtOnce() {
        if (this.isMine) {
            const params = {
                model: "crl.desk",
                method: "release",
                args: [this.contact.id],
                kwargs: {context: user.context},
            };
            browser.fetch("/web/dataset/call_kw/crl.desk/release", {
                method: "POST",
                keepalive: true,
                headers: {"Content-Type": "application/json"},
                body: JSON.stringify({jsonrpc: "2.0", method: "call", params}),
            });
        }
    }

    /** A colleague took, left or closed a contact. */
    hear({type, id, user_id}) {
        if (user_id === user.userId) {
            return;
        }
        const key = `t${id}`;
        const taken = type === "taken" ? this.getColleague(user_id) : null;
        const row = this.getRow(key);
        this.ahead.delete(key);
        if (type === "closed") {
            this.remove(key);
        } else if (row) {
            row.taken_by = taken;
        }
        if (this.contact?.id === id && this.openKey === key) {
            this.contact.taken_by = taken;
            this.contact.is_live = this.contact.is_live && type !== "closed";
        }
    }

    getColleague(id) {
        const known = [
            ...(this.payload?.form?.colleagues || []),
            ...this.rows.map((row) => ({id: row.user_id, name: row.user_name})),
        ];
        return known.find((user_) => user_.id === id) || {id, name: _t("A colleague")};
    }

    // ---- Done ----

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

    /** The open contact is done: show the next at once. */
    async finish(answer) {
        const key = this.openKey;
        const neighbour = this.getNeighbour(key) || this.getNeighbour(key, -1);
        this.remove(key);
        this.payload = null;
        this.openKey = null;
        if (answer.counts) {
            this.counts = answer.counts;
        }
        if (answer.next) {
            this.show(`t${answer.next.contact.id}`, answer.next);
        } else if (neighbour) {
            await this.open(neighbour);
        }
        this.news = this.payload
            ? _t("Done. Next: %s", this.payload.customer.name)
            : _t("Done.");
        if (!answer.isQueued && this.rows.length < PAGE / 4) {
            await this.load();
        }
    }

    async takeNext() {
        this.release();
        try {
            const payload = await this.orm.call("crl.desk", "take_next", [this.view]);
            if (payload) {
                this.show(`t${payload.contact.id}`, payload);
            } else {
                this.close();
                this.news = _t("Nobody waits: every contact of this list is taken.");
            }
            return payload;
        } catch (error) {
            this.fail(error, "openError");
        }
    }
}
