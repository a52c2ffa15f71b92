import {browser} from "@web/core/browser/browser";
import {session} from "@web/session";
import {user} from "@web/core/user";

/**
 * What the desk keeps in the browser, so that nothing typed is lost: drafts of results
 * (for a day), and results that could not be sent yet (for a week).
 *
 * Everything is kept by database and user. Whoever logs out leaves no draft behind, and
 * what is too old is thrown away whoever wrote it, as soon as anybody logs in.
 */
const DAY = 24 * 60 * 60 * 1000;
const KEPT = {draft: DAY, unsent: 7 * DAY};
const ROOT = "crl_desk";

function getPath(kind, id = "") {
    return [ROOT, kind, session.db, user.userId, id].join("/");
}

function read(path) {
    try {
        return JSON.parse(browser.localStorage.getItem(path));
    } catch {
        return null;
    }
}

function getPaths(prefix) {
    return Object.keys(browser.localStorage).filter((path) => path.startsWith(prefix));
}

/** A key no other result has: sent twice, the server carries it out once. */
export function newKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @returns {Object|null} what was remembered, with `at`, its milliseconds */
export function recall(kind, id) {
    return read(getPath(kind, id));
}

/** @returns {boolean} false where the browser has no room, or allows none */
export function remember(kind, id, value) {
    try {
        const text = JSON.stringify({...value, id, at: Date.now()});
        browser.localStorage.setItem(getPath(kind, id), text);
        return true;
    } catch {
        return false;
    }
}

export function forget(kind, id) {
    browser.localStorage.removeItem(getPath(kind, id));
}

/** All of a kind that this user has here, the oldest first. */
export function recallAll(kind) {
    return getPaths(getPath(kind))
        .map(read)
        .filter(Boolean)
        .sort((one, other) => one.at - other.at);
}

export function forgetDrafts() {
    for (const path of getPaths(getPath("draft"))) {
        browser.localStorage.removeItem(path);
    }
}

/** Throw away what is too old, whoever wrote it. */
export function tidy() {
    for (const [kind, milliseconds] of Object.entries(KEPT)) {
        for (const path of getPaths(`${ROOT}/${kind}/`)) {
            const at = read(path)?.at || 0;
            if (at < Date.now() - milliseconds) {
                browser.localStorage.removeItem(path);
            }
        }
    }
}
