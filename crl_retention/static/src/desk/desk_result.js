import {Component, onPatched, useRef, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {user} from "@web/core/user";
import {useService} from "@web/core/utils/hooks";
import {useDebounced} from "@web/core/utils/timing";
import {Choice} from "../activity/choice";
import {DeskFiles} from "./desk_files";
import {DeskIndicators} from "./desk_indicators";
import {DeskQuestions} from "./desk_questions";
import {
    SCORES,
    getComplaint,
    getEmptyResult,
    getOutcomes,
    getVerdicts,
    readAnswers,
    toAnswer,
    toItem,
} from "./desk_answer";
import {useDeskKeys} from "./desk_keys";
import {forget, newKey, recall, remember} from "./desk_memory";
import {getErrorText} from "./desk_service";
import {DeskWhen} from "./desk_when";

const {DateTime} = luxon;

/** Changing these changes what will happen. */
const TELLING = ["outcome", "verdict", "score", "date_next"];

/**
 * What came of a contact: asked, kept while it is typed, and sent exactly once.
 *
 * Give it a `t-key` with the id of the contact. Props:
 * - `payload`: what `crl.desk.open_contact` answered;
 * - `onDone(answer)`: it is recorded. `answer` is that of `crl.desk.finish`, or
 *   `{isQueued: true}` when it will be sent as soon as the connection is back;
 * - `canGoOn()`: what comes next is at hand, so that nobody need wait for the server:
 *   `onDone({isOnTheWay: true})` comes at once, and a refusal as a message;
 * - `view`: the filters of the worklist the next contact is to come from, if any;
 * - `doneLabel`: the words on the button, “Done” by default;
 * - `onTouch()`: something was said or typed;
 * - `withKeys`: the shortcuts of the desk hold, and are shown on the buttons.
 *
 * It takes three taps: the outcome, the face, done. A face says “reached” by itself.
 */
export class DeskResult extends Component {
    static template = "crl_retention.DeskResult";
    static components = {
        Choice,
        DeskFiles,
        DeskIndicators,
        DeskQuestions,
        DeskWhen,
    };
    static props = {
        payload: Object,
        onDone: Function,
        view: {type: Object, optional: true},
        doneLabel: {type: String, optional: true},
        withKeys: {type: Boolean, optional: true},
        onTouch: {type: Function, optional: true},
        canGoOn: {type: Function, optional: true},
    };

    setup() {
        this.orm = useService("orm");
        this.desk = useState(useService("crl_desk"));
        this.root = useRef("root");
        this.scores = SCORES;
        const draft = recall("draft", this.contact.id);
        this.key = draft?.key || newKey();
        const result = {...this.emptyResult, ...draft?.result};
        result.answers = readAnswers(result.answers, this.form.questions);
        this.result = useState(result);
        this.state = useState({
            restored: draft ? DateTime.fromMillis(draft.at) : null,
            consequence: this.form.consequence || "",
            error: "",
            isSending: false,
            isPlanning: Boolean(this.result.date_next),
            showIndicators: Object.keys(this.result.indicators).length > 0,
        });
        this.foresee = useDebounced(() => this.askConsequence(), 150);
        if (draft?.result.outcome) {
            this.askConsequence();
        }
        onPatched(() => this.focusWanted());
        if (this.props.withKeys) {
            this.bindKeys();
        }
    }

    // ---- What is shown ----

    get contact() {
        return this.props.payload.contact;
    }

    get form() {
        return this.props.payload.form;
    }

    /** Nothing is said yet; what can go one way only needs no choice. */
    get emptyResult() {
        const [first, ...others] = this.form.outcomes;
        const outcome = others.length ? false : first.value;
        return {...getEmptyResult(), outcome};
    }

    get isLocked() {
        const taken = this.contact.taken_by;
        return (
            !this.contact.is_live ||
            !this.contact.can_act ||
            Boolean(taken && taken.id !== user.userId) ||
            this.desk.unsent.includes(this.contact.id) ||
            this.desk.onTheWay.has(this.contact.id)
        );
    }

    get isReached() {
        return this.result.outcome === "reached";
    }

    get outcomes() {
        return getOutcomes(this.form, this.props.withKeys);
    }

    get verdicts() {
        return getVerdicts(this.form, this.props.withKeys);
    }

    get score() {
        return this.result.score ? String(this.result.score) : false;
    }

    get whenLabel() {
        return this.result.outcome === "call_back" ? _t("When?") : _t("Next contact");
    }

    get restored() {
        const time = this.state.restored.toLocaleString(DateTime.TIME_SIMPLE);
        return _t("What you typed at %s is here again.", time);
    }

    // ---- What is typed ----

    /** Change the result, and keep it here until it is sent. */
    update(values) {
        if (this.isLocked) {
            return;
        }
        Object.assign(this.result, values);
        this.state.error = "";
        this.props.onTouch?.();
        const isKept = remember("draft", this.contact.id, {
            result: this.result,
            key: this.key,
        });
        if (!isKept && this.desk.isOffline) {
            this.state.error = _t("This browser keeps nothing: do not close the page.");
        }
        if (TELLING.some((name) => name in values)) {
            this.foresee();
        }
    }

    setOutcome(outcome) {
        this.update({outcome});
    }

    setVerdict(verdict) {
        this.update(verdict ? {verdict, outcome: "reached"} : {verdict});
    }

    setScore(score) {
        this.update(
            score ? {score: Number(score), outcome: "reached"} : {score: false},
        );
    }

    toggleCause(id) {
        const {cause_ids} = this.result;
        this.update({
            cause_ids: cause_ids.includes(id)
                ? cause_ids.filter((other) => other !== id)
                : [...cause_ids, id],
        });
    }

    togglePromise() {
        const promise = {text: "", deadline: false, user_id: user.userId};
        this.update({promise: this.result.promise ? null : promise});
        if (this.result.promise) {
            this.focusSoon("[name=promise_text]");
        }
    }

    setPromise(values) {
        this.update({promise: {...this.result.promise, ...values}});
    }

    togglePlanning() {
        this.state.isPlanning = !this.state.isPlanning;
        if (this.state.isPlanning) {
            this.focusSoon(".o_crl_desk_next input");
        } else {
            this.update({date_next: false});
        }
    }

    /** Throw away what was typed before, and start anew. */
    discard() {
        forget("draft", this.contact.id);
        Object.assign(this.result, this.emptyResult);
        const consequence = this.form.consequence || "";
        Object.assign(this.state, {
            restored: null,
            error: "",
            isPlanning: false,
            consequence,
        });
    }

    /** Lead to a field, also to one that is only about to be drawn. */
    focusSoon(selector) {
        this.wanted = selector;
        this.focusWanted();
    }

    focusWanted() {
        const field = this.wanted && this.root.el?.querySelector(this.wanted);
        field?.focus();
        if (field && field === document.activeElement) {
            this.wanted = null;
        }
    }

    bindKeys() {
        useDeskKeys({
            outcome: (index) => {
                const outcome = this.form.outcomes[index];
                if (outcome) {
                    this.setOutcome(outcome.value);
                }
            },
            positive: () => this.setVerdict("positive"),
            neutral: () => this.setVerdict("neutral"),
            negative: () => this.setVerdict("negative"),
            score: (index) => this.setScore(index + 1),
            note: () => this.focusSoon("[name=note]"),
            promise: () => this.togglePromise(),
            next: () => this.togglePlanning(),
            indicators: () => {
                this.state.showIndicators = true;
                this.focusSoon(".o_crl_desk_indicators input");
            },
            done: () => this.done(),
        });
    }

    // ---- Done ----

    async askConsequence() {
        if (!this.result.outcome) {
            this.state.consequence = this.form.consequence || "";
            return;
        }
        try {
            const text = await this.orm.silent.call("crl.desk", "get_consequence", [
                this.contact.id,
                toAnswer(this.result),
            ]);
            this.state.consequence = text || "";
        } catch {
            // it is only told, and a lost connection has a banner of its own
            this.state.consequence = "";
        }
    }

    async done() {
        if (this.isLocked || this.state.isSending) {
            return;
        }
        // what is typed counts, also where it is taken over on leaving the field
        const typing = this.root.el?.contains(document.activeElement)
            ? document.activeElement
            : null;
        typing?.blur();
        this.state.error = getComplaint(this.result, this.form);
        if (this.state.error) {
            typing?.focus();
            return;
        }
        const item = toItem(this.props.payload, this.result, this.key, this.props.view);
        if (this.props.canGoOn?.() && this.desk.post(item)) {
            this.props.onDone({isOnTheWay: true});
            return;
        }
        this.state.isSending = true;
        try {
            this.props.onDone(await this.desk.send(item));
        } catch (error) {
            this.state.error = getErrorText(error);
        }
        this.state.isSending = false;
    }
}
