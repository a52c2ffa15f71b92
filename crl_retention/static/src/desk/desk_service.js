import {reactive} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {_t} from "@web/core/l10n/translation";
import {ConnectionLostError, rpc} from "@web/core/network/rpc";
import {registry} from "@web/core/registry";
import {forget, forgetDrafts, recall, recallAll, remember, tidy} from "./desk_memory";

/** Milliseconds after which a silent server counts as out of reach. */
const PATIENCE = 20000;
const FIRST_RETRY = 3000;
const LAST_RETRY = 60000;
const SESSION_EXPIRED = "odoo.http.SessionExpiredException";

/** The server took nothing of a result, and said why. */
class Refusal extends Error {}

/** The words of an error, for whoever typed what was refused. */
export function getErrorText(error) {
    if (error instanceof ConnectionLostError) {
        return _t("The connection is lost. What you typed is kept here.");
    }
    if (error.exceptionName === SESSION_EXPIRED) {
        return _t(
            "You are logged out. Log in again in another tab: what you typed is kept.",
        );
    }
    if (error.exceptionName && !error.exceptionName.startsWith("odoo.exceptions.")) {
        return _t(
            "The server could not do this. What you typed is kept. Does it happen again? Please tell your administrator.",
        );
    }
    return error.data?.message || error.message;
}

/**
 * Sends the results of contacts, each exactly once, and knows whether the server can
 * be reached. What could not be sent waits in the browser, also when the page is
 * closed, and goes as soon as the connection is back.
 */
export const deskService = {
    dependencies: ["orm", "notification"],

    start(env, {orm, notification}) {
        const state = reactive({
            /** The server cannot be reached now. */
            isOffline: !browser.navigator.onLine,
            /** Ids of contacts whose result waits for the connection. */
            unsent: [],
            send,
            loseConnection,
        });
        let retryTimer = null;
        let delay = FIRST_RETRY;
        let isFlushing = false;

        function count() {
            state.unsent = recallAll("unsent").map((item) => item.id);
        }

        function loseConnection() {
            state.isOffline = true;
            if (!retryTimer) {
                retryTimer = browser.setTimeout(look, delay);
                delay = Math.min(delay * 2, LAST_RETRY);
            }
        }

        async function look() {
            browser.clearTimeout(retryTimer);
            retryTimer = null;
            try {
                await rpc("/web/webclient/version_info", {}, {silent: true});
            } catch (error) {
                if (error instanceof ConnectionLostError) {
                    return loseConnection();
                }
            }
            delay = FIRST_RETRY;
            state.isOffline = false;
            return flush();
        }

        function call({id, result, view, key}) {
            const request = orm.silent.call("crl.desk", "finish", [id, result], {
                view,
                key,
            });
            let timer = null;
            const patience = new Promise((_resolve, reject) => {
                timer = browser.setTimeout(
                    () => reject(new ConnectionLostError("finish")),
                    PATIENCE,
                );
            });
            return Promise.race([request, patience])
                .then((answer) => {
                    if (answer.refused) {
                        throw new Refusal(answer.refused);
                    }
                    return answer;
                })
                .finally(() => browser.clearTimeout(timer));
        }

        /**
         * Send the result of a contact, or keep it until that is possible.
         *
         * @param {Object} item `id` of the contact, `name` of the customer, `result` as
         *   `crl.desk.finish` takes it, `key`, and the `view` the next is taken from
         * @returns {Promise<Object>} the server's answer, or `{isQueued: true}`
         * @throws when the server refuses it; what was typed is still a draft then
         */
        async function send(item) {
            // written down first: should the page go now, it is sent later
            const isKept = remember("unsent", item.id, item);
            try {
                const answer = await call(item);
                forget("draft", item.id);
                forget("unsent", item.id);
                return answer;
            } catch (error) {
                if (error instanceof ConnectionLostError && isKept) {
                    count();
                    loseConnection();
                    return {isQueued: true};
                }
                forget("unsent", item.id);
                throw error;
            }
        }

        async function flush() {
            if (isFlushing) {
                return;
            }
            isFlushing = true;
            const items = recallAll("unsent");
            let sent = 0;
            try {
                for (const item of items) {
                    await call({...item, view: false});
                    forget("draft", item.id);
                    forget("unsent", item.id);
                    sent++;
                }
            } catch (error) {
                const item = items[sent];
                if (error instanceof ConnectionLostError) {
                    loseConnection();
                } else if (error.exceptionName !== SESSION_EXPIRED) {
                    refuse(item, error);
                }
            }
            isFlushing = false;
            count();
            if (sent) {
                notification.add(_t("Results sent: %s", sent), {type: "success"});
                env.bus.trigger("CRL_DESK:SENT");
            }
        }

        /** What was refused is a draft again, and the others go on. */
        function refuse(item, error) {
            if (!recall("draft", item.id)) {
                remember("draft", item.id, {result: item.result, key: item.key});
            }
            forget("unsent", item.id);
            notification.add(
                _t("%(customer)s: %(error)s What you typed is kept in the contact.", {
                    customer: item.name,
                    error: getErrorText(error),
                }),
                {
                    title: _t("A result could not be recorded"),
                    type: "danger",
                    sticky: true,
                },
            );
            browser.setTimeout(flush);
        }

        browser.addEventListener("online", look);
        browser.addEventListener("offline", loseConnection);
        const menu = registry.category("user_menuitems");
        const logOut = menu.get("log_out");
        menu.add(
            "log_out",
            (menuEnv) => {
                const item = logOut(menuEnv);
                return {
                    ...item,
                    callback: () => {
                        forgetDrafts();
                        item.callback();
                    },
                };
            },
            {force: true},
        );
        tidy();
        count();
        if (state.unsent.length) {
            look();
        }
        return state;
    },
};

registry.category("services").add("crl_desk", deskService);
