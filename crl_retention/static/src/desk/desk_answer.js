import {deserializeDateTime} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";

const {DateTime} = luxon;
/** A moment that is chosen while the form is filled in is past when it is sent. */
const SLACK = {minutes: 5};

const OUTCOME_ICONS = {
    reached: "fa-check",
    no_answer: "fa-bell-slash-o",
    absent: "fa-building-o",
    call_back: "fa-clock-o",
    wrong_number: "fa-chain-broken",
    refused: "fa-ban",
};
const FACES = {
    positive: {icon: "fa-smile-o", key: "h"},
    neutral: {icon: "fa-meh-o", key: "s"},
    negative: {icon: "fa-frown-o", key: "u"},
};
export const SCORES = ["1", "2", "3", "4", "5"].map((value) => ({value, label: value}));

/** The outcomes of a form as items of a `Choice`, numbered when keys choose them. */
export function getOutcomes({outcomes}, withKeys) {
    return outcomes.map((outcome, index) => ({
        ...outcome,
        icon: OUTCOME_ICONS[outcome.value],
        key: withKeys ? String(index + 1) : undefined,
    }));
}

/** The verdicts of a form as faces. */
export function getVerdicts({verdicts}, withKeys) {
    return verdicts.map((verdict) => {
        const {icon, key} = FACES[verdict.value];
        return {...verdict, icon, key: withKeys ? key : undefined};
    });
}

/** What a rep can say of a contact, before anything is said; moments are UTC. */
export function getEmptyResult() {
    return {
        outcome: false,
        verdict: false,
        score: false,
        note: "",
        contact_id: false,
        cause_ids: [],
        answers: {},
        indicators: {},
        promise: null,
        date_next: false,
        attachments: [],
    };
}

/** Answers by question; those of a draft of before 19.0.1.6.0 are in their order. */
export function readAnswers(answers, questions) {
    return Array.isArray(answers)
        ? Object.fromEntries(
              questions
                  .map(({id}, index) => [id, answers[index]])
                  .filter(([, answer]) => answer),
          )
        : answers;
}

/** The result as `crl.desk.finish` takes it: without what does not belong to it. */
export function toAnswer(result) {
    const {attachments, ...answer} = JSON.parse(JSON.stringify(result));
    const isReached = answer.outcome === "reached";
    if (!isReached) {
        Object.assign(answer, {verdict: false, score: false, answers: {}});
    }
    if (answer.verdict !== "negative") {
        answer.cause_ids = [];
    }
    return {...answer, attachment_ids: attachments.map(({id}) => id)};
}

/** The result as the service `crl_desk` sends it. */
export function toItem({contact, customer}, result, key, view = false) {
    return {id: contact.id, name: customer.name, result: toAnswer(result), key, view};
}

/** Whether what was typed, kept as text, is no number though one was asked for. */
export function isWrongNumber({kind}, answer) {
    return kind === "number" && typeof answer === "string";
}

/** What keeps the result from being recorded, in words; empty when nothing does. */
export function getComplaint(result, form) {
    const {outcome, verdict, score, promise, indicators, date_next} = result;
    const now = DateTime.local();
    if (!outcome) {
        return _t("How did it go? Choose one of the outcomes.");
    }
    if (outcome === "reached" && form.asks_feedback && !verdict && !score) {
        return _t("What does the customer think? Choose a face.");
    }
    if (promise && !promise.text.trim()) {
        return _t("What is promised? Write it down, or take the promise back.");
    }
    if (promise && !promise.deadline) {
        return _t("Until when is it promised?");
    }
    if (promise && deserializeDateTime(promise.deadline) <= now) {
        return _t("It is promised until a moment that is past.");
    }
    if (date_next && deserializeDateTime(date_next) < now.minus(SLACK)) {
        return _t("The next contact is on a day that is past.");
    }
    const wrong = form.questions.find((question) =>
        isWrongNumber(question, result.answers[question.id]),
    );
    if (outcome === "reached" && wrong) {
        return _t("“%s” is answered by a number.", wrong.name);
    }
    if (Object.values(indicators).some((value) => typeof value === "string")) {
        return _t("One of the indicators is no number.");
    }
    return "";
}
