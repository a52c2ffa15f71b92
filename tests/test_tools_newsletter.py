"""By what customers get a newsletter: whatever they said and have."""

from itertools import product

import pytest

from tests.support.tools import load

newsletter = load("newsletter")
FACTS = ("wants_letter", "no_letters", "no_emails", "works", "lives")


@pytest.mark.parametrize("said", [*product((False, True), repeat=len(FACTS))])
def test_nobody_is_written_to_against_their_word_and_nobody_is_left_out(said):
    facts = dict(zip(FACTS, said, strict=True))
    found = newsletter.choose(**facts)
    can_post = facts["lives"] and not facts["no_letters"]
    can_mail = facts["works"] and not facts["no_emails"]
    if can_post and facts["wants_letter"]:
        assert found == newsletter.LETTER
    elif can_mail:
        assert found == newsletter.EMAIL
    elif can_post and not facts["works"] and not facts["no_emails"]:
        # there is no other way to reach them
        assert found == newsletter.LETTER
    else:
        assert found == newsletter.NOTHING
