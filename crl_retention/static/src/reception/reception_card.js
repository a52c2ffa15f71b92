import {Component, onMounted, useRef, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";
import {sayDay, sayMoment} from "../desk/desk_dates";
import {useOpenForm} from "../desk/open_form";
import {ReceptionForm} from "./reception_form";

const CHANNEL_ICONS = {
    call: "fa-phone",
    visit: "fa-handshake-o",
    letter: "fa-envelope-open-o",
    email: "fa-envelope-o",
    sms: "fa-commenting-o",
    message: "fa-commenting-o",
};
const TONES = {healthy: "text-bg-success", watch: "text-bg-warning"};
const VERDICT_TONES = {
    positive: "text-success",
    neutral: "text-body",
    negative: "text-danger",
};

/** What is known of several facts, in one line. */
export function joinFacts(...facts) {
    return facts.filter(Boolean).join(" · ");
}

/** What whoever answers is told of a customer, and what they can do for them. */
export class ReceptionCard extends Component {
    static template = "crl_retention.ReceptionCard";
    static components = {ReceptionForm};
    static props = {card: Object, onChanged: Function, onClose: Function};

    setup() {
        this.orm = useService("orm");
        this.openForm = useOpenForm();
        this.notification = useService("notification");
        this.title = useRef("title");
        this.sayMoment = sayMoment;
        /** The form that is open: its kind, and the promise it is about. */
        this.state = useState({form: "", promiseId: false});
        // whoever listens to the page hears whose card it is
        onMounted(() => this.title.el?.focus());
    }

    get customer() {
        return this.props.card.customer;
    }

    get owner() {
        return this.props.card.owner;
    }

    get open() {
        return this.props.card.promises.filter((promise) => promise.state === "open");
    }

    get settled() {
        return this.props.card.promises.filter((promise) => promise.state !== "open");
    }

    get band() {
        return TONES[this.props.card.band] || "text-bg-danger";
    }

    getIcon(contact) {
        return CHANNEL_ICONS[contact.channel] || "fa-comment-o";
    }

    getTone(contact) {
        return VERDICT_TONES[contact.verdict];
    }

    join(...facts) {
        return joinFacts(...facts);
    }

    /** Who keeps it in the end: a part of it may be in other hands now. */
    getKeeper(promise) {
        return promise.chain.find((hand) => hand.state === "next") || promise;
    }

    /** The chain behind who took the promise, who is told apart. */
    getHands(promise) {
        const [first, ...rest] = promise.chain;
        const isTold =
            rest.length && !first.text && first.user_name === promise.taken_by;
        return isTold ? rest : promise.chain;
    }

    get ownerText() {
        const {name, cover, away_until} = this.owner;
        return cover
            ? _t(
                  "%(owner)s looks after them; away until %(day)s, %(cover)s stands in.",
                  {owner: name, day: sayDay(away_until), cover},
              )
            : _t("%s looks after them.", name);
    }

    /** Who keeps a promise, or sees to a case, until when. */
    sayKeeper(owed) {
        return _t("%(name)s until %(moment)s", {
            name: (owed.chain ? this.getKeeper(owed) : owed).user_name || _t("Nobody"),
            moment: sayMoment(owed.deadline),
        });
    }

    sayPromised(promise) {
        return _t("Promised by %(name)s, %(moment)s", {
            name: promise.taken_by,
            moment: sayMoment(promise.date),
        });
    }

    /** One link of the chain, as a colleague would say it: who, what, until when. */
    sayHand(hand, promise) {
        let who = hand.user_name || _t("Nobody");
        let until = hand.deadline;
        if (hand.state === "next") {
            who = _t("then %s", who);
            until = promise.deadline;
        } else if (hand.state === "done") {
            who = `${who}, ${sayMoment(hand.date)}`;
            until = false;
        }
        const said = hand.text ? `${who}: ${hand.text}` : who;
        return until
            ? _t("%(who)s, until %(moment)s", {who: said, moment: sayMoment(until)})
            : said;
    }

    ask(form, promiseId = false) {
        const isSame = this.state.form === form && this.state.promiseId === promiseId;
        Object.assign(this.state, {form: isSame ? "" : form, promiseId});
    }

    async settle(verb, promise, ...told) {
        await this.orm.call("crl.case", verb, [[promise.id], ...told]);
        await this.done(_t("Written down."));
    }

    async send(said) {
        const {form, promiseId} = this.state;
        const promise = {id: promiseId};
        if (form === "promise") {
            await this.orm.call("res.partner", "crl_take_promise", [
                [this.customer.id],
                said.text,
                said.deadline,
                said.userId,
            ]);
            await this.done(_t("Promised."));
        } else if (form === "message") {
            const name = await this.orm.call("crl.reception", "leave_message", [
                this.customer.person_id,
                said.text,
            ]);
            await this.done(_t("%s gets the message.", name));
        } else if (form === "hand") {
            const {userId, text, deadline} = said;
            await this.settle("action_hand_over", promise, userId, text, deadline);
        } else {
            await this.settle("action_break_promise", promise, said.text);
        }
    }

    async done(message) {
        this.notification.add(message, {type: "success"});
        Object.assign(this.state, {form: "", promiseId: false});
        await this.props.onChanged();
    }
}
