import {formatPercentage} from "@web/views/fields/formatters";
import {registry} from "@web/core/registry";

/** A share of something. Nothing is said of none, where Odoo says 0 %. */
export function formatRate(value, options) {
    return typeof value === "number" ? formatPercentage(value, options) : "";
}
formatRate.extractOptions = formatPercentage.extractOptions;

registry.category("formatters").add("crl_rate", formatRate);
