import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");

tours.add("crl_order_confirm", {
    steps: () => [
        // the form of an order is slow to come
        {trigger: ".o_form_view .o_field_widget[name=order_line]", timeout: 60000},
        {trigger: "button[name=action_confirm]:visible", run: "click"},
        {trigger: ".o_arrow_button_current[data-value=sale]"},
    ],
});

tours.add("crl_order_letter", {
    steps: () => [
        {
            trigger: ".o_crl_letter_open:contains(Bella Napoli)",
            timeout: 60000,
            run: "click",
        },
        {trigger: ".o_crl_letter_script:contains(Name what they bought)"},
        {trigger: ".o_crl_letter_offer:first", run: "click"},
        {trigger: ".o_crl_letter_posted", run: "click"},
        {trigger: ".o_crl_letters_nothing:contains(No letter to write today)"},
    ],
});
