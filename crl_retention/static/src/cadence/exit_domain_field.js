import {DomainField, domainField} from "@web/views/fields/domain/domain_field";
import {registry} from "@web/core/registry";

/**
 * A filter that finds nobody as long as it is empty; Odoo's own says of an empty one
 * that it finds everybody.
 */
export class ExitDomainField extends DomainField {
    static template = "crl_retention.ExitDomainField";

    get isUnused() {
        return this.getDomain().replace(/\s/g, "") === "[]";
    }
}

registry
    .category("fields")
    .add("crl_exit_domain", {...domainField, component: ExitDomainField});
