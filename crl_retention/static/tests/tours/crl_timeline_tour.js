import {registry} from "@web/core/registry";

/** A rep reads what happened with a customer: kinds, pages, what is ahead. */
registry.category("web_tour.tours").add("crl_timeline", {
    steps: () => [
        // nothing is asked for before the page is opened
        {trigger: ".o_form_view:not(:has(.o_crl_history))"},
        {trigger: ".nav-link[name=crl_retention]", run: "click"},
        {trigger: ".o_crl_history_row:contains(Call 39)"},
        {trigger: ".o_crl_history:not(:has(.o_crl_history_row:contains(Call 0)))"},
        // what is ahead is folded away
        {trigger: ".o_crl_history_ahead summary:contains(Ahead (1))", run: "click"},
        {trigger: ".o_crl_history_ahead[open] li:contains(Planned):contains(Visit)"},
        {trigger: ".o_crl_history_more", run: "click"},
        {trigger: ".o_crl_history_row:contains(Call 0)"},
        {trigger: ".o_crl_history:not(:has(.o_crl_history_more))"},
        // one kind alone
        {trigger: ".o_crl_history button[data-kind=case]", run: "click"},
        {trigger: "button[data-kind=case][aria-pressed=true]"},
        {trigger: ".o_crl_history:not(:has(li[data-kind=contact]))"},
        {trigger: "li[data-kind=case]:contains(A new oven)"},
        {trigger: ".o_crl_history button[data-kind=lead]", run: "click"},
        {trigger: ".o_crl_history button[data-kind=case]", run: "click"},
        {trigger: ".o_crl_history_empty:contains(Nothing of this kind)"},
        {trigger: ".o_crl_history button:contains(Everything)", run: "click"},
        {trigger: ".o_crl_history_row:contains(Call 39)"},
        // a row leads to what it is about
        {trigger: ".o_crl_history_title:contains(Promise)", run: "click"},
        {trigger: ".o_field_widget[name=description] textarea:value(A new oven)"},
    ],
});

/** A customer with whom nothing happened yet. */
registry.category("web_tour.tours").add("crl_timeline_empty", {
    steps: () => [
        {trigger: ".nav-link[name=crl_retention]", run: "click"},
        {trigger: ".o_crl_history_empty:contains(Nothing yet)"},
    ],
});
