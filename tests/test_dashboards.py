"""The spreadsheets of the dashboards: what the tool writes is what is shipped."""

import pytest

from bootstrap import dashboards

FILES = dashboards.build()


@pytest.mark.parametrize("name", sorted(FILES))
def test_shipped_as_written(name):
    shipped = (dashboards.FOLDER / name).read_text(encoding="utf-8")
    assert shipped == FILES[name], "python -m bootstrap.dashboards writes it anew"


def test_nothing_else_is_shipped():
    assert {path.name for path in dashboards.FOLDER.iterdir()} == set(FILES)
