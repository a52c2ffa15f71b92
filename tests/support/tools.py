"""The addons' ``tools`` without Odoo, and what the property tests draw from."""

import importlib.util
import sys
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import strategies

ROOT = Path(__file__).resolve().parents[2]


def load(name, addon="crl_retention"):
    """A module of an addon's ``tools``, imported apart from the addon."""
    package = f"{addon}_tools"
    if package not in sys.modules:
        folder = ROOT / addon / "tools"
        spec = importlib.util.spec_from_file_location(
            package, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        sys.modules[package] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[package])
    return importlib.import_module(f"{package}.{name}")


ZONES = [
    "UTC",
    "Europe/Paris",
    "Europe/London",
    "America/New_York",
    "America/Sao_Paulo",
    "America/St_Johns",  # half an hour off
    "Pacific/Honolulu",
    "Pacific/Auckland",
    "Pacific/Chatham",  # 12:45 and 13:45 ahead
    "Australia/Lord_Howe",  # summer time of half an hour
    "Asia/Tokyo",
    "Asia/Kolkata",
    "Asia/Kathmandu",  # a quarter of an hour off
    "Africa/Cairo",  # summer time begins at midnight: an hour of the day is missing
]
#: Zones whose clock is never changed in the years drawn.
STEADY_ZONES = [
    "UTC", "Pacific/Honolulu", "Asia/Tokyo", "Asia/Kolkata", "Asia/Kathmandu",
]  # fmt: skip

zones = strategies.sampled_from(ZONES)
days = strategies.dates(date(2024, 1, 1), date(2032, 12, 31))
#: Where calendars go wrong: month ends, 29 February, the days clocks change.
odd_days = strategies.sampled_from(
    [
        date(2024, 2, 29), date(2025, 1, 31), date(2026, 1, 31), date(2026, 3, 29),
        date(2026, 10, 25), date(2026, 3, 8), date(2026, 11, 1), date(2026, 4, 5),
        date(2026, 10, 4), date(2026, 4, 24), date(2027, 12, 31), date(2028, 2, 29),
        date(2026, 8, 31), date(2026, 9, 27),
    ]
)  # fmt: skip
any_day = strategies.one_of(days, odd_days)


@strategies.composite
def moments(draw):
    """Naive UTC moments, many of them near a change of some clock."""
    day = draw(any_day)
    minutes = draw(strategies.integers(-26 * 60, 26 * 60))
    return datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)


class Week:
    """A calendar: working weekdays (0 = Monday) and days off."""

    def __init__(self, weekdays, off=()):
        self.weekdays = frozenset(weekdays)
        self.off = frozenset(off)

    def __call__(self, day):
        return day.weekday() in self.weekdays and day not in self.off

    def __repr__(self):
        return f"Week({sorted(self.weekdays)}, off={sorted(map(str, self.off))})"


WORKWEEK = Week(range(5))
SUNDAYS = Week([6])
NEVER = Week([])
ALWAYS = Week(range(7))


@strategies.composite
def calendars(draw):
    """Usual weeks, odd ones, and public holidays."""
    common = [WORKWEEK, SUNDAYS, ALWAYS, NEVER, Week([6, 0, 1, 2, 3])]
    weekdays = draw(
        strategies.one_of(
            strategies.sampled_from([week.weekdays for week in common]),
            strategies.frozensets(strategies.integers(0, 6)),
        )
    )
    return Week(weekdays, draw(strategies.frozensets(any_day, max_size=6)))


def local(moment, tz):
    """What the clock in ``tz`` shows at a naive UTC moment."""
    zone = ZoneInfo(tz)
    return moment.replace(tzinfo=timezone.utc).astimezone(zone).replace(tzinfo=None)
