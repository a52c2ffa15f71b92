import {browser} from "@web/core/browser/browser";

/** Milliseconds after which a painting is no longer waited for. */
const LATEST = 200;

/** When what was just drawn is painted; soon, too, in a tab that paints nothing. */
export function afterPaint(callback) {
    let isWaiting = true;
    const run = () => {
        if (isWaiting) {
            isWaiting = false;
            callback();
        }
    };
    browser.requestAnimationFrame(() => browser.setTimeout(run));
    browser.setTimeout(run, LATEST);
}
