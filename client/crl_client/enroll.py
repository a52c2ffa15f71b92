"""Enrolling customers in a procedure, each with the reason when they stay out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Any

from crl_client.errors import Refused, UsageError

if TYPE_CHECKING:
    from crl_client.api import Client

#: The dialog behind it shows 200 customers.
BATCH = 100


@dataclass(frozen=True)
class EnrollResult:
    """What became of one customer.

    :ivar partner: as it was given
    :ivar status: ``enrolled``, ``accepted`` (in a dry run) or ``refused``
    :ivar enrollment: the id of the enrollment
    """

    partner: str | int
    status: str
    reason: str = ""
    enrollment: int = 0


class Enroller:
    """Asks the server who gets in, then enrolls those.

    A connection that broke does no harm: the server lets nobody into a procedure twice,
    and what it did is read afterwards.
    """

    def __init__(
        self, client: Client, cadence: str | int, date_start: str, dry_run: bool
    ):
        self.client, self.dry_run = client, dry_run
        self.date_start = date_start
        if date_start:
            try:
                date.fromisoformat(date_start)
            except ValueError:
                raise UsageError(
                    f"{date_start!r} is not a day like 2026-12-31."
                ) from None
        self.cadence = self._find_cadence(cadence)

    def _find_cadence(self, cadence: str | int) -> int:
        if isinstance(cadence, str) and not cadence.isdecimal():
            found = self.client.read(
                "crl.cadence", [("name", "=", cadence)], ["name"], limit=2
            )
            if len(found) > 1:
                raise UsageError(
                    f"Several procedures are named “{cadence}”: give the id."
                )
        else:
            found = self.client.read(
                "crl.cadence", [("id", "=", int(cadence))], ["name"], limit=1
            )
        if not found:
            names = self.client.read("crl.cadence", [], ["name"], limit=50, order="id")
            known = ", ".join(f"{row['id']} “{row['name']}”" for row in names)
            raise UsageError(f"There is no procedure “{cadence}”; there are: {known}.")
        return int(found[0]["id"])

    def run(self, partners: Iterable[str | int]) -> list[EnrollResult]:
        results: list[EnrollResult] = []
        source = iter(partners)
        while batch := list(islice(source, BATCH)):
            results += self._run_batch(batch)
        return results

    def _run_batch(self, batch: list[str | int]) -> Iterator[EnrollResult]:
        found, refused = self._find_partners(batch)
        ids = sorted(set(found.values()))
        customers = self._read_customers(ids)
        reasons = self._sort_out(ids) if ids else {}
        entering = sorted(
            {customers[at] for at in ids} - {at for at, why in reasons.items() if why}
        )
        enrollments: dict[int, int] = {}
        if entering and not self.dry_run:
            enrollments = self._enroll(entering)
        for name in batch:
            if name in refused:
                yield EnrollResult(name, "refused", refused[name])
                continue
            customer = customers[found[name]]
            why = reasons.get(customer, "")
            if why:
                yield EnrollResult(name, "refused", why)
            elif self.dry_run:
                yield EnrollResult(name, "accepted")
            elif customer in enrollments:
                yield EnrollResult(name, "enrolled", "", enrollments[customer])
            else:
                yield EnrollResult(name, "refused", "The server did not enroll them.")

    # ---- Who is meant ----

    def _find_partners(
        self, batch: list[str | int]
    ) -> tuple[dict[str | int, int], dict[str | int, str]]:
        """``({as given: id}, {as given: why it names nobody})``"""
        ids = [name for name in batch if isinstance(name, int)]
        texts = [name for name in batch if isinstance(name, str)]
        known = {
            row["id"]
            for row in self.client.read(
                "res.partner", [("id", "in", ids)], ["id"], context=_ARCHIVED
            )
        }
        by_text: dict[str, set[int]] = {}
        if texts:
            for row in self.client.read(
                "res.partner",
                [
                    "|",
                    ("ref", "in", texts),
                    ("email_normalized", "in", [text.lower() for text in texts]),
                ],
                ["ref", "email_normalized", "commercial_partner_id"],
            ):
                customer = row["commercial_partner_id"]
                owner = customer[0] if customer else row["id"]
                by_text.setdefault(row["ref"] or "", set()).add(owner)
                by_text.setdefault(row["email_normalized"] or "", set()).add(owner)
        found: dict[str | int, int] = {name: name for name in ids if name in known}
        refused: dict[str | int, str] = {
            name: "There is no such customer." for name in ids if name not in known
        }
        for text in texts:
            owners = by_text.get(text) or by_text.get(text.lower()) or set()
            if len(owners) == 1:
                found[text] = next(iter(owners))
            elif owners:
                refused[text] = (
                    f"{len(owners)} customers share this reference or email."
                )
            else:
                refused[text] = "There is no customer with this reference or email."
        return found, refused

    def _read_customers(self, ids: list[int]) -> dict[int, int]:
        """The customer behind each contact: procedures are the company's."""
        rows = self.client.read(
            "res.partner",
            [("id", "in", ids)],
            ["commercial_partner_id"],
            context=_ARCHIVED,
        )
        return {
            row["id"]: row["commercial_partner_id"][0]
            if row["commercial_partner_id"]
            else row["id"]
            for row in rows
        }

    # ---- Who gets in ----

    def _sort_out(self, ids: list[int]) -> dict[int, str]:
        """Why customers stay out; '' for those who get in. Changes nothing.

        It is the dialog that people see, so both say the same.
        """
        try:
            [dialog] = self.client.call(
                "crl.enroll",
                "create",
                repeatable=True,  # dialogs are thrown away
                vals_list=[{"cadence_id": self.cadence, "partner_ids": [[6, 0, ids]]}],
            )
        except Refused as error:
            # one that the user may not enroll spoils the whole selection
            if len(ids) == 1:
                return dict.fromkeys(self._read_customers(ids).values(), str(error))
            half = len(ids) // 2
            return self._sort_out(ids[:half]) | self._sort_out(ids[half:])
        lines = self.client.read(
            "crl.enroll.line",
            [("wizard_id", "=", dialog)],
            ["partner_id", "accepted", "reason"],
        )
        return {
            line["partner_id"][0]: ""
            if line["accepted"]
            else str(line["reason"] or "Refused.")
            for line in lines
        }

    def _enroll(self, customers: list[int]) -> dict[int, int]:
        """Enroll customers; returns their enrollments."""
        arguments: dict[str, Any] = {"cadence_id": self.cadence}
        if self.date_start:
            arguments["date_start"] = self.date_start
        # safe to repeat: whoever is in already is refused, and found right below
        try:
            self.client.call(
                "res.partner", "crl_enroll", customers, repeatable=True, **arguments
            )
        except Refused:
            if not self._read_enrollments(customers):
                raise
        return self._read_enrollments(customers)

    def _read_enrollments(self, customers: list[int]) -> dict[int, int]:
        rows = self.client.read(
            "crl.enrollment",
            [
                ("partner_id", "in", customers),
                ("cadence_id", "=", self.cadence),
                ("is_live", "=", True),
            ],
            ["partner_id"],
            order="id",
        )
        return {row["partner_id"][0]: row["id"] for row in rows}


_ARCHIVED = {"active_test": False}


def read_partners(texts: Iterable[str], ids: bool) -> list[str | int]:
    """Customers as somebody wrote them, each once.

    :param ids: numbers are Odoo's ids, not references
    """
    partners: dict[str | int, None] = {}
    for text in texts:
        text = text.strip()
        if not text:
            continue
        is_id = ids and text.isascii() and text.isdecimal() and len(text) < 11
        if ids and not is_id:
            raise UsageError(f"“{text[:60]}” is not the number (id) of a customer.")
        partners[int(text) if is_id else text] = None
    return list(partners)
