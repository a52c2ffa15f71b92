import {markRaw} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {_t} from "@web/core/l10n/translation";
import {user} from "@web/core/user";
import {KeepLast} from "@web/core/utils/concurrency";
import {afterPaint} from "./desk_paint";
import {DeskWorklist, MOST, PAGE} from "./desk_worklist";

/** Milliseconds between two signs of life of the open contact; its lock holds 15 min. */
const KEEP_ALIVE = 4 * 60 * 1000;
/** Milliseconds what was fetched ahead is shown without asking again. */
const FRESH = 2 * 60 * 1000;
const TOUCHPOINT = "crl.touchpoint";

/**
 * What My Desk knows: the worklist, and the contact or case that is open. It takes and
 * releases contacts, hears what colleagues do, and fetches the next one ahead.
 */
export class DeskModel extends DeskWorklist {
    constructor(services, view) {
        super(services, view);
        /** Key of the row that is open, and what is shown of it. */
        this.openKey = null;
        this.payload = null;
        /** Key of the row the keyboard is on, or was last. */
        this.activeKey = null;
        this.openError = "";
        this.isTaking = false;
        /** What a screen reader is told. */
        this.news = "";
        this.ahead = new Map();
        this.isLooking = false;
        this.contacts = markRaw(new KeepLast());
    }

    // ---- The open contact ----

    /** @param {boolean} take false only looks: nobody asked for it yet */
    async open(row, take = true) {
        if (row.key === this.openKey && this.payload) {
            return;
        }
        this.release();
        this.openKey = this.activeKey = row.key;
        this.openError = "";
        this.payload = null;
        const ahead = this.getAhead(row.key);
        this.ahead.delete(row.key);
        const reading = this.contacts.add(
            ahead ? Promise.resolve() : this.read(row, take),
        );
        if (ahead) {
            // in one go, so that nothing is drawn in between
            this.show(row.key, ahead);
            if (take && this.isMine) {
                afterPaint(() => this.openKey === row.key && this.take());
            }
            return;
        }
        try {
            this.show(row.key, await reading);
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
        this.openKey = this.activeKey = key;
        this.payload = payload;
        this.openError = "";
        this.news = payload.customer.name;
        if (payload.contact) {
            this.mark(key, payload.contact.taken_by);
        }
        afterPaint(() => this.fetchAhead());
    }

    /** What was fetched ahead of a row, while it is fresh. */
    getAhead(key) {
        return this.isFresh(key) || this.desk.isOffline
            ? this.ahead.get(key)?.payload
            : null;
    }

    isFresh(key) {
        return this.ahead.get(key)?.at > Date.now() - FRESH;
    }

    /** Only look at the row after the open one, so that it is there at once. */
    async fetchAhead() {
        const row = this.getNeighbour(this.openKey);
        if (!row || this.isLooking || this.isFresh(row.key) || this.desk.isOffline) {
            return;
        }
        this.isLooking = true;
        let payload = null;
        try {
            payload = await this.read(row, false);
        } catch {
            // it is fetched when it is opened, and says then what is wrong
        }
        this.isLooking = false;
        this.ahead.clear();
        this.ahead.set(row.key, {payload, at: Date.now()});
    }

    /**
     * The contact after the open one can be shown before the server has answered: it
     * is here, it is the user's own, and it is with another customer, of whom the
     * result changes nothing. Who comes next on a shared list is for the server to say.
     */
    get isNextHere() {
        const row = this.getNeighbour(this.openKey);
        const next = row && !row.taken_by && this.getAhead(row.key);
        return Boolean(
            this.view.scope === "mine" &&
            next?.contact?.is_live &&
            next.contact.can_act &&
            !next.contact.taken_by &&
            next.customer.partner_id !== this.payload.customer.partner_id,
        );
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
        if (this.contact?.taken_until) {
            await this.take();
        }
        await this.refresh();
    }

    /** The list as it is now; the open contact stays as it is shown. */
    async refresh() {
        // whoever scrolled far down stays there
        if (this.rows.length <= MOST) {
            await this.load();
        }
        await this.fetchAhead();
    }

    /** Something is done with a contact that was only looked at. */
    async touch() {
        this.fetchAhead();
        if (this.isMine && !this.contact.taken_until && !this.isTaking) {
            this.isTaking = true;
            await this.take();
            this.isTaking = false;
        }
    }

    async take() {
        const {contact} = this;
        try {
            const lock = await this.orm.silent.call("crl.desk", "keep", [contact.id]);
            Object.assign(contact, lock);
            this.mark(`t${contact.id}`, lock.taken_by);
        } catch {
            // said when the result is sent
        }
    }

    release() {
        if (this.contact?.taken_until) {
            this.orm.silent
                .call("crl.desk", "release", [this.contact.id])
                .catch(() => {});
        }
    }

    /** The page goes: tell the server what no answer can be waited for. */
    releaseAtOnce() {
        if (this.contact?.taken_until) {
            const params = {
                model: "crl.desk",
                method: "release",
                args: [this.contact.id],
                kwargs: {context: user.context},
            };
            browser
                .fetch("/web/dataset/call_kw/crl.desk/release", {
                    method: "POST",
                    keepalive: true,
                    headers: {"Content-Type": "application/json"},
                    body: JSON.stringify({jsonrpc: "2.0", method: "call", params}),
                })
                .catch(() => {}); // the lock ends by itself too
        }
    }

    /** A colleague took, left or closed a contact. */
    hear({type, id, user_id}) {
        if (user_id === user.userId) {
            return;
        }
        const key = `t${id}`;
        const taken = type === "taken" ? this.getColleague(user_id) : null;
        this.ahead.delete(key);
        if (type === "closed") {
            this.remove(key);
        } else {
            this.mark(key, taken);
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

    /** The open contact is done: show the next at once. */
    async finish(answer) {
        const key = this.openKey;
        const neighbour = this.getNeighbour(key) || this.getNeighbour(key, -1);
        this.remove(key);
        this.payload = null;
        this.openKey = null;
        if (answer.counts) {
            Object.assign(this, {counts: answer.counts, total: answer.total});
        }
        if (answer.next) {
            this.show(`t${answer.next.contact.id}`, answer.next);
        } else if (neighbour && !neighbour.taken_by) {
            await this.open(neighbour);
        }
        this.news = this.payload
            ? _t("Done. Next: %s", this.payload.customer.name)
            : _t("Done.");
        const isShort = this.rows.length < Math.min(this.total, PAGE / 4);
        const isSent = !answer.isQueued && !answer.isOnTheWay;
        if (isSent && (isShort || !this.payload || !answer.counts)) {
            await this.load();
        }
    }

    async takeNext() {
        // what is on its way is not to come again
        await this.desk.flush();
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
