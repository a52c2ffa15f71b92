"""The figures of a benchmark as ratios and as a table."""

#: Our work, what it is held against, and the ratio the project aims at.
RATIOS = [
    ("enroll", "enroll: create the same rows", "cost", "<= 1.5"),
    ("open calls", "open calls: create the same activities", "cost", "<= 1.2"),
    ("open calls", "open calls: SQL for activities", "cost", "<= 8"),
    ("open calls", "open calls: SQL for all", "cost", ""),
    ("open calls", "open calls: loop of activity_schedule", "speed", ">= 25"),
    ("open calls", "open calls: automation rule", "speed", ">= 30"),
    ("done", "done: action_feedback", "cost", ""),
    ("queue mails", "queue mails: send_mail_batch", "speed", ">= 2"),
    ("queue mails", "queue mails: loop of send_mail", "speed", ""),
    ("render 30 blocks", "render 30 blocks: stock", "speed", ">= 10"),
    ("queue SMS", "queue SMS: loop of _message_sms", "speed", ">= 25"),
]


def ratios(figures):
    """Cost: how many times the floor's time a record takes. Speed: the other way."""
    found = []
    for ours, other, kind, aim in RATIOS:
        value = figures[other]["per_second"] / figures[ours]["per_second"]
        if kind == "speed":
            value = 1 / value
        found.append(
            {"work": ours, "against": other, "kind": kind, "aim": aim}
            | {"ratio": round(value, 2)}
        )
    return found


def show(figures, compared):
    print(f"\n{'':42}{'records':>8}{'s':>9}{'per s':>10}{'queries':>9}")
    for label, row in figures.items():
        print(
            f"{label:42}{row['records']:8}{row['seconds']:9.3f}"
            f"{row['per_second']:10.0f}{row['queries_per_record']:9.2f}"
        )
    print()
    for row in compared:
        words = "times the cost of" if row["kind"] == "cost" else "times as fast as"
        against = row["against"].partition(": ")[2]
        print(f"{row['work']:18}{row['ratio']:8.2f} {words} {against}  {row['aim']}")
