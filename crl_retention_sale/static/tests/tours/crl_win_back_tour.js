import {registry} from "@web/core/registry";

/** Whose rhythm is broken is at risk, and one click starts to win them back. */
registry.category("web_tour.tours").add("crl_win_back", {
    steps: () => [
        {
            content: "the customer should have ordered again by now",
            trigger:
                ".o_data_row:contains(Trattoria Tour) .o_data_cell[name=date_expected].text-danger",
        },
        {
            trigger: ".o_data_cell[name=partner_id]:contains(Trattoria Tour)",
            run: "click",
        },
        {trigger: ".nav-link[name=crl_retention]", run: "click"},
        {trigger: "[name=crl_orders] .badge:contains(Late)"},
        {trigger: ".o_crl_why .badge:contains(At risk)"},
        {trigger: ".o_crl_why_line:contains(Order rhythm broken) .badge"},
        {trigger: ".o_crl_remedy:contains(Start win-back)", run: "click"},
        {trigger: ".o_notification:contains(an order of Trattoria Tour ends it)"},
    ],
});
