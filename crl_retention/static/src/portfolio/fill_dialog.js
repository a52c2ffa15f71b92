import {Component, useState} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {_t} from "@web/core/l10n/translation";

/** What would bring a rep to the month's meetings, to be looked at and booked. */
export class FillDialog extends Component {
    static template = "crl_retention.FillDialog";
    static components = {Dialog};
    static props = {
        fill: Object,
        rep: String,
        book: Function,
        close: Function,
    };

    setup() {
        this.state = useState({
            lines: this.props.fill.lines.map((line) => ({...line, isOn: true})),
            isBooking: false,
        });
    }

    get gap() {
        const {missing, free} = this.props.fill;
        return _t(
            "Meetings %(rep)s lacks this month: %(missing)s. Free slots: %(free)s.",
            {rep: this.props.rep, missing, free},
        );
    }

    get most() {
        return _t("There are only %s to propose.", this.state.lines.length);
    }

    get bookLabel() {
        return _t("Book Visits: %s", this.chosen.length);
    }

    get chosen() {
        return this.state.lines.filter((line) => line.isOn);
    }

    async book() {
        if (this.state.isBooking) {
            return;
        }
        this.state.isBooking = true;
        try {
            await this.props.book(this.chosen.map(({key, start}) => ({key, start})));
            this.props.close();
        } finally {
            this.state.isBooking = false;
        }
    }
}
