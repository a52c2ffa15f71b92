"""axe-core: what people who cannot see, point or tell colours apart stumble over.

Nothing serious or critical may be found in what is ours; what is Odoo's own is in
``ODOOS``, each with the reason why it is not ours to mend.
"""

import re

#: Findings in what Odoo draws itself: ``(rule, its element, whose it is)``. The element
#: is a pattern for the path to it and for its first tag.
ODOOS = [
    ("button-name", "o_optional_columns_dropdown", "menu of a list's columns"),
    ("button-name", "oi-panel-right", "side panel of a calendar"),
    ("button-name", "o_toggle_fold", "folding the values of a search panel"),
    ("label", "checkbox-comp-", "selecting the rows of a list"),
    ("label", "boolean_checkbox", "a checkbox in a row of a list"),
    ("label", "o_calendar_filter", "filters of a calendar"),
    ("label-content-name-mismatch", "fc-d", "days of a calendar"),
    ("aria-allowed-attr", "o_tag|o-autocomplete--input", "tags of a field"),
    ("aria-allowed-attr", "o-dropdown", "menu of values of a field"),
    ("autocomplete-valid", "o_select_menu_input", "menu of values of a field"),
    ("select-name", "o_input", "the editor of filters, select fields"),
    ("aria-required-parent", 'role="tab"', "pages of a form: Notebook has no tablist"),
    ("aria-allowed-attr", "o_progress", "the bar of a number"),
    ("color-contrast", "o_data_cell", "rows that a list greys out"),
    ("image-alt", "o_m2m_avatar|o_avatar|o-mail-", "pictures of users"),
    ("role-img-alt", "oi-search|fa-fw fa-user", "buttons of the chatter"),
    ("aria-prohibited-attr", "o-mail-", "messages of the chatter"),
    ("aria-command-name", "o-mail-Activity", "activities in the chatter"),
    ("color-contrast", "fw-bolder text-|btn-link btn-danger", "activities, too"),
    (
        "color-contrast",
        "o-mail-|o-xsmaller|#777777|(d-block|px-2)[^>]* smaller|smaller text-muted",
        "the chatter, our mails in it",
    ),
    ("color-contrast", "o_form_label|o_td_label", "labels of fields on a phone"),
    ("color-contrast", "o_date_item_cell", "days of a date picker"),
    ("color-contrast", 'text-primary">all', "the editor of filters"),
]
#: The same where no element of ours (``o_crl_…``) is around it.
THEMES = [
    ("color-contrast", "badge rounded-pill text-bg", "badges in the theme's colours"),
    ("color-contrast", "text-muted", "the theme's grey, 4.33:1"),
]
#: Runs axe in the part that is ours: the dialog on top, else the content.
RUN = """(async () => {
    const modals = document.querySelectorAll(".modal:not(.o_inactive_modal)");
    const part = modals[modals.length - 1] || document.querySelector(".o_content")
        || document.querySelector(".o_action_manager");
    const found = await axe.run(part || document, {
        resultTypes: ["violations"],
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    });
    return found.violations.flatMap((rule) => rule.nodes
        .filter((node) => ["serious", "critical"].includes(node.impact))
        .map((node) => [rule.id, node.target.join(" "), node.html.slice(0, 200),
            node.any.concat(node.all).map((check) => check.message).join(" "),
            !!document.querySelector(node.target[0])?.closest("[class*='o_crl_']")])
    );
})()"""
#: What fades in is faint while it is looked at.
STILL = """;(() => {
    const style = document.createElement("style");
    style.textContent = "*, *::before, *::after {"
        + "transition: none !important; animation: none !important}";
    document.head.append(style);
})()"""


class Checker:
    """Collects what is found, each fault once, with the screens it is on."""

    def __init__(self, axe):
        self.axe = axe
        self.found = {}

    def check(self, page, where):
        if not page.evaluate("!!window.axe"):
            page.evaluate(self.axe + STILL)
        for rule, target, html, message, is_ours in page.evaluate(RUN):
            known = ODOOS if is_ours else ODOOS + THEMES
            if not any(
                rule == name and re.search(element, f"{target} {html}")
                for name, element, __ in known
            ):
                # numbers that Odoo counts up are not part of what a fault is
                key = rule, re.sub(r"\d+", "N", target)
                self.found.setdefault(key, (where, html, message))

    def tell(self):
        return "\n".join(
            f"{where}: {rule} at {target}\n    {html}\n    {message}"
            for (rule, target), (where, html, message) in self.found.items()
        )
