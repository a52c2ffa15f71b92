import {Component, useExternalListener, useState} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {Dialog} from "@web/core/dialog/dialog";
import {useHotkey} from "@web/core/hotkeys/hotkey_hook";
import {_t} from "@web/core/l10n/translation";
import {user} from "@web/core/user";
import {useService} from "@web/core/utils/hooks";

/**
 * The keys of the desk: `id` names what they do, `keys` are those of Odoo's hotkey
 * service, one after the other for what has several places. A key with a modifier holds
 * while typing too.
 */
export const KEYS = [
    {
        title: _t("The list"),
        entries: [
            {id: "down", keys: ["j"], say: _t("Down")},
            {id: "up", keys: ["k"], say: _t("Up")},
            {id: "open", keys: ["enter"], say: _t("Open the contact")},
            {id: "search", keys: ["/"], say: _t("Search")},
            {id: "take", keys: ["g"], say: _t("Take the next one nobody has")},
            {
                id: "back",
                keys: ["escape"],
                say: _t("Leave the field, back to the list"),
            },
        ],
    },
    {
        title: _t("The customer"),
        entries: [
            {id: "call", keys: ["c"], say: _t("Call the customer")},
            {id: "customer", keys: ["o"], say: _t("Open the customer's page")},
        ],
    },
    {
        title: _t("The result"),
        entries: [
            {
                id: "outcome",
                keys: ["1", "2", "3", "4", "5", "6"],
                show: "1 … 6",
                say: _t("How it went"),
            },
            {id: "positive", keys: ["h"], say: _t("The customer is content")},
            {id: "neutral", keys: ["s"], say: _t("So-so")},
            {id: "negative", keys: ["u"], say: _t("The customer is unhappy")},
            {
                id: "score",
                keys: ["shift+1", "shift+2", "shift+3", "shift+4", "shift+5"],
                show: "Shift + 1 … 5",
                say: _t("On a scale from 1 to 5"),
            },
            {id: "note", keys: ["n"], say: _t("Write a note")},
            {id: "indicators", keys: ["i"], say: _t("Indicators")},
            {id: "promise", keys: ["p"], say: _t("A promise")},
            {id: "next", keys: ["d"], say: _t("Day of the next contact")},
            {
                id: "done",
                keys: ["control+enter"],
                show: "Ctrl + Enter",
                say: _t("Done, and open the next"),
            },
        ],
    },
    {title: _t("Help"), entries: [{id: "help", keys: ["?"], say: _t("These keys")}]},
];
/** Keys Odoo's service leaves alone, because they lie elsewhere on each keyboard. */
const SIGNS = ["/", "?"];
const SWITCH = "crl_desk/single_keys";

function getSwitch() {
    return `${SWITCH}/${user.userId}`;
}

/** Keys without a modifier can be switched off: voice control would press them. */
function areSingleKeysOn() {
    return browser.localStorage.getItem(getSwitch()) !== "off";
}

function isTyping(target) {
    return (
        target instanceof HTMLElement &&
        (target.matches(
            "select, textarea, input:not([type=radio]):not([type=checkbox])",
        ) ||
            target.isContentEditable)
    );
}

/**
 * Bind what is done to the keys of the desk.
 *
 * @param {Object} handlers by id of `KEYS`; each gets the place of the key among its own
 */
export function useDeskKeys(handlers) {
    const ui = useService("ui");
    const entries = KEYS.flatMap((group) => group.entries).filter(
        ({id}) => handlers[id],
    );
    for (const {id, keys} of entries) {
        keys.filter((key) => !SIGNS.includes(key)).forEach((key, index) => {
            const isSingle = !key.includes("control") && key !== "escape";
            useHotkey(key, () => handlers[id](index), {
                bypassEditableProtection: !isSingle,
                isAvailable: (target) =>
                    !isSingle || (areSingleKeysOn() && !isTyping(target)),
            });
        });
    }
    const signs = entries.filter(({keys}) => SIGNS.includes(keys[0]));
    if (signs.length) {
        useExternalListener(window, "keydown", (ev) => {
            const entry = signs.find(({keys}) => keys[0] === ev.key);
            const isFree = ui.activeElement === document && !isTyping(ev.target);
            const isPlain = !ev.ctrlKey && !ev.metaKey && !ev.altKey;
            if (entry && isPlain && isFree && areSingleKeysOn()) {
                ev.preventDefault();
                handlers[entry.id]();
            }
        });
    }
}

/** The key map, and the switch for whoever wants no keys without a modifier. */
export class DeskKeyMap extends Component {
    static template = "crl_retention.DeskKeyMap";
    static components = {Dialog};
    static props = {close: Function};

    setup() {
        this.title = _t("Keys of the desk");
        this.groups = KEYS;
        this.state = useState({isOn: areSingleKeysOn()});
    }

    show({keys, show}) {
        return show || keys[0].charAt(0).toUpperCase() + keys[0].slice(1);
    }

    toggle() {
        this.state.isOn = !this.state.isOn;
        browser.localStorage.setItem(getSwitch(), this.state.isOn ? "on" : "off");
    }
}
