"""Which of several words about consent holds."""

from datetime import datetime
from typing import NamedTuple

GRANTED = "granted"
WITHDRAWN = "withdrawn"
#: Neither: an objection that was taken back, without an explicit yes.
LIFTED = "lifted"

#: Withdrawals that Odoo wrote into its blacklist, or somebody there: of all messages.
OUTSIDE = ("mailing", "blacklist")


class Word(NamedTuple):
    """The last word about one channel and purpose.

    :param rank: tells which of two of the same moment was said later
    """

    status: str
    source: str = ""
    date: datetime | None = None
    rank: int = 0

    @property
    def is_no(self) -> bool:
        return self.status == WITHDRAWN

    @property
    def is_ours(self) -> bool:
        """A no that names channel and purpose, unlike one of Odoo's blacklist."""
        return self.is_no and self.source not in OUTSIDE


def in_force(own: Word | None, whole: Word | None, address: Word | None) -> Word | None:
    """The word that holds for a person.

    - A no of the customer as a whole holds for its people, until one says yes later.
    - A no that was said of an address holds for whoever has it.
    - Without any, what the customer as a whole agreed to holds.

    :param own: the last word of the person
    :param whole: of the customer as a whole
    :param address: of whoever has the person's address

    >>> anna, company = Word("granted", rank=1), Word("withdrawn", rank=2)
    >>> in_force(anna, company, None).status
    'withdrawn'
    >>> in_force(anna._replace(rank=3), company, None).status
    'granted'
    """
    word = own or whole
    if own and whole and whole.is_no and not own.is_no and _is_later(whole, own):
        word = whole
    said_no = address and address.is_no
    if said_no and (not word or not word.is_no or not address.is_ours):
        word = address
    return word


def _is_later(one: Word, other: Word) -> bool:
    first = (one.date or datetime.min, one.rank)
    return first > (other.date or datetime.min, other.rank)
