import {registry} from "@web/core/registry";
import {user} from "@web/core/user";

// the month after this one, and in it the second week: both whole, whatever day it is
// where the user is
const TODAY = luxon.DateTime.now().setZone(user.tz || "UTC");
const FIRST = TODAY.startOf("month").plus({months: 1});
const FRIDAY = FIRST.minus({days: FIRST.weekday % 7}).plus({days: 12});
const NEXT_MONTH = [
    {trigger: "button[aria-label='The month after']", run: "click"},
    {trigger: `time[datetime='${FIRST.toISODate()}']`},
];
const tellDay = (day) => `.o_crl_weekday:contains("${day.toFormat("ccc, LLL d")}")`;
const DAY = tellDay(FRIDAY);
const NEXT_WEEK = [
    {trigger: tellDay(FRIDAY.minus({days: 7}))},
    {trigger: ".o_crl_week_after", run: "click"},
    {trigger: `${DAY} .o_crl_slot`},
];

/** The administrator fills a rep to 50 meetings: one dragged, the others after a look. */
registry.category("web_tour.tours").add("crl_portfolio_fill", {
    steps: () => [
        {trigger: ".o_crl_rep:contains(Tour Luca)"},
        ...NEXT_MONTH,
        {trigger: ".o_crl_name button:contains(Tour Luca)", run: "click"},
        {trigger: ".o_crl_fill:contains(50 to Go)"},
        ...NEXT_WEEK,
        {
            trigger:
                ".o_crl_suggestion:contains(Guest on Tour 1):contains(Never visited)",
            run: `drag_and_drop ${DAY} .o_crl_slot:contains(8:00)`,
        },
        {trigger: `${DAY} .o_crl_is_proposed:contains(Guest on Tour 1)`},
        {trigger: ".o_crl_fill:contains(49 to Go)", run: "click"},
        {trigger: ".modal .o_crl_fill_lines li:count(49)"},
        {trigger: ".modal .o_crl_book_all:contains(Book Visits: 49)", run: "click"},
        {trigger: "body:not(:has(.modal))"},
        {trigger: ".o_notification:contains(Visits booked: 49)"},
        {trigger: ".o_crl_portfolio:not(:has(.o_crl_fill))"},
        {trigger: ".o_crl_rep td[data-label=Ahead]:contains(50)"},
        // a target is changed where it stands
        {trigger: ".o_crl_rep td[data-label=Meetings] .o_crl_target", run: "click"},
        {trigger: ".o_crl_target_input", run: "edit 51 && press Enter"},
        {trigger: ".o_crl_fill:contains(1 to Go)"},
        {trigger: ".o_crl_all", run: "click"},
        {trigger: ".o_crl_total:contains(50)"},
    ],
});

/** The rep accepts one visit and moves another, with the keyboard's clicks alone. */
registry.category("web_tour.tours").add("crl_portfolio_answer", {
    steps: () => [
        {trigger: ".o_crl_rep:contains(Tour Luca)"},
        ...NEXT_MONTH,
        {trigger: ".o_crl_rep td[data-label=Ahead]:contains(50 to confirm)"},
        ...NEXT_WEEK,
        {
            trigger: ".o_crl_is_proposed:contains(Guest on Tour 1) .o_crl_accept:first",
            run: "click",
        },
        {trigger: ".o_crl_is_accepted"},
        {trigger: ".o_crl_rep td[data-label=Ahead]:contains(49 to confirm)"},
        {
            trigger: `${DAY} .o_crl_is_proposed .o_crl_move:first`,
            run: "click",
        },
        {trigger: ".o_crl_hint:contains(choose a free slot)"},
        {
            trigger: `${DAY} .o_crl_slot_open:contains(4:00)`,
            run: "click",
        },
        {trigger: `${DAY} .o_crl_is_accepted:contains(4:00)`},
        {trigger: ".o_crl_rep td[data-label=Ahead]:contains(48 to confirm)"},
        {trigger: ".o_crl_accept_all:contains(Accept All 48)", run: "click"},
        {trigger: ".o_crl_rep td[data-label=Ahead]:not(:contains(to confirm))"},
    ],
});

/** The direction looks, opens what is behind a figure, and changes nothing. */
registry.category("web_tour.tours").add("crl_portfolio_look", {
    steps: () => [
        {trigger: ".o_crl_rep:contains(Tour Luca)"},
        {trigger: ".o_crl_portfolio:not(:has(button.o_crl_target, .o_crl_copy))"},
        {trigger: ".o_crl_name button:contains(Tour Luca)", run: "click"},
        {trigger: ".o_crl_planner:not(:has(.o_crl_suggestions, .o_crl_slot))"},
        {
            trigger: ".o_crl_rep td[data-label=Meetings] .o_crl_actual",
            run: "click",
        },
        {trigger: ".o_list_view .o_data_row:contains(Guest on Tour)"},
    ],
});

/** On a phone targets are cards, not a list to be pushed sideways. */
registry.category("web_tour.tours").add("crl_targets_phone", {
    steps: () => [
        {
            trigger:
                ".o_kanban_record:contains(Tour Luca, Meetings):contains(0 of 12 reached)",
            run: "click",
        },
        {trigger: ".o_form_view .o_field_widget[name=target] input"},
    ],
});
