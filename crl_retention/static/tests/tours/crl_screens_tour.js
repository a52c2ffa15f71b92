import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");

/** Open a menu of the app; ``parent`` is the drop-down it is in, if any. */
function openMenu(xmlid, parent) {
    const steps = [];
    if (parent) {
        steps.push({
            trigger: `.o_menu_sections [data-menu-xmlid='crl_retention.${parent}']`,
            run: "click",
        });
    }
    steps.push({
        trigger: `[data-menu-xmlid='crl_retention.${xmlid}']`,
        run: "click",
    });
    return steps;
}

/** Switch to a view and wait for something in it. */
function switchTo(view, content) {
    return [
        {trigger: `.o_switch_view.o_${view}`, run: "click"},
        {trigger: `.o_${view}_view ${content}`},
    ];
}

tours.add("crl_screens", {
    steps: () => [
        // customers
        {
            content: "customers stand under their stage",
            trigger:
                ".o_kanban_group:contains(First month) .o_kanban_record:contains(Osteria Tour)",
        },
        {
            trigger:
                ".o_kanban_group:contains(Recovery) .o_kanban_record:contains(Open case)",
        },
        ...switchTo("list", ".o_data_row:contains(Osteria Tour)"),
        ...switchTo("pivot", "table"),
        ...switchTo("graph", "canvas"),
        ...openMenu("crl_enrollment_menu", "crl_retention_menu_customers"),
        {trigger: ".o_data_row:contains(Osteria Tour) .o_data_cell", run: "click"},
        {trigger: "[name=touchpoint_ids] .o_data_row:contains(First call)"},
        {trigger: ".o_statusbar_buttons button:contains(Pause)", run: "click"},
        {trigger: ".modal [name=reason] input", run: "edit Closed for the holidays"},
        {trigger: ".modal button[name=action_confirm]", run: "click"},
        {trigger: ".o_statusbar_buttons button:contains(Resume)", run: "click"},
        {trigger: ".o_statusbar_buttons button:contains(Pause)"},
        {trigger: "a[name=log]", run: "click"},
        {trigger: "[name=log_ids] .o_data_row:contains(Closed for the holidays)"},
        // contacts
        ...openMenu("crl_touchpoint_menu"),
        {trigger: ".o_list_view .o_data_row:contains(Visit an unhappy customer)"},
        {trigger: ".o_facet_remove", run: "click"},
        {trigger: ".o_data_row:contains(Welcome)"},
        ...switchTo("kanban", ".o_kanban_record:contains(First call)"),
        ...switchTo("calendar", ".fc-view"),
        ...switchTo("pivot", "table"),
        ...switchTo("graph", "canvas"),
        // cases
        ...openMenu("crl_case_menu", "crl_retention_menu_cases"),
        {trigger: ".o_kanban_group .o_kanban_record:contains(The boxes were damp)"},
        ...switchTo("list", ".o_data_row:contains(Locanda Tour)"),
        {trigger: ".o_data_row:contains(Locanda Tour) .o_data_cell", run: "click"},
        {
            trigger:
                "[name=touchpoint_ids] .o_data_row:contains(Visit an unhappy customer)",
        },
        // reports
        ...openMenu("crl_touchpoint_menu_report", "crl_retention_menu_reporting"),
        {trigger: ".o_pivot_view"},
        ...openMenu("crl_touchpoint_log_menu", "crl_retention_menu_reporting"),
        {trigger: ".o_list_view .o_data_row:contains(Locanda Tour)"},
        // configuration
        ...openMenu("crl_stage_menu", "crl_retention_menu_configuration"),
        {trigger: ".o_data_row:contains(Second month)"},
        ...openMenu("crl_case_cause_menu", "crl_retention_menu_configuration"),
        {trigger: ".o_data_row:contains(Quality)"},
    ],
});

const STEP = ".o_field_widget[name=step_ids] .o_data_row";

tours.add("crl_cadence_editor", {
    steps: () => [
        {
            trigger: ".o_data_row:contains(Tour procedure) [name=name]",
            run: "click",
        },
        {
            content: "the procedure is drawn",
            trigger:
                ".o_crl_timeline_stage:contains(First month) .o_crl_timeline_mark:contains(First call)",
        },
        {trigger: ".o_crl_steps_stage:contains(Second month)"},
        {trigger: `${STEP}:contains(First call) [name=summary]`, run: "click"},
        {trigger: ".modal [name=delay_count] input", run: "edit 3 && press Tab"},
        {trigger: ".modal [name=summary]:contains(3 weeks after enrollment)"},
        {trigger: ".modal .o_form_button_save", run: "click"},
        {trigger: "body:not(:has(.modal))"},
        {trigger: `${STEP}:contains(First call) [name=summary]:contains(3 weeks)`},
        {
            content: "the drawing follows before anything is saved",
            trigger:
                ".o_crl_timeline_row[title^='3 weeks'] .o_crl_timeline_mark:contains(First call)",
        },
        {
            content: "a step dragged under another heading changes its stage",
            trigger: `${STEP}:contains(First call) .o_row_handle`,
            run: `drag_and_drop(${STEP}:contains(Second call) .o_row_handle)`,
        },
        {
            trigger:
                ".o_crl_timeline_stage:contains(Second month) .o_crl_timeline_mark:contains(First call)",
        },
        {trigger: ".o_form_button_save", run: "click"},
        {trigger: ".o_form_saved"},
        {trigger: "button[name=action_preview]", run: "click"},
        {trigger: ".modal [name=line_ids] .o_data_row:contains(First call)"},
        {trigger: ".modal [name=partner_id] input", run: "edit Osteria Tour"},
        {
            trigger: ".o-autocomplete--dropdown-item:contains(Osteria Tour)",
            run: "click",
        },
        {trigger: ".modal [name=line_ids] .o_data_row:contains(Tour Manager)"},
        {trigger: ".modal [name=is_restart] input", run: "click"},
        {
            content: "other texts go out after a restart",
            trigger:
                ".modal [name=line_ids]:contains(A new beginning):not(:contains(Welcome))",
        },
        {trigger: ".modal footer button:contains(Close)", run: "click"},
        {trigger: "body:not(:has(.modal))"},
    ],
});

tours.add("crl_dry_run", {
    steps: () => [
        {trigger: ".o_data_row:contains(Tour procedure) .o_data_cell", run: "click"},
        {
            trigger: ".o_statusbar_buttons button[name=action_dry_run]",
            run: "click",
        },
        {
            content: "nothing was worked out yet",
            trigger: ".modal:contains(Nobody is enrolled) button:contains(Dry Run)",
            run: "click",
        },
        {trigger: ".modal .o_crl_weeks th:contains(Tour Manager)"},
        {trigger: ".modal .o_crl_weeks td.o_crl_over:contains(▲)"},
        {trigger: ".modal .alert-danger:contains(and can do)"},
        {
            trigger: ".modal .nav-link:contains(What Is Left Out)",
            run: "click",
        },
        {trigger: ".modal [name=skip_ids] .o_data_row:contains(does not match)"},
        {trigger: ".modal button[name=action_open_lines]", run: "click"},
        {trigger: ".o_pivot_view table:contains(Tour Manager)"},
        ...switchTo("graph", "canvas"),
        ...switchTo("list", ".o_data_row"),
    ],
});
