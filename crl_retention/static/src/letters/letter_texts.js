import {browser} from "@web/core/browser/browser";
import {ConnectionLostError} from "@web/core/network/rpc";
import {forget, recall, recallAll, remember} from "../desk/desk_memory";
import {getErrorText} from "../desk/desk_service";

/** Milliseconds without a key after which what was typed is sent. */
const PAUSE = 800;
/** Milliseconds after which what the server failed to take is sent again. */
const RETRY = 10000;
const PREFIX = "letter_";

/**
 * The texts of letters while they are typed: kept in the browser at every key, sent a
 * moment later, and again when the connection is back or the server well. What lies
 * here is always newer than what the server has, and goes only once the server has it.
 */
export class LetterTexts {
    /**
     * @param {Object} services `orm`, and `desk`, who knows whether there is a connection
     * @param {Function} onTrouble called once with the words of what goes wrong, unless
     *   it is the connection
     */
    constructor({orm, desk}, onTrouble) {
        Object.assign(this, {orm, desk, onTrouble});
        this.timer = null;
        this.sending = null;
        this.isClosed = false;
        /** What a browser that keeps nothing is told to hold meanwhile. */
        this.unkept = new Map();
        /** Why a text is still here, by the letter: `{error, text, isRefused}`. */
        this.troubles = new Map();
    }

    /** The text that is not sent yet, if any. */
    get(id) {
        return this.unkept.get(id) ?? recall("draft", PREFIX + id)?.text;
    }

    keep(id, text) {
        if (!remember("draft", PREFIX + id, {letterId: id, text})) {
            this.unkept.set(id, text);
        }
        this.flushLater(PAUSE);
    }

    flushLater(pause) {
        browser.clearTimeout(this.timer);
        if (!this.isClosed) {
            this.timer = browser.setTimeout(() => this.flush(), pause);
        }
    }

    get waiting() {
        const kept = recallAll("draft").filter(({letterId}) => letterId);
        return new Map([
            ...kept.map(({letterId, text}) => [letterId, text]),
            ...this.unkept,
        ]);
    }

    /** Send what lies here. */
    flush() {
        browser.clearTimeout(this.timer);
        this.sending ||= this.sendAll().finally(() => {
            this.sending = null;
        });
        return this.sending;
    }

    /**
     * Send the texts of some letters.
     *
     * @returns {Promise<Map>} the errors of those that the server does not have, by id
     */
    async save(ids) {
        // what is on its way may be older than the last key
        await this.sending;
        await this.flush();
        const left = this.waiting;
        const unsaved = ids.filter((id) => left.has(id));
        if (unsaved.some((id) => !this.troubles.has(id))) {
            // typed while the others were sent
            return this.save(ids);
        }
        return new Map(unsaved.map((id) => [id, this.troubles.get(id).error]));
    }

    /** Send the last words; what fails now is sent when letters are written again. */
    close() {
        this.isClosed = true;
        return this.save([]);
    }

    async sendAll() {
        let lost = null;
        for (const [id, text] of this.waiting) {
            const trouble = this.troubles.get(id);
            if (trouble?.isRefused && trouble.text === text) {
                continue;
            }
            if (lost) {
                this.troubles.set(id, {error: lost, text});
                continue;
            }
            try {
                await this.orm.silent.call("crl.letter", "save_text", [id, text]);
            } catch (error) {
                const isRefused = error.exceptionName?.startsWith("odoo.exceptions.");
                const words = getErrorText(error);
                this.troubles.set(id, {error, text, isRefused});
                if (error instanceof ConnectionLostError) {
                    lost = error;
                    this.desk.loseConnection();
                    continue;
                }
                const told = trouble ? getErrorText(trouble.error) : this.getTold(id);
                if (told !== words) {
                    this.onTrouble(words);
                }
                if (isRefused) {
                    this.noteTold(id, text, words);
                } else {
                    // a fault of the server, or nobody is logged in
                    this.flushLater(RETRY);
                }
                continue;
            }
            this.troubles.delete(id);
            if (this.get(id) === text) {
                this.drop(id);
            }
        }
    }

    /** What the user was told when these words were refused, on whatever day. */
    getTold(id) {
        return recall("draft", PREFIX + id)?.told;
    }

    /** Not told again each time the screen is opened, until the words are too old. */
    noteTold(id, text, told) {
        const kept = recall("draft", PREFIX + id);
        if (kept?.text === text && kept.told !== told) {
            remember("draft", PREFIX + id, {letterId: id, text, told});
        }
    }

    drop(id) {
        forget("draft", PREFIX + id);
        this.unkept.delete(id);
    }
}
