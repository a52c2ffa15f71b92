import {registry} from "@web/core/registry";

/** From a figure of a report to the cases behind it, and to a segment of these. */
registry.category("web_tour.tours").add("crl_report_segment", {
    steps: () => [
        {trigger: ".o_pivot th:contains(On Time)"},
        {trigger: ".o_pivot th:contains(Days to Recover)"},
        {
            content: "the figure opens what is behind it",
            trigger: ".o_pivot tbody tr:eq(0) .o_pivot_cell_value:eq(0)",
            run: "click",
        },
        {trigger: ".o_list_view .o_data_row:contains(Guest on Tour)"},
        {trigger: ".o_breadcrumb:contains(Cases)"},
        {trigger: ".o_list_record_selector input", run: "click"},
        {trigger: ".o_cp_action_menus .dropdown-toggle", run: "click"},
        {trigger: ".o_menu_item:contains(Make a Segment)", run: "click"},
        {
            trigger:
                ".o_field_widget[name=name] input, .o_field_widget[name=name] textarea",
            run: "edit Unhappy on tour",
        },
        {trigger: ".o_form_button_save", run: "click"},
        {trigger: "button[name=action_customers]"},
    ],
});
