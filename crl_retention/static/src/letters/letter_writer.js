import {Component, markup, useRef, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";
import {DeskFiles} from "../desk/desk_files";

/**
 * One letter: what is known of the customer, what could be written, and what is.
 *
 * Give it a `t-key` with the id of the letter. Props: `payload`, what
 * `crl.letter.open_letter` answered; `texts`, the `LetterTexts`; `print(what)`, and
 * `post(values)`.
 */
export class LetterWriter extends Component {
    static template = "crl_retention.LetterWriter";
    static components = {DeskFiles};
    static props = {
        payload: Object,
        texts: Object,
        print: Function,
        post: Function,
        openCustomer: Function,
        isBusy: {type: Boolean, optional: true},
        onClose: {type: Function, optional: true},
    };

    setup() {
        this.desk = useState(useService("crl_desk"));
        this.field = useRef("text");
        this.state = useState({
            text: this.props.texts.get(this.letter.id) ?? this.letter.text,
            // until it is ticked by hand: as the server knows it from printing
            isPrinted: null,
            files: [],
        });
    }

    get letter() {
        return this.props.payload.letter;
    }

    get isLocked() {
        return !this.letter.is_open || !this.letter.can_act;
    }

    get isPrinted() {
        return this.state.isPrinted ?? this.letter.is_printed;
    }

    get offers() {
        const {greeting, sentences, closing} = this.props.payload;
        return [greeting, ...sentences, closing];
    }

    /** Written by the manager, and sanitized on the step. */
    get script() {
        return markup(this.props.payload.script);
    }

    get lang() {
        return this.props.payload.lang.replace("_", "-");
    }

    get dueText() {
        const {day, late_days: late} = this.letter;
        if (!late) {
            return _t("Due on %s", day);
        }
        return late === 1
            ? _t("Due on %s, 1 day late", day)
            : _t("Due on %(day)s, %(late)s days late", {day, late});
    }

    setText(text) {
        this.state.text = text;
        this.props.texts.keep(this.letter.id, text);
    }

    /** Add words where one would write on. */
    add(words, index) {
        if (this.props.isBusy) {
            return;
        }
        const text = this.state.text.trimEnd();
        // greeting and closing stand on lines of their own
        const isApart =
            index === 0 || index === this.offers.length - 1 || text === this.offers[0];
        const between = text ? (isApart ? "\n\n" : " ") : "";
        this.setText(text + between + words);
        this.field.el.focus();
    }

    addAll() {
        this.offers.forEach((words, index) => this.add(words, index));
    }

    onKeydown(ev) {
        if (ev.key === "Enter" && (ev.ctrlKey || ev.metaKey)) {
            ev.preventDefault();
            this.post();
        }
    }

    post() {
        if (this.isLocked || this.props.isBusy) {
            return;
        }
        this.props.post({
            isPrinted: this.state.isPrinted,
            files: this.state.files.map(({id}) => id),
        });
    }
}
