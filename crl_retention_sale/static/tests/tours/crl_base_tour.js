import {registry} from "@web/core/registry";

const NEW = ".o_crl_base_months tbody tr:nth-child(2) [data-figure=new]";

/** The direction reads the base, opens who came last month, and comes back. */
registry.category("web_tour.tours").add("crl_base_read", {
    steps: () => [
        {trigger: ".o_crl_base_now:contains(3)"},
        {trigger: `${NEW}:contains(3)`},
        // half of the customers bought again in the month that runs
        {trigger: ".o_crl_base_cohorts .o_crl_running button:contains(33 %)"},
        {trigger: ".o_crl_count", run: "click"},
        {
            trigger: ".o_crl_base_cohorts .o_crl_running button:contains(1)",
            run: "click",
        },
        {trigger: ".o_data_row:contains(Base Guest 1)"},
        {trigger: ".o_list_view:not(:has(.o_data_row:contains(Base Guest 2)))"},
        {trigger: ".o_back_button, .breadcrumb-item a", run: "click"},
        // as it was left: in numbers
        {trigger: ".o_crl_count.active"},
        {trigger: "select[name=country_id]", run: "selectByLabel Japan"},
        {trigger: ".o_crl_base_now:contains(1)"},
        {trigger: `${NEW}:contains(1)`, run: "click"},
        {trigger: ".o_data_row:contains(Base Guest 3)"},
        {trigger: ".o_list_view:not(:has(.o_data_row:contains(Base Guest 1)))"},
        {trigger: ".o_back_button, .breadcrumb-item a", run: "click"},
        {trigger: ".o_crl_base_all", run: "click"},
        {trigger: ".o_crl_base_now:contains(3)"},
    ],
});

/** The manager sets the target. */
registry.category("web_tour.tours").add("crl_base_target", {
    steps: () => [
        {trigger: ".o_crl_base_target button:contains(Set a Target)", run: "click"},
        {trigger: ".o_crl_base_target input", run: "edit 5"},
        {trigger: ".o_crl_base_target button:contains(Set Target)", run: "click"},
        {trigger: ".o_crl_base_target:contains(5 points more than 50.0 %)"},
        {trigger: ".o_crl_base_target .badge:contains(On pace)"},
        {trigger: ".o_crl_base_goal:contains(55.0 %)"},
    ],
});
