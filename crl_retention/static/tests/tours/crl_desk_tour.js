import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const DESK = ".o_crl_desk";

/** A key, or keys held together, wherever the focus is. */
function press(...keys) {
    return keys.map((key) => ({trigger: DESK, run: `press ${key}`}));
}

/** Words for whatever has the focus: nothing is clicked. */
function type(selector, words) {
    return {
        trigger: `${selector}:focus`,
        async run({anchor}) {
            for (const word of words) {
                anchor.value += word;
                anchor.dispatchEvent(new InputEvent("input", {bubbles: true}));
            }
        },
    };
}

function isOpen(name) {
    return {trigger: `${DESK}_name:contains(${name})`};
}

tours.add("crl_desk", {
    steps: () => [
        // what we promised for today comes before what is due
        isOpen("Osteria Promise"),
        {trigger: `${DESK}_case:contains(Bring the new price list)`},
        {trigger: `${DESK}_chip[data-reason=promised]:contains(1)`},
        ...press("n"),
        type("#crl_desk_case_note", "Brought it. "),
        ...press("ctrl+enter"),

        // reached, content
        isOpen("Trattoria One"),
        {trigger: `${DESK}_script:contains(Ask how the first week with us went)`},
        // without an outcome nothing is closed
        ...press("ctrl+enter"),
        {trigger: `${DESK}_send [role=alert]:contains(How did it go?)`},
        ...press("1", "h"),
        {trigger: `${DESK}_result .btn-check[value=positive]:checked`},
        ...press("n"),
        type("#crl_desk_note", "All is well, h and 1 are only letters here. "),
        {trigger: `${DESK}_result .btn-check[value=reached]:checked`},
        ...press("ctrl+enter"),

        // no answer, and a look at the keys
        isOpen("Trattoria Two"),
        ...press("?"),
        {trigger: ".modal dt:contains(Ctrl + Enter)"},
        {trigger: ".modal", run: "press escape"},
        {trigger: "body:not(:has(.modal))"},
        ...press("2"),
        {trigger: `${DESK}_result .alert:contains(It comes back)`},
        ...press("ctrl+enter"),

        // unhappy, and a promise
        isOpen("Trattoria Three"),
        ...press("u"),
        {trigger: `${DESK}_result .alert:contains(within 48 hours)`},
        ...press("n"),
        type("#crl_desk_note", "The dough is dry. "),
        ...press("escape", "p"),
        type("#crl_desk_promise", "Send new dough "),
        ...press("ctrl+enter"),
        {trigger: `${DESK}_send [role=alert]:contains(Until when)`},
        // over the day, and one by one over the moments that are offered
        ...press("tab", "tab", "tab"),
        {trigger: `${DESK}_promise button:contains(Tomorrow):focus`},
        ...press("enter", "ctrl+enter"),

        // their visit is the next thing to do
        isOpen("Trattoria Three"),
        {trigger: `${DESK}_now:contains(Visit an unhappy customer)`},
        {trigger: `${DESK}_row:contains(Trattoria Three)`},
        ...press("escape"),
        {trigger: `${DESK}_row:focus:contains(Trattoria Three)`},
        // search, and back
        ...press("/"),
        type(`${DESK}_list input`, "nobody"),
        {trigger: `${DESK}_rows:contains(Nothing fits)`},
        ...press("tab"),
    ],
});

tours.add("crl_desk_colleague", {
    steps: () => [
        isOpen("Trattoria One"),
        {trigger: `${DESK}_lock:contains(Busy Colleague)`},
        {trigger: `${DESK}_result button[name=done]:disabled`},
        {
            trigger: `${DESK}_row:contains(Trattoria One) .badge:contains(Busy Colleague)`,
        },
    ],
});

tours.add("crl_desk_empty", {
    steps: () => [
        {trigger: `${DESK}_nothing:contains(Nothing is due)`},
        {trigger: `${DESK}_nothing:contains(Next: First call, Trattoria One)`},
    ],
});

tours.add("crl_desk_team", {
    steps: () => [
        {
            content: "nothing of one's own: the team is one click away",
            trigger: `${DESK}_nothing:contains(Nothing is due) ${DESK}_others`,
            run: "click",
        },
        {trigger: `${DESK}_row:contains(Trattoria One):contains(Tour Rep)`},
        {trigger: `${DESK}_team tr:contains(Tour Rep):contains(3)`},
        {trigger: `${DESK}_scope`, run: "click"},
        {trigger: ".o-dropdown-item[data-scope=mine]", run: "click"},
        {trigger: `${DESK}_others`},
        {trigger: `${DESK}_scope`, run: "click"},
        {trigger: ".o-dropdown-item[data-scope=team]", run: "click"},
        {trigger: `${DESK}_row:contains(Trattoria One):contains(Tour Rep)`},
    ],
});
