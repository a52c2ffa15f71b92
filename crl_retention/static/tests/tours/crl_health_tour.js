import {registry} from "@web/core/registry";

/** A manager defines an indicator, writes a value, and sees the band move. */
registry.category("web_tour.tours").add("crl_health", {
    steps: () => [
        {trigger: ".o_list_button_add", run: "click"},
        {trigger: ".o_field_widget[name=name] input", run: "edit Will they stay?"},
        {
            trigger: ".o_field_widget[name=weight] input",
            run: "edit 900",
        },
        {trigger: ".o_form_button_save", run: "click"},
        {trigger: ".o_form_saved, .o_form_view:not(:has(.o_form_button_save:visible))"},
        // what it would do to the customers is seen without scrolling
        {
            trigger:
                "[data-menu-xmlid='crl_retention.crl_retention_menu_configuration']",
            run: "click",
        },
        {trigger: ".o-dropdown-item:contains(What If)", run: "click"},
        {trigger: ".modal button[name=action_compare]", run: "click"},
        {
            trigger: ".modal h3:contains(customers would change bands)",
            run() {
                const {bottom} = this.anchor.getBoundingClientRect();
                if (bottom > window.innerHeight / 2) {
                    throw new Error("The result is below the list");
                }
            },
        },
        {trigger: ".modal footer button:contains(Discard)", run: "click"},
        {trigger: "body:not(:has(.modal))"},
    ],
});

registry.category("web_tour.tours").add("crl_health_band", {
    steps: () => [
        {trigger: ".nav-link[name=crl_retention]", run: "click"},
        {trigger: ".o_crl_why .badge:contains(Healthy)"},
        {trigger: "button:contains(Write an indicator)", run: "click"},
        {trigger: ".modal .o_field_widget[name=indicator_id] input", run: "edit stay"},
        {
            trigger: ".o-autocomplete--dropdown-item:contains(Will they stay?)",
            run: "click",
        },
        {trigger: ".modal .o_field_widget[name=raw] input", run: "edit 5"},
        {trigger: ".modal footer button[name=action_save]", run: "click"},
        {trigger: "body:not(:has(.modal))"},
        {trigger: ".o_crl_why .badge:contains(At risk)"},
        {trigger: ".o_crl_why_line:contains(Will they stay?)"},
        // one click plans what helps
        {trigger: ".o_crl_remedy:contains(Call the customer)", run: "click"},
        {trigger: ".o_notification:contains(planned for)"},
        // and somebody may know better
        {trigger: ".o_crl_override", run: "click"},
        {trigger: ".modal label:contains(Watch)", run: "click"},
        {
            trigger: ".modal .o_field_widget[name=reason] input",
            run: "edit They said they stay",
        },
        {trigger: ".modal footer button[name=action_apply]", run: "click"},
        {trigger: "body:not(:has(.modal))"},
        {trigger: ".o_crl_why .alert:contains(They said they stay)"},
        {trigger: ".o_crl_why .badge:contains(Watch)"},
    ],
});
