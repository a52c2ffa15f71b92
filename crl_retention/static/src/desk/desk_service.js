import {reactive} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {_t} from "@web/core/l10n/translation";
import {ConnectionLostError, rpc} from "@web/core/network/rpc";
import {registry} from "@web/core/registry";
import {Deferred} from "@web/core/utils/concurrency";
import {afterPaint} from "./desk_paint";
import {forget, forgetDrafts, recall, recallAll, remember, tidy} from "./desk_memory";

/** Milliseconds after which a silent server counts as out of reach. */
const PATIENCE = 20000;
const FIRST_RETRY = 3000;
const LAST_RETRY = 60000;
const SESSION_EXPIRED = "odoo.http.SessionExpiredException";

/** The server took nothing of a result, and said why. */
class Refusal extends Error {}

/** Nothing is wrong with the result: it can be sent later. */
function isDelay(error) {
    return (
        error instanceof ConnectionLostError || error.exceptionName === SESSION_EXPIRED
    );
}

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
 * Sends the results of contacts, each exactly once and in their order, and knows whether
 * the server can be reached. Each is written down first, and lies in the browser until
 * the server has answered, also when the page is closed.
 */
export const deskService = {
    dependencies: ["orm", "notification", "action"],

    start(env, {orm, notification, action}) {
        const state = reactive({
            /** The server cannot be reached now. */
            isOffline: !browser.navigator.onLine,
            /** Ids of contacts whose result waits for the connection. */
            unsent: [],
            /** Ids of contacts whose result is on its way, while the user goes on. */
            onTheWay: new Set(),
            send,
            post,
            flush,
            loseConnection,
        });
        let retryTimer = null;
        let delay = FIRST_RETRY;
        let flushing = null;
        /** Whoever waits for the answer about a contact, by its id. */
        const waiting = new Map();

        function count() {
            state.unsent = recallAll("unsent").map((item) => item.id);
        }

        function loseConnection() {
            state.isOffline = true;
            retryLater();
        }

        function retryLater() {
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
         * Send the result of a contact after those before it, or keep it until that is
         * possible.
         *
         * @param {Object} item `id` of the contact, `name` of the customer, `result` as
         *   `crl.desk.finish` takes it, `key`, and the `view` the next is taken from
         * @returns {Promise<Object>} the server's answer, or `{isQueued: true}`
         * @throws when the server refuses it; what was typed is still a draft then
         */
        async function send(item) {
            if (!remember("unsent", item.id, item)) {
                // a browser that keeps nothing
                const answer = await call(item);
                forget("draft", item.id);
                return answer;
            }
            const answer = new Deferred();
            waiting.set(item.id, answer);
            flush();
            return answer;
        }

        /**
         * The same for whoever goes on at once: a refusal is told by a message.
         *
         * @returns {boolean} false where the browser keeps nothing: then nothing is sent
         */
        function post(item) {
            const isKept = remember("unsent", item.id, item);
            if (isKept) {
                state.onTheWay.add(item.id);
                // it lies here already: whoever goes on sees the next one first
                afterPaint(flush);
            }
            return isKept;
        }

        function flush() {
            flushing ||= sendAll().finally(() => {
                flushing = null;
            });
            return flushing;
        }

        /** Send what lies here one by one, also what comes meanwhile. */
        async function sendAll() {
            let isNews = false;
            let late = 0;
            for (let [item] = recallAll("unsent"); item; [item] = recallAll("unsent")) {
                const waiter = waiting.get(item.id);
                try {
                    const answer = await call(waiter ? item : {...item, view: false});
                    forget("draft", item.id);
                    settle(item);
                    waiter?.resolve(answer);
                    late += state.unsent.includes(item.id);
                } catch (error) {
                    if (isDelay(error)) {
                        wait(error);
                        break;
                    }
                    settle(item);
                    if (waiter) {
                        waiter.reject(error);
                    } else {
                        refuse(item, error);
                    }
                }
                isNews ||= !waiter;
            }
            count();
            if (!state.unsent.length) {
                delay = FIRST_RETRY;
            }
            if (late) {
                notification.add(_t("Results sent: %s", late), {type: "success"});
            }
            if (isNews) {
                env.bus.trigger("CRL_DESK:SENT");
            }
        }

        function settle({id}) {
            forget("unsent", id);
            waiting.delete(id);
            state.onTheWay.delete(id);
        }

        /** Whatever is not sent yet is sent later, and nobody waits for it. */
        function wait(error) {
            if (error instanceof ConnectionLostError) {
                loseConnection();
            } else {
                retryLater();
                if (!state.unsent.length) {
                    notification.add(getErrorText(error), {type: "warning"});
                }
            }
            waiting.forEach((waiter) => waiter.resolve({isQueued: true}));
            waiting.clear();
            state.onTheWay.clear();
        }

        /** What was refused is a draft again, and the user can go back to it. */
        function refuse(item, error) {
            if (!recall("draft", item.id)) {
                remember("draft", item.id, {result: item.result, key: item.key});
            }
            const close = notification.add(
                _t("%(customer)s: %(error)s What you typed is kept in the contact.", {
                    customer: item.name,
                    error: getErrorText(error),
                }),
                {
                    title: _t("A result could not be recorded"),
                    type: "danger",
                    sticky: true,
                    buttons: [
                        {
                            name: _t("Back to the Contact"),
                            primary: true,
                            onClick: () => {
                                close();
                                goBack(item.id);
                            },
                        },
                    ],
                },
            );
        }

        async function goBack(id) {
            if (action.currentController?.action.tag !== "crl_retention.desk") {
                await action.doAction("crl_retention.crl_desk_action");
            }
            env.bus.trigger("CRL_DESK:OPEN", id);
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
