import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";

const REASONS = {
    overdue: {label: _t("Overdue"), tone: "danger"},
    at_risk: {label: _t("At risk"), tone: "danger"},
    due: {label: _t("Due"), tone: "warning"},
    near: {label: _t("On the way"), tone: "info"},
    never: {label: _t("Never visited"), tone: "secondary"},
    long: {label: _t("Not seen lately"), tone: "secondary"},
};
const STATUSES = {
    proposed: {label: _t("to confirm"), icon: "fa-question-circle"},
    accepted: {label: _t("accepted"), icon: "fa-check-circle"},
    planned: {label: _t("planned"), icon: "fa-calendar-o"},
    held: {label: _t("held"), icon: "fa-handshake-o"},
    missed: {label: _t("not held"), icon: "fa-times-circle"},
    busy: {label: _t("in the calendar"), icon: "fa-calendar"},
    free: {label: _t("in the calendar, as free"), icon: "fa-calendar"},
};
/** Hours drawn even when nothing is in them. */
const HOURS = [8, 18];
const HOUR_PIXELS = 52;

/** A rep's week, with whom to visit beside it. Pick or drag, then a free slot. */
export class PortfolioWeek extends Component {
    static template = "crl_retention.PortfolioWeek";
    static props = {
        week: Object,
        found: Object,
        picked: {type: [Object, {value: null}]},
        isBooking: Boolean,
        missing: Number,
        proposed: Number,
        canFill: Boolean,
        pick: Function,
        place: Function,
        accept: Function,
        acceptAll: Function,
        openVisit: Function,
        loadWeek: Function,
        fill: Function,
    };

    // ---- Where things stand ----

    /** Days with something in them, or with working hours. */
    get days() {
        return this.props.week.days.filter(
            (day) => day.hours.length || day.blocks.length,
        );
    }

    get bounds() {
        let [first, last] = [HOURS[0] * 60, HOURS[1] * 60];
        for (const day of this.props.week.days) {
            for (const span of [...day.hours, ...day.blocks]) {
                first = Math.min(first, span.from);
                last = Math.max(last, span.to);
            }
        }
        return [Math.floor(first / 60) * 60, Math.ceil(last / 60) * 60];
    }

    get height() {
        const [first, last] = this.bounds;
        return this.pixels(last - first);
    }

    get ticks() {
        const [first, last] = this.bounds;
        const ticks = [];
        for (let minutes = first; minutes < last; minutes += 60) {
            ticks.push({hour: minutes / 60, top: this.pixels(minutes - first)});
        }
        return ticks;
    }

    pixels(minutes) {
        return (minutes * HOUR_PIXELS) / 60;
    }

    style(span) {
        const top = this.pixels(span.from - this.bounds[0]);
        const height = Math.max(this.pixels(span.to - span.from), 22);
        const lane = span.lanes > 1 ? 100 / span.lanes : 100;
        return `--top: ${top}px; --height: ${height}px; --left: ${
            (span.lane || 0) * lane
        }%; --width: ${lane}%`;
    }

    /** Blocks and free slots of a day in their order, what overlaps side by side. */
    items(day) {
        const ends = [];
        const blocks = day.blocks.map((block) => {
            let lane = ends.findIndex((end) => end <= block.from);
            lane = lane === -1 ? ends.length : lane;
            ends[lane] = block.to;
            return {...block, lane};
        });
        return [
            ...blocks.map((block) => ({...block, lanes: ends.length})),
            ...day.slots.map((slot) => ({...slot, type: "slot"})),
        ].sort((a, b) => a.from - b.from);
    }

    reason(row) {
        return REASONS[row.reason];
    }

    status(block) {
        return STATUSES[block.status];
    }

    canMove(block) {
        return this.props.week.can_book && block.is_live && block.type === "visit";
    }

    get clock() {
        return _t("on the clock of %s", this.props.week.tz);
    }

    get acceptLabel() {
        return _t("Accept All %s", this.props.proposed);
    }

    get fillLabel() {
        return _t("Fill the Gap: %s to Go", this.props.missing);
    }

    get help() {
        const {picked} = this.props;
        return picked
            ? _t("%s: choose a free slot.", picked.name)
            : _t("Pick a customer or a visit, or drag it, then choose a free slot.");
    }

    saySlot(day, slot) {
        return _t("Free slot, %(day)s, %(time)s", {day: day.label, time: slot.time});
    }

    sayAccept(visit) {
        return _t("Accept the visit to %s", visit.title);
    }

    sayMove(visit) {
        return _t("Move the visit to %s", visit.title);
    }

    // ---- Picking and placing ----

    asPicked(block) {
        return {
            key: `t${block.id}`,
            id: block.id,
            name: block.title,
            status: block.status,
        };
    }

    isPicked(key) {
        return this.props.picked?.key === key;
    }

    onDragStart(ev, item) {
        // Firefox drags nothing without data
        ev.dataTransfer?.setData("text/plain", item.name);
        if (!this.isPicked(item.key)) {
            this.props.pick(item);
        }
    }

    onDragEnd() {
        if (this.props.picked && !this.props.isBooking) {
            this.props.pick(this.props.picked);
        }
    }
}
