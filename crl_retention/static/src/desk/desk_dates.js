import {_t} from "@web/core/l10n/translation";
import {deserializeDateTime, formatDate, formatDateTime} from "@web/core/l10n/dates";

const {DateTime} = luxon;

/** A moment of the server, in UTC, as the reader's own. */
export function toMoment(text) {
    return deserializeDateTime(text.replace("T", " ").replace(/(\.\d+)?Z?$/, ""));
}

/** A day as a person would say it: today, tomorrow, Friday, 12 May. */
export function sayDay(text) {
    const moment = toMoment(text);
    const days = moment
        .startOf("day")
        .diff(DateTime.local().startOf("day"), "days").days;
    if (Math.abs(days) < 2) {
        return moment.toRelativeCalendar({unit: "days"});
    }
    return days > 0 && days < 7 ? moment.toFormat("cccc") : formatDate(moment);
}

/** The same with the time of the day. */
export function sayMoment(text) {
    const time = toMoment(text).toLocaleString(DateTime.TIME_SIMPLE);
    return _t("%(day)s at %(time)s", {day: sayDay(text), time});
}

/** A time of the day, like 15:30, as the reader writes it: 3:30 PM. */
export function sayTime(text) {
    return DateTime.fromFormat(text, "HH:mm").toLocaleString(DateTime.TIME_SIMPLE);
}

export function sayExactly(text) {
    return formatDateTime(toMoment(text), {showSeconds: false});
}
