import {Component, markup, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";
import {sayDay, sayExactly, sayMoment, sayTime} from "./desk_dates";
import {useOpenForm} from "./open_form";

const TRENDS = {
    up: {icon: "fa-long-arrow-up text-success", say: _t("rising")},
    same: {icon: "fa-long-arrow-right text-muted", say: _t("the same")},
    down: {icon: "fa-long-arrow-down text-danger", say: _t("falling")},
};
const FACES = {
    positive: "fa-smile-o text-success",
    neutral: "fa-meh-o text-warning",
    negative: "fa-frown-o text-danger",
};

/**
 * A customer at a glance, as `crl.desk.open_contact` answered: how they are and why,
 * what they said, what we owe them, how to reach them, and the script of the contact.
 */
export class DeskCustomer extends Component {
    static template = "crl_retention.DeskCustomer";
    static props = {payload: Object};

    setup() {
        this.openForm = useOpenForm();
        this.desk = useState(useService("crl_desk"));
        this.faces = FACES;
    }

    get customer() {
        return this.props.payload.customer;
    }

    /** The contact; none when it is a case that is open. */
    get contact() {
        return this.props.payload.contact;
    }

    get trend() {
        return TRENDS[this.customer.trend];
    }

    get script() {
        // written by managers, and made safe by the server
        return this.props.payload.script ? markup(this.props.payload.script) : "";
    }

    /** Others may have the same name: where, and who. */
    get places() {
        const {city, contact_name, name} = this.customer;
        return [contact_name !== name && contact_name, city].filter(Boolean);
    }

    get clock() {
        const {is_callable, callable_from, call_windows} = this.customer;
        const time = sayTime(this.customer.local_time);
        if (is_callable) {
            return _t("%s there, a good time to call", time);
        }
        if (callable_from) {
            return _t("%(time)s there, call from %(when)s", {
                time,
                when: sayMoment(callable_from),
            });
        }
        return call_windows.length
            ? _t("%(time)s there, call %(windows)s", {
                  time,
                  windows: call_windows.join(", "),
              })
            : _t("%s there", time);
    }

    sayDay(text) {
        return sayDay(text);
    }

    sayMoment(text) {
        return sayMoment(text);
    }

    sayExactly(text) {
        return sayExactly(text);
    }
}
