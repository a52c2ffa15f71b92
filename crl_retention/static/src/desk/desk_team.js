import {Component, onWillStart, useState} from "@odoo/owl";
import {useService} from "@web/core/utils/hooks";
import {getErrorText} from "./desk_service";

/** How much each rep of a leader has to do. */
export class DeskTeam extends Component {
    static template = "crl_retention.DeskTeam";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.state = useState({rows: [], error: ""});
        onWillStart(async () => {
            try {
                this.state.rows = await this.orm.call("crl.desk", "get_team");
            } catch (error) {
                this.state.error = getErrorText(error);
            }
        });
    }
}
