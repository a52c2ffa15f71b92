import {Component, onWillStart, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {Mutex} from "@web/core/utils/concurrency";
import {useService} from "@web/core/utils/hooks";
import {Layout} from "@web/search/layout";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {FillDialog} from "./fill_dialog";
import {PortfolioBar} from "./portfolio_bar";
import {PortfolioWeek} from "./portfolio_week";

/** The columns of the board; on a phone they stand beside the figures. */
const LABELS = {
    new_accounts: _t("New accounts"),
    meetings: _t("Meetings"),
    booked: _t("Ahead"),
    no_show: _t("No-shows"),
    free: _t("Free slots"),
    overdue: _t("Overdue visits"),
};

/** What each rep reached and has ahead in a month, and a rep's week to book visits in. */
export class Portfolio extends Component {
    static template = "crl_retention.Portfolio";
    static components = {Layout, PortfolioBar, PortfolioWeek};
    static props = {...standardActionServiceProps};
    static displayName = _t("Portfolio");

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.display = {controlPanel: {}};
        this.labels = LABELS;
        // one thing after the other, so that what is shown is never an older answer
        this.mutex = new Mutex();
        this.state = useState({
            board: null,
            chosenId: null,
            week: null,
            found: {total: 0, rows: []},
            picked: null,
            isBooking: false,
        });
        onWillStart(() => this.load());
    }

    // ---- What is shown ----

    get board() {
        return this.state.board;
    }

    get rows() {
        const {rows} = this.board;
        return this.state.chosenId
            ? rows.filter((row) => row.id === this.state.chosenId)
            : rows;
    }

    get rep() {
        return this.state.week && this.rows[0];
    }

    get daysGone() {
        return _t("%(gone)s of %(total)s working days gone", this.board.days);
    }

    sayWonBack(row) {
        return _t("%s won back", row.won_back);
    }

    sayProposed(row) {
        return _t("%s to confirm", row.proposed);
    }

    /** Visits that are held or ahead, and how many the month lacks. */
    get missing() {
        const {meetings, booked, meetings_bar: bar} = this.rep;
        return Math.max(0, bar.target - meetings - booked);
    }

    async load(month = this.board?.month) {
        this.state.board = await this.orm.call("crl.portfolio", "get_board", [
            month || false,
        ]);
        if (this.board.rows.length === 1 && !this.state.chosenId) {
            await this.choose(this.board.rows[0].id);
        }
    }

    changeMonth(month) {
        return this.mutex.exec(async () => {
            await this.load(month);
            if (this.state.chosenId) {
                await this.choose(this.state.chosenId);
            }
        });
    }

    // ---- One rep ----

    chooseRep(chosenId) {
        return this.mutex.exec(() => this.choose(chosenId));
    }

    showWeek(date) {
        return this.mutex.exec(() => this.loadWeek(date));
    }

    async choose(chosenId) {
        this.state.chosenId = chosenId;
        await this.loadWeek(this.board.is_this_month ? false : this.board.month);
    }

    showAll() {
        this.state.chosenId = this.state.week = this.state.picked = null;
    }

    async loadWeek(date) {
        const args = [this.state.chosenId, date];
        const [week, found] = await Promise.all([
            this.orm.call("crl.portfolio", "get_week", args),
            this.orm.call("crl.portfolio", "get_suggestions", args),
        ]);
        Object.assign(this.state, {week, found, picked: null});
    }

    async reload() {
        await Promise.all([this.load(), this.loadWeek(this.state.week.date)]);
    }

    pick(item) {
        this.state.picked = this.state.picked?.key === item?.key ? null : item;
    }

    /** Book what was picked, or move it, to a free slot. */
    async place(slot) {
        const {picked, chosenId} = this.state;
        if (!picked) {
            this.notification.add(_t("First pick a visit, then its slot."), {
                type: "info",
            });
            return;
        }
        if (this.state.isBooking) {
            return;
        }
        this.state.isBooking = true;
        try {
            if (picked.status === "proposed" || picked.status === "accepted") {
                await this.orm.call("crl.touchpoint", "action_reschedule", [
                    [picked.id],
                    slot.at,
                ]);
            } else {
                const lines = [{key: picked.key, start: slot.at}];
                await this.orm.call("crl.portfolio", "book", [chosenId, lines]);
            }
        } finally {
            this.state.isBooking = false;
            await this.reload();
        }
        this.notification.add(
            _t("%(customer)s: %(time)s", {customer: picked.name, time: slot.time}),
            {type: "success"},
        );
    }

    async accept(visitId) {
        await this.orm.call("crl.touchpoint", "action_accept_booking", [[visitId]]);
        await this.reload();
    }

    async acceptAll() {
        await this.orm.call("crl.portfolio", "accept", [this.board.month]);
        await this.reload();
    }

    async fill() {
        const fill = await this.orm.call("crl.portfolio", "get_fill", [
            this.state.chosenId,
            this.board.month,
        ]);
        this.dialog.add(FillDialog, {
            fill,
            rep: this.rep.name,
            book: async (lines) => {
                const count = await this.orm.call("crl.portfolio", "book", [
                    this.state.chosenId,
                    lines,
                ]);
                await this.reload();
                this.notification.add(_t("Visits booked: %s", count), {
                    type: "success",
                });
            },
        });
    }

    // ---- Figures and targets ----

    async openFigure(figure, chosenId) {
        const action = await this.orm.call("crl.portfolio", "open_figure", [
            figure,
            this.board.month,
            chosenId || false,
        ]);
        await this.action.doAction(action);
    }

    async openVisit(resId) {
        await this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "crl.touchpoint",
            res_id: resId,
            views: [[false, "form"]],
        });
    }

    async setTarget(metric, row, target) {
        await this.orm.call("crl.portfolio", "set_target", [
            metric,
            target,
            this.board.month,
            row.id || false,
            row.team_id && !row.id ? row.team_id : false,
        ]);
        await this.load();
    }

    async copyTargets() {
        const count = await this.orm.call("crl.portfolio", "copy_targets", [
            this.board.month,
        ]);
        await this.load();
        this.notification.add(
            count
                ? _t("Targets copied: %s", count)
                : _t("Nothing to copy: this month has its targets."),
            {type: "info"},
        );
    }
}

registry.category("actions").add("crl_retention.portfolio", Portfolio);
