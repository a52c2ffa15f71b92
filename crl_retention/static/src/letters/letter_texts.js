import {browser} from "@web/core/browser/browser";
import {ConnectionLostError} from "@web/core/network/rpc";
import {forget, recall, recallAll, remember} from "../desk/desk_memory";
import {getErrorText} from "../desk/desk_service";

/** Milliseconds without a key after which what was typed is sent. */
const PAUSE = 800;
const PREFIX = "letter_";

/**
 * The texts of letters while they are typed: kept in the browser at every key, sent a
 * moment later, and again when the connection is back. What lies here is always newer
 * than what the server has.
 */
export class LetterTexts {
    /**
     * @param {Object} services `orm`, and `desk`, who knows whether there is a connection
     * @param {Function} onRefused called with the id and the words of the server
     */
    constructor({orm, desk}, onRefused) {
        Object.assign(this, {orm, desk, onRefused});
        this.timer = null;
        this.sending = null;
        /** What a browser that keeps nothing is told to hold meanwhile. */
        this.unkept = new Map();
    }

    /** The text that is not sent yet, if any. */
    get(id) {
        return this.unkept.get(id) ?? recall("draft", PREFIX + id)?.text;
    }

    keep(id, text) {
        if (!remember("draft", PREFIX + id, {letterId: id, text})) {
            this.unkept.set(id, text);
        }
        browser.clearTimeout(this.timer);
        this.timer = browser.setTimeout(() => this.flush(), PAUSE);
    }

    get waiting() {
        const kept = recallAll("draft").filter(({letterId}) => letterId);
        return new Map([
            ...kept.map(({letterId, text}) => [letterId, text]),
            ...this.unkept,
        ]);
    }

    /** Send what lies here; resolves to whether nothing is left. */
    flush() {
        browser.clearTimeout(this.timer);
        this.sending ||= this.sendAll().finally(() => {
            this.sending = null;
        });
        return this.sending;
    }

    async sendAll() {
        for (const [id, text] of this.waiting) {
            try {
                await this.orm.silent.call("crl.letter", "save_text", [id, text]);
            } catch (error) {
                if (error instanceof ConnectionLostError) {
                    this.desk.loseConnection();
                    return false;
                }
                if (!error.exceptionName?.startsWith("odoo.exceptions.")) {
                    // a fault of the server, or nobody is logged in: later
                    return false;
                }
                this.onRefused(id, getErrorText(error));
            }
            if (this.get(id) === text) {
                this.drop(id);
            }
        }
        // what was typed meanwhile has a timer of its own
        return !this.waiting.size;
    }

    drop(id) {
        forget("draft", PREFIX + id);
        this.unkept.delete(id);
    }
}
