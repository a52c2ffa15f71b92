import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");

/** Build a segment, make a campaign of it, look at who is on its list, release it. */
tours.add("crl_campaign_release", {
    steps: () => [
        {trigger: ".o_list_button_add", run: "click"},
        {trigger: "[name=name] input, [name=name] textarea", run: "edit Lyon tour"},
        {
            content: "a technical filter, as a tour can write it",
            trigger: ".o_domain_selector_debug_container textarea",
            run: "edit [('city', '=', 'Lyon on tour')]",
        },
        {trigger: ".o_form_button_save", run: "click"},
        {trigger: "button[name=action_customers]:contains(5)"},
        {trigger: "button[name=action_campaign]", run: "click"},
        {
            trigger: ".o_field_widget[name=segment_id] input:value(Lyon tour)",
        },
        {
            trigger: ".o_field_widget[name=operator_ids] input",
            run: "edit Tour Ann",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(Tour Ann)",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=operator_ids] input",
            run: "edit Tour Bob",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(Tour Bob)",
            run: "click",
        },
        {
            trigger:
                ".o_field_widget[name=question_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {trigger: "[name=question_ids] [name=name] input", run: "edit Which dough?"},
        {
            trigger:
                ".o_field_widget[name=question_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            trigger: "[name=question_ids] .o_selected_row [name=name] input",
            run: "edit Which oven?",
        },
        {
            trigger: "[name=question_ids] .o_selected_row [name=kind] input",
            run: "edit Choice",
        },
        {
            trigger: ".o_select_menu_item:contains(Choice)",
            run: "click",
        },
        {
            trigger: "[name=question_ids] .o_selected_row [name=choices] textarea",
            // a line of a text is no line of a step
            run: ({edit}) => edit("Gas\nElectric"),
        },
        {trigger: "button[name=action_preview]", run: "click"},
        {trigger: "button[name=action_members]:contains(On the List):contains(4)"},
        {
            content: "one is left out, and the list says why",
            trigger: "button[name=action_members]:contains(Left Out)",
            run: "click",
        },
        {trigger: ".o_data_row:contains(has no phone number)"},
        {trigger: ".o_back_button", run: "click"},
        {trigger: "button[name=action_release]", run: "click"},
        {trigger: ".modal .btn-primary", run: "click"},
        {trigger: ".o_statusbar_status .o_arrow_button_current:contains(Released)"},
        {trigger: "a.nav-link[name=results]", run: "click"},
        {trigger: ".o_field_widget[name=todo_count]:contains(4)"},
    ],
});

/** An operator finds the customers dealt to them, and works one. */
tours.add("crl_campaign_work", {
    steps: () => [
        {trigger: ".o_group_header:contains(Lyon tour)"},
        {trigger: ".o_data_row:eq(1)"},
        {
            content: "two of the four, no more",
            trigger: ".o_list_view:not(:has(.o_data_row:eq(2)))",
        },
        {trigger: ".o_data_row button[name=action_open_contact]", run: "click"},
        {trigger: ".modal .o_crl_result_details summary", run: "click"},
        {trigger: ".modal [name=script]:contains(Which dough?)"},
        {trigger: ".modal label[data-value=positive]", run: "click"},
        {
            trigger: ".modal .o_crl_desk_question:contains(Which dough?) input",
            run: "edit Rye",
        },
        {
            trigger: ".modal .o_crl_desk_question label:contains(Electric)",
            run: "click",
        },
        {trigger: ".modal [name=note] textarea", run: "edit In a hurry"},
        {trigger: ".modal button[name=action_confirm]", run: "click"},
        {trigger: "body:not(:has(.modal))"},
        {trigger: ".o_data_row:contains(Content)"},
    ],
});

/** Another answers at the desk, and has nothing else to do. */
tours.add("crl_campaign_desk", {
    steps: () => [
        {trigger: ".o_crl_desk label[data-value=positive]", run: "click"},
        {
            trigger: ".o_crl_desk_question:contains(Which dough?) input",
            run: "edit Spelt",
        },
        {trigger: ".o_crl_desk_question label:contains(Gas)", run: "click"},
        {trigger: ".o_crl_desk button[name=done]", run: "click"},
        {trigger: ".o_crl_desk_nothing:contains(Nothing is due)"},
    ],
});

/** The manager counts what was answered, and makes a segment of those behind a figure. */
tours.add("crl_campaign_answers", {
    steps: () => [
        {trigger: ".o_data_row .o_data_cell:contains(Lyon tour)", run: "click"},
        {trigger: "button[name=action_answers]:contains(4)", run: "click"},
        {trigger: ".o_pivot th:contains(Which oven?)"},
        {
            trigger: ".o_pivot tr:contains(Electric) .o_pivot_cell_value:contains(1)",
            run: "click",
        },
        {trigger: ".o_data_row:contains(Electric)"},
        {trigger: ".o_list_record_selector input", run: "click"},
        {trigger: ".o_cp_action_menus button:contains(Actions)", run: "click"},
        {trigger: ".o-dropdown-item:contains(Make a Segment)", run: "click"},
        {
            trigger: ".o_field_widget[name=name] input, [name=name] textarea",
            run: "edit Electric on tour",
        },
        {trigger: ".o_form_button_save", run: "click"},
        {trigger: ".o_form_saved"},
    ],
});

/** Marketing opens Odoo's mailing on a segment. */
tours.add("crl_segment_mailing", {
    steps: () => [
        {trigger: ".o_data_row .o_data_cell:contains(Lyon mail)", run: "click"},
        {trigger: "button[name=action_mail]", run: "click"},
        {
            trigger: ".o_mailing_template_preview_wrapper [data-name=basic]",
            run: "click",
        },
        // the editor changes the body once more when it is there
        {trigger: "[name=body_arch] :iframe .odoo-editor-editable"},
        {
            trigger: ".o_field_widget[name=subject] input:value(Lyon mail)",
            run: "edit News from the bakery",
        },
        {trigger: ".o_field_widget[name=mailing_domain]:contains(Segments)"},
        {trigger: ".o_form_button_save", run: "click"},
        {trigger: ".o_form_saved"},
    ],
});
