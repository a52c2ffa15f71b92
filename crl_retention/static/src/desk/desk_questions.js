import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {formatFloat} from "@web/views/fields/formatters";
import {parseFloat} from "@web/views/fields/parsers";
import {Choice} from "../activity/choice";
import {isWrongNumber} from "./desk_answer";

/** More possible answers than these are a list to choose from, no row of buttons. */
const MOST_BUTTONS = 5;

/**
 * The questions of a campaign, each with what its kind is answered by. `answers` holds
 * what was said, by id of the question: text, "yes" or "no", one of the choices, or a
 * number; of a number that is none, the text.
 */
export class DeskQuestions extends Component {
    static template = "crl_retention.DeskQuestions";
    static components = {Choice};
    static props = {
        questions: Array,
        answers: Object,
        onChange: Function,
        disabled: {type: Boolean, optional: true},
    };

    /** The answers as buttons; choices by their place, as they may be any words. */
    getButtons({kind, choices}) {
        if (kind === "yes_no") {
            return [
                {value: "yes", label: _t("Yes")},
                {value: "no", label: _t("No")},
            ];
        }
        return kind === "choice" && choices.length <= MOST_BUTTONS
            ? choices.map((label, index) => ({value: String(index), label}))
            : null;
    }

    getPressed({id, kind, choices}) {
        const answer = this.props.answers[id];
        return kind === "choice" ? String(choices.indexOf(answer)) : answer || false;
    }

    press(question, value) {
        const isPlace = question.kind === "choice" && value !== false;
        this.set(question, isPlace ? question.choices[value] : value);
    }

    getText({id}) {
        const answer = this.props.answers[id] ?? "";
        return typeof answer === "number"
            ? formatFloat(answer, {trailingZeros: false, digits: [16, 4]})
            : answer;
    }

    getError(question) {
        const answer = this.props.answers[question.id];
        return isWrongNumber(question, answer) ? _t("“%s” is no number.", answer) : "";
    }

    setNumber(question, text) {
        let answer = text.trim();
        try {
            answer = answer && parseFloat(answer);
        } catch {
            // kept as it was typed, to be mended
        }
        this.set(question, answer);
    }

    set({id}, answer) {
        const answers = {...this.props.answers};
        delete answers[id];
        if (answer !== false && answer !== "") {
            answers[id] = answer;
        }
        this.props.onChange(answers);
    }
}
