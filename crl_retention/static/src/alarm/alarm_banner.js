import {Component, onWillUnmount, useState} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {registry} from "@web/core/registry";
import {session} from "@web/session";
import {useBus, useService} from "@web/core/utils/hooks";
import {user} from "@web/core/user";

const APP = "crl_retention.crl_retention_menu_root";
const INTERVAL = 5 * 60 * 1000;

/**
 * Tells a manager who works in the app that the procedures stand still. The page
 * brings the first answer along; the server is asked again every few minutes.
 */
export class AlarmBanner extends Component {
    static template = "crl_retention.AlarmBanner";
    static props = {};

    setup() {
        this.action = useService("action");
        this.menu = useService("menu");
        this.orm = useService("orm");
        this.isSystem = user.isSystem;
        this.state = useState({alarm: session.crl_alarm, isShown: this.isInApp()});
        useBus(this.env.bus, "MENUS:APP-CHANGED", () => {
            this.state.isShown = this.isInApp();
        });
        const timer = browser.setInterval(() => this.ask(), INTERVAL);
        onWillUnmount(() => browser.clearInterval(timer));
    }

    isInApp() {
        return this.menu.getCurrentApp()?.xmlid === APP;
    }

    async ask() {
        try {
            this.state.alarm = await this.orm.silent.call("crl.heartbeat", "get_alarm");
        } catch {
            // A lost connection has a message of its own
        }
    }

    openAction() {
        return this.action.doAction("base.ir_cron_act");
    }
}

if ("crl_alarm" in session) {
    registry.category("main_components").add("crl_alarm", {Component: AlarmBanner});
}
