import {
    Component,
    onMounted,
    onWillStart,
    onWillUnmount,
    useEffect,
    useRef,
    useState,
} from "@odoo/owl";
import {ConfirmationDialog} from "@web/core/confirmation_dialog/confirmation_dialog";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {KeepLast, Mutex} from "@web/core/utils/concurrency";
import {useService} from "@web/core/utils/hooks";
import {useDebounced} from "@web/core/utils/timing";
import {Layout} from "@web/search/layout";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {getErrorText} from "../desk/desk_service";
import {useOpenForm} from "../desk/open_form";
import {LetterQueue} from "./letter_queue";
import {LetterTexts} from "./letter_texts";
import {LetterWriter} from "./letter_writer";

const SCOPES = {mine: _t("My letters"), team: _t("My team"), all: _t("Everybody")};

/** The letters to be written by hand, the one that is open, and what is printed. */
export class Letters extends Component {
    static template = "crl_retention.Letters";
    static components = {Layout, LetterWriter};
    static props = {...standardActionServiceProps};
    static path = "retention-letters";
    static displayName = _t("Letters");

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.openForm = useOpenForm();
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.desk = useState(useService("crl_desk"));
        this.root = useRef("root");
        this.display = {controlPanel: {}};
        this.scopes = SCOPES;
        this.state = useState({
            payload: null,
            label: "",
            envelope: "",
            start: 1,
            isBusy: false,
        });
        // the last words are sent when the screen is left, too
        const {orm} = this.env.services;
        this.queue = useState(new LetterQueue({orm}));
        this.texts = new LetterTexts({orm, desk: this.desk}, (words) =>
            this.notification.add(words, {type: "warning"}),
        );
        this.opened = new KeepLast();
        this.mutex = new Mutex();
        this.search = useDebounced(() => this.queue.load(), 250);
        onWillStart(() => this.queue.load());
        onMounted(() => this.openFirst());
        onWillUnmount(() => this.texts.close());
        useEffect(
            (isOffline) => {
                if (!isOffline) {
                    this.texts.flush();
                }
            },
            () => [this.desk.isOffline],
        );
    }

    // ---- The queue ----

    /** The sheet of labels: the company's until another is chosen. */
    get label() {
        return this.state.label || this.queue.formats.label;
    }

    get envelope() {
        return this.state.envelope || this.queue.formats.envelope;
    }

    get labelCount() {
        const {labels = []} = this.queue.formats;
        return labels.find(({value}) => value === this.label)?.count || 1;
    }

    get openId() {
        return this.state.payload?.letter.id;
    }

    setSearch(search) {
        this.queue.view.search = search;
        this.search();
    }

    // ---- One letter ----

    async openFirst() {
        const wanted = this.props.action.context?.letter_id;
        if (wanted) {
            await this.open(wanted);
        } else if (!this.env.isSmall && this.queue.rows.length) {
            await this.open(this.queue.rows[0].id);
        }
    }

    async open(id) {
        await this.texts.flush();
        try {
            this.state.payload = await this.opened.add(
                this.orm.call("crl.letter", "open_letter", [id]),
            );
            this.queue.error = "";
        } catch (error) {
            this.queue.error = getErrorText(error);
        }
    }

    /** What was printed is known of the letter that is open, too. */
    refreshOpen() {
        const row = this.queue.getRow(this.openId);
        if (row) {
            Object.assign(this.state.payload.letter, row);
        }
    }

    close() {
        this.state.payload = null;
        this.texts.flush();
    }

    openCustomer(resId) {
        return this.openForm("res.partner", resId);
    }

    // ---- Print ----

    /** @param {"labels"|"envelopes"|"letters"|"cards"} what @param {Array} ids */
    print(what, ids) {
        const args = {
            labels: [ids, this.label, Number(this.state.start) || 1],
            envelopes: [ids, this.envelope],
            letters: [ids],
            cards: [ids],
        }[what];
        return this.mutex.exec(async () => {
            this.state.isBusy = true;
            try {
                const unsaved = await this.texts.save(ids);
                if (unsaved.size && what === "letters") {
                    return this.tell({refused: this.getUnsaved(unsaved)});
                }
                const {action, left_out: leftOut} = await this.orm.call(
                    "crl.letter",
                    `print_${what}`,
                    args,
                );
                for (const text of leftOut) {
                    const title = _t("Not printed");
                    this.notification.add(text, {title, type: "warning", sticky: true});
                }
                await this.action.doAction(action);
                await this.queue.load();
                this.refreshOpen();
            } finally {
                this.state.isBusy = false;
            }
        });
    }

    // ---- Posted ----

    postChosen() {
        const ids = [...this.queue.chosen];
        if (ids.length === 1) {
            return this.post(ids);
        }
        this.dialog.add(ConfirmationDialog, {
            title: _t("Posted?"),
            body: _t(
                "%s letters are in the post: each is closed as done. This cannot be taken back.",
                ids.length,
            ),
            confirmLabel: _t("Posted"),
            confirm: () => this.post(ids),
            cancel: () => {},
        });
    }

    /**
     * What was written goes first: a letter whose words did not arrive stays.
     *
     * @param {Object} values `isPrinted` and `files` of one letter; else as they are
     */
    post(ids, {isPrinted = null, files = []} = {}) {
        return this.mutex.exec(async () => {
            this.state.isBusy = true;
            try {
                const unsaved = await this.texts.save(ids);
                this.tell({refused: this.getUnsaved(unsaved)});
                const ready = ids.filter((id) => !unsaved.has(id));
                if (!ready.length) {
                    return;
                }
                const answer = await this.orm.silent.call("crl.letter", "post", [
                    ready,
                    isPrinted,
                    files,
                ]);
                this.tell(answer);
                const next = this.queue.getNext(this.openId, answer.posted);
                await this.queue.load();
                if (answer.posted.includes(this.openId)) {
                    this.state.payload = null;
                    if (next && !this.env.isSmall) {
                        await this.open(next);
                    }
                }
            } catch (error) {
                this.notification.add(getErrorText(error), {type: "danger"});
            } finally {
                this.state.isBusy = false;
            }
        });
    }

    /** The letters whose words are only here, as the server tells of those it refuses. */
    getUnsaved(unsaved) {
        return [...unsaved].map(([id, error]) => ({
            name: this.queue.getRow(id)?.name || this.state.payload?.letter.name,
            text: getErrorText(error),
        }));
    }

    tell({posted = [], refused}) {
        if (posted.length) {
            this.notification.add(
                posted.length === 1
                    ? _t("The letter is posted.")
                    : _t("%s letters are posted.", posted.length),
                {type: "success"},
            );
        }
        for (const {name, text} of refused.slice(0, 5)) {
            this.notification.add(text, {title: name, type: "warning"});
        }
    }
}

registry.category("actions").add("crl_retention.letters", Letters);
