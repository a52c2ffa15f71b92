import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const DIALOG = ".modal .o_crl_result";
const DONE = ".modal footer button[name=action_confirm]";

/** The dialog is there for the right contact. */
function checkDialog(title = "First call") {
    return [
        {trigger: `${DIALOG} [name=title]:contains(${title})`},
        {trigger: `${DIALOG} [name=partner_id]:contains(Trattoria Tour)`},
        {trigger: `${DIALOG} [name=phone] a[href^='tel:']`},
    ];
}

/** Leave the dialog, so that a second try shows that nothing was closed. */
function cancel() {
    return [
        {trigger: ".modal footer button:contains(Cancel)", run: "click"},
        {trigger: "body:not(:has(.modal))"},
    ];
}

function answerContent() {
    return [
        {trigger: `${DIALOG} label[data-value=positive]`, run: "click"},
        {trigger: `${DIALOG} .btn-check[value=positive]:checked`},
        {trigger: DONE, run: "click"},
        {trigger: "body:not(:has(.modal))"},
    ];
}

tours.add("crl_done_chatter", {
    steps: () => [
        {trigger: ".o-mail-Activity-markDone", run: "click"},
        ...checkDialog(),
        ...cancel(),
        {trigger: ".o-mail-Activity:contains(First call)"},
        {trigger: ".o-mail-Activity-markDone", run: "click"},
        ...checkDialog(),
        // a verdict is asked for
        {trigger: DONE, run: "click"},
        {trigger: `${DIALOG} [name=verdict].o_field_invalid`},
        {trigger: `${DIALOG} label[data-value=negative]`, run: "click"},
        {trigger: `${DIALOG} .alert:contains(within 48 hours)`},
        {trigger: `${DIALOG} [name=cause_ids] label:contains(Quality)`, run: "click"},
        {trigger: `${DIALOG} [name=note] textarea`, run: "edit The dough is dry"},
        {trigger: DONE, run: "click"},
        {trigger: ".o-mail-Activity:contains(Visit an unhappy customer)"},
        {trigger: "body:not(:has(.o-mail-Activity:contains(First call)))"},
        {trigger: ".o-mail-Message:contains(The dough is dry)"},
    ],
});

tours.add("crl_done_systray", {
    steps: () => [
        {
            trigger:
                ".o-mail-ActivityMenu-counter, .o_menu_systray i[aria-label='Activities']",
            run: "click",
        },
        {trigger: ".o-mail-ActivityGroup:contains(Contact)", run: "click"},
        {
            trigger: ".o_data_row:contains(Trattoria Tour) .o-mail-ActivityButton",
            run: "click",
        },
        {trigger: ".o-mail-ActivityListPopoverItem-markAsDone", run: "click"},
        ...checkDialog(),
        {trigger: `${DIALOG} label[data-value=no_answer]`, run: "click"},
        {trigger: `${DIALOG} .alert:contains(try 2 of 3)`},
        {trigger: `${DIALOG}:not(:has(label[data-value=positive]))`},
        {trigger: DONE, run: "click"},
        {trigger: "body:not(:has(.modal))"},
        {trigger: "body:not(:has(.o-mail-ActivityListPopover))"},
    ],
});

tours.add("crl_done_list", {
    steps: () => [
        {
            trigger: ".o_data_row:contains(First call) button[name=action_done]",
            run: "click",
        },
        ...checkDialog(),
        ...cancel(),
        {
            trigger: ".o_data_row:contains(First call) button[name=action_done]",
            run: "click",
        },
        ...answerContent(),
        {trigger: ".o_list_view:not(:has(.o_data_row:contains(First call)))"},
    ],
});

tours.add("crl_done_calendar", {
    steps: () => [
        {trigger: ".o_switch_view.o_calendar", run: "click"},
        {
            trigger:
                ".o_calendar_renderer .fc-event:contains(First call), .o_calendar_renderer .fc-event:contains(Trattoria)",
            run: "click",
        },
        {trigger: ".o_popover .o_crl_calendar_done", run: "click"},
        ...checkDialog(),
        ...answerContent(),
    ],
});

tours.add("crl_done_form", {
    steps: () => [
        {trigger: ".o-mail-Activity-edit", run: "click"},
        {trigger: ".modal footer button[name=action_done]", run: "click"},
        ...checkDialog(),
        ...answerContent(),
        {trigger: "body:not(:has(.o-mail-Activity:contains(First call)))"},
    ],
});

tours.add("crl_done_activity_view", {
    steps: () => [
        {trigger: ".o_switch_view.o_activity", run: "click"},
        {
            trigger: "tr:contains(Trattoria Tour) .o-mail-ActivityCell-deadline",
            run: "click",
        },
        {trigger: ".o-mail-ActivityListPopoverItem-markAsDone", run: "click"},
        ...checkDialog(),
        {trigger: `${DIALOG} label[data-value=positive]`, run: "click"},
        {
            trigger: ".modal footer button[name=action_confirm_schedule_next]",
            run: "click",
        },
        {trigger: ".modal [name=activity_type_id]"},
        {trigger: ".modal footer button:contains(Discard)", run: "click"},
        {trigger: "body:not(:has(.modal))"},
    ],
});

tours.add("crl_done_meeting", {
    steps: () => [
        {trigger: "button[name=action_crl_result]", run: "click"},
        ...checkDialog("First visit"),
        ...answerContent(),
        {trigger: "body:not(:has(button[name=action_crl_result]))"},
    ],
});
