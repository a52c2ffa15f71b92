import {Component, onWillStart, useState} from "@odoo/owl";
import {useService} from "@web/core/utils/hooks";
import {REASONS} from "./desk_list";
import {getErrorText} from "./desk_service";

/** How much each colleague of a leader has to do, and has done today. */
export class DeskTeam extends Component {
    static template = "crl_retention.DeskTeam";
    static props = {onClose: Function};

    setup() {
        this.orm = useService("orm");
        this.state = useState({rows: [], error: ""});
        this.reasons = REASONS;
        onWillStart(() => this.load());
    }

    async load() {
        try {
            this.state.rows = await this.orm.call("crl.desk", "get_team");
        } catch (error) {
            this.state.error = getErrorText(error);
        }
    }
}
