import {registry} from "@web/core/registry";

// a manager writes how long a product lasts
registry.category("web_tour.tours").add("crl_run_out_product", {
    steps: () => [
        {
            trigger: ".o_form_view .nav-link:contains(Sales)",
            run: "click",
        },
        {
            trigger: "div[name='crl_days_per_unit'] input",
            run: "edit 10",
        },
        {
            trigger: "div[name='crl_after_purchase_points'] textarea",
            run: "edit Crisp for 20 minutes.",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_form_saved",
        },
    ],
});

// and sees who runs out, and that they were asked
registry.category("web_tour.tours").add("crl_run_out", {
    steps: () => [
        {
            trigger:
                ".o_list_view .o_data_row:contains(Trattoria Tour):contains(Tour Dough)",
        },
        {
            trigger: ".o_data_row:contains(Tour Dough) .o_data_cell[name='date_last']",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_breadcrumb:contains(Trattoria Tour)",
        },
        {
            trigger: ".o-mail-Message:contains(Do you still have enough?)",
        },
    ],
});
