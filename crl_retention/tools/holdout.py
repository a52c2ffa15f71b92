"""Who a cadence leaves alone, to learn whether it works."""

import hashlib


def is_held_out(salt: str, cadence_id: int, partner_id: int, percent: float) -> bool:
    """Whether the customer belongs to the held-out share of a cadence.

    Stable: the same customer and cadence always give the same answer, and a
    larger ``percent`` only adds customers.
    """
    digest = hashlib.sha256(f"{salt}:{cadence_id}:{partner_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 * 100 < percent
