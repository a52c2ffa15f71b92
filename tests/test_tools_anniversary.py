from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.support.tools import load

anniversary = load("anniversary")

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@given(DAYS, st.integers(1950, 2090))
def test_everybody_has_one_day_a_year(born, year):
    """Whatever day it is of: exactly one day of each year is its anniversary."""
    first = date(year, 1, 1)
    found = [
        day
        for day in (
            first + timedelta(n) for n in range((date(year + 1, 1, 1) - first).days)
        )
        if (born.month, born.day) in anniversary.get_days(day)
    ]
    assert len(found) == 1
    assert abs(found[0].timetuple().tm_yday - born.timetuple().tm_yday) <= 1
