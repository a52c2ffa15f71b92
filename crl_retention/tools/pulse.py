"""Whether the engine is alive, and if it is not, what is wrong."""

from dataclasses import dataclass
from datetime import datetime, timedelta

#: The engine may be silent for this many of its intervals, and for this long at least.
MISSED_RUNS = 3
MIN_SILENCE = timedelta(minutes=15)
#: A contact that has been due for longer tells that the engine does not keep up.
MAX_DELAY = timedelta(hours=1)
#: What a server that has just started has to begin its first run: it looks at least
#: once a minute.
GRACE = timedelta(seconds=90)


@dataclass(frozen=True)
class Pulse:
    """What is known about the engine at a moment. All moments are UTC."""

    now: datetime
    #: last time the engine wrote anything down; the installation counts too. It lies
    #: in the future after the clock was set back
    last_sign: datetime
    interval: timedelta = timedelta(minutes=5)
    is_active: bool = True
    is_neutralized: bool = False
    #: since when the oldest contact that is due waits
    oldest_due: datetime | None = None
    #: jobs that raised in the last run
    failed_jobs: str = ""
    #: messages that have waited in Odoo's queues for more than an hour
    mail_count: int = 0
    sms_count: int = 0
    #: how long the server has been running
    uptime: timedelta = GRACE

    @property
    def is_starting(self) -> bool:
        """Whether the server may still have what happened while it was down to do."""
        return self.uptime < GRACE


def find_troubles(pulse: Pulse) -> list[str]:
    """What is wrong, as short codes; nothing when all is well.

    Work that was left undone is no trouble of a server that has only just started.

    >>> noon = datetime(2026, 3, 2, 12)
    >>> find_troubles(Pulse(noon, noon - timedelta(minutes=4)))
    []
    >>> find_troubles(Pulse(noon, noon - timedelta(hours=2)))
    ['not_run']

    A sign from the future tells that the clock was set back, and the scheduled action
    waits until it is there again:

    >>> find_troubles(Pulse(noon, noon + timedelta(hours=1)))
    ['not_run']
    """
    if pulse.is_neutralized:
        return ["neutralized"]
    troubles = []
    if not pulse.is_active:
        troubles.append("inactive")
    silence = max(MIN_SILENCE, pulse.interval * MISSED_RUNS)
    late = not pulse.is_starting
    if late and pulse.is_active and abs(pulse.now - pulse.last_sign) > silence:
        troubles.append("not_run")
    if late and pulse.oldest_due and pulse.now - pulse.oldest_due > MAX_DELAY:
        troubles.append("behind")
    if pulse.failed_jobs:
        troubles.append("job_failed")
    if late and pulse.mail_count:
        troubles.append("mail_queue")
    if late and pulse.sms_count:
        troubles.append("sms_queue")
    return troubles
