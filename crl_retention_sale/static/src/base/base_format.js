import {_t} from "@web/core/l10n/translation";
import {formatFloat, formatInteger} from "@web/views/fields/formatters";

/** A number of customers. */
export function showCount(value) {
    return formatInteger(value);
}

/** A rate in per cent; nothing to compare with is no 0 %. */
export function showRate(value) {
    return value === null ? "–" : _t("%s %", formatFloat(value, {digits: [16, 1]}));
}

/** As showRate, in whole per cent where there is little room. */
export function showShare(value) {
    return value === null ? "–" : _t("%s %", formatInteger(Math.round(value)));
}

/** Points between two rates. */
export function showPoints(value) {
    return formatFloat(value, {digits: [16, 1], trailingZeros: false});
}
