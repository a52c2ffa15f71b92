import {registry} from "@web/core/registry";

/** A rep on the road: the order of the day, and a visit reported in three taps. */
registry.category("web_tour.tours").add("crl_day", {
    steps: () => [
        {trigger: ".o_crl_day_sum:contains(2 to visit)"},
        {trigger: ".o_crl_day_visit:first .badge:contains(Overdue for)"},
        {trigger: ".o_crl_day_danger:contains(Bistro on Tour)"},
        // what lies on the way is added, and the times are written on request
        {trigger: ".o_crl_day_add[aria-label='Add Deli on Tour']", run: "click"},
        {trigger: ".o_crl_day_sum:contains(3 to visit)"},
        {trigger: ".o_crl_day_use", run: "click"},
        {trigger: ".o_crl_day_used"},
        {trigger: ".o_crl_day_visit:contains(Deli on Tour) .o_crl_day_report"},
        // three taps
        {
            trigger: ".o_crl_day_visit:contains(Bistro on Tour) .o_crl_day_report",
            run: "click",
        },
        {trigger: ".modal label[data-value=positive]", run: "click"},
        {trigger: ".modal button[name=done]", run: "click"},
        {trigger: ".o_crl_day_done:contains(Bistro on Tour)"},
        {trigger: ".o_crl_day_sum:contains(2 to visit · 1 done)"},
        // another day, and back
        {trigger: ".o_crl_day_before", run: "click"},
        {trigger: ".o_crl_day_empty:contains(No visits on this day)"},
        {trigger: ".o_crl_day_today", run: "click"},
        {trigger: ".o_crl_day_visit:contains(Cafe on Tour)"},
    ],
});
