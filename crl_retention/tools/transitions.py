"""The state changes that are allowed, declared once."""

TOUCHPOINT = {
    "planned": {"open", "done", "skipped", "failed", "cancelled"},
    # back to planned: nobody answered, or the customer asked for another day
    "open": {"planned", "done", "skipped", "failed", "cancelled"},
    # a message that bounced after it had left
    "done": {"failed"},
    # to open or done: a message that is sent again, or did arrive
    "failed": {"planned", "open", "done"},
    "skipped": set(),
    "cancelled": set(),
}

ENROLLMENT = {
    "running": {"paused", "recovery", "completed", "exited"},
    "paused": {"running", "recovery", "exited"},
    "recovery": {"running", "paused", "exited"},
    # a restart opens the next cycle of an enrollment that had ended
    "completed": {"running"},
    "exited": {"running"},
}

CAMPAIGN = {
    "draft": {"released", "cancelled"},
    "released": {"closed", "cancelled"},
    "closed": set(),
    "cancelled": set(),
}

CASE = {
    "open": {"planned", "recovered", "not_recovered", "cancelled"},
    "planned": {"open", "recovered", "not_recovered", "cancelled"},
    "recovered": {"open"},
    "not_recovered": {"open", "recovered"},
    "cancelled": {"open"},
}


def is_allowed(table: dict[str, set[str]], before: str, after: str) -> bool:
    """Whether a record may go from one state to the other (staying is allowed)."""
    return before == after or after in table[before]
