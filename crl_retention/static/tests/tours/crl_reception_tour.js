import {registry} from "@web/core/registry";

const FIELD = ".o_crl_reception_search input";
const CHAIN = ".o_crl_reception_chain li";

registry.category("web_tour.tours").add("crl_reception_call", {
    steps: () => [
        {content: "the field waits for what is typed", trigger: `${FIELD}:focus`},
        {trigger: FIELD, run: "edit 34 56 78"},
        {trigger: ".o_crl_reception_row.o_crl_active:contains(Chiba)"},
        {trigger: FIELD, run: "press Enter"},
        {
            content: "who looks after them",
            trigger: ".o_crl_reception_card:contains(Inoue looks after them)",
        },
        {trigger: `${CHAIN}:contains(Promised by Sakashita)`},
        {trigger: `${CHAIN}:contains(Inoue):contains(Has the part)`},
        {
            content: "the workshop repairs it until tomorrow morning",
            trigger: `${CHAIN}.fw-bold:contains(Workshop: Repairs it)`,
        },
        {content: "and then who brings it", trigger: `${CHAIN}:contains(then Inoue)`},
        {trigger: "button:contains(Promise Something)", run: "click"},
        {trigger: "#crl_reception_said", run: "edit We call you at noon"},
        {
            trigger: ".o_crl_reception_form button:contains(Tomorrow)",
            run: "click",
        },
        {trigger: ".o_crl_reception_form button[type=submit]", run: "click"},
        {trigger: ".o_crl_reception_promise:contains(We call you at noon)"},
        {trigger: "button:contains(Leave a Message)", run: "click"},
        {trigger: "#crl_reception_said", run: "edit Chiba asks for the invoice"},
        {trigger: ".o_crl_reception_form button[type=submit]", run: "click"},
        {trigger: ".o_notification:contains(Inoue gets the message)"},
    ],
});
