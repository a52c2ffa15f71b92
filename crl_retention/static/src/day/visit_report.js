import {Component, onWillUnmount} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";
import {DeskResult} from "../desk/desk_result";

/**
 * What came of a visit, asked as on My Desk: a face, done.
 *
 * Props: `payload` of `crl.desk.open_contact`, and `onDone(answer)` of the result.
 */
export class VisitReport extends Component {
    static template = "crl_retention.VisitReport";
    static components = {DeskResult, Dialog};
    static props = {
        payload: Object,
        onDone: Function,
        close: Function,
    };

    setup() {
        const orm = useService("orm");
        this.isDone = false;
        onWillUnmount(() => {
            if (!this.isDone) {
                // nobody waits for it: the lock ends by itself too
                orm.silent
                    .call("crl.desk", "release", [this.props.payload.contact.id])
                    .catch(() => {});
            }
        });
    }

    get colleague() {
        const {name} = this.props.payload.contact.taken_by;
        return _t("%s is writing the result of this visit.", name);
    }

    onDone(answer) {
        this.isDone = true;
        this.props.close();
        this.props.onDone(answer);
    }
}
