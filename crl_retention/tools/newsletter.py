"""Who gets a newsletter by what."""

EMAIL, LETTER, NOTHING = "email", "letter", "nothing"


def choose(
    *, wants_letter: bool, no_letters: bool, no_emails: bool, works: bool, lives: bool
) -> str:
    """By what a customer gets a newsletter.

    Printed for who asked for letters, and for who cannot be written to by email. Who
    said no to emails gets no letter in their place.

    :param wants_letter: said yes to letters
    :param no_letters: said no to letters, or wants no contact
    :param no_emails: said no to emails, or has not said yes where that is needed
    :param works: has an email address that works
    :param lives: has a postal address

    >>> usual = dict(wants_letter=False, no_letters=False, no_emails=False)
    >>> choose(**usual, works=True, lives=True)
    'email'
    >>> choose(**usual, works=False, lives=True)
    'letter'
    >>> choose(**{**usual, "no_emails": True}, works=True, lives=True)
    'nothing'
    """
    if wants_letter and lives and not no_letters:
        return LETTER
    if works:
        return NOTHING if no_emails else EMAIL
    return LETTER if lives and not (no_letters or no_emails) else NOTHING
