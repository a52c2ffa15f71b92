import {markRaw} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {KeepLast} from "@web/core/utils/concurrency";
import {Reactive} from "@web/core/utils/reactive";
import {getErrorText} from "../desk/desk_service";

const PAGE = 80;

/** The letters that are due, page after page, and those that are chosen. */
export class LetterQueue extends Reactive {
    constructor({orm}) {
        super();
        this.orm = markRaw(orm);
        this.view = {scope: "mine", search: ""};
        this.rows = [];
        this.total = 0;
        /** Of all that are due, also of the pages that are not read yet. */
        this.ids = [];
        this.scopes = [];
        this.formats = {};
        this.chosen = new Set();
        this.error = "";
        this.reads = markRaw(new KeepLast());
    }

    get isFiltered() {
        return this.view.scope !== "mine" || Boolean(this.view.search);
    }

    get countText() {
        return this.total === 1
            ? _t("1 letter to write")
            : _t("%s letters to write", this.total);
    }

    get chosenText() {
        return _t("%s chosen", this.chosen.size);
    }

    get isAllChosen() {
        return this.ids.length > 0 && this.ids.every((id) => this.chosen.has(id));
    }

    /** @param {Boolean} isMore the next page is added to what is shown */
    async load(isMore = false) {
        const offset = isMore ? this.rows.length : 0;
        const view = {...this.view, offset, limit: PAGE};
        try {
            const queue = await this.reads.add(
                this.orm.silent.call("crl.letter", "get_queue", [view]),
            );
            if (isMore) {
                queue.rows = [...this.rows, ...queue.rows];
            }
            const known = new Set(queue.ids);
            const chosen = new Set([...this.chosen].filter((id) => known.has(id)));
            Object.assign(this, queue, {chosen, error: ""});
        } catch (error) {
            this.error = getErrorText(error);
        }
    }

    setScope(scope) {
        this.view.scope = scope;
        return this.load();
    }

    toggle(id) {
        if (!this.chosen.delete(id)) {
            this.chosen.add(id);
        }
    }

    toggleAll() {
        this.chosen = new Set(this.isAllChosen ? [] : this.ids);
    }

    getRow(letterId) {
        return this.rows.find(({id}) => id === letterId);
    }

    /** The first letter after one, of those that stay. */
    getNext(letterId, posted) {
        const ids = this.rows.map(({id}) => id);
        const place = ids.indexOf(letterId);
        const order = [...ids.slice(place + 1), ...ids.slice(0, Math.max(place, 0))];
        return order.find((id) => !posted.includes(id));
    }
}
