"""The spreadsheets of the dashboards: what the tool writes is what is shipped."""

import pytest

from bootstrap import dashboards, settings

FILES = dashboards.build()


@pytest.mark.parametrize("path", sorted(FILES))
def test_shipped_as_written(path):
    shipped = (settings.ROOT / path).read_text(encoding="utf-8")
    assert shipped == FILES[path], "python -m bootstrap.dashboards writes it anew"


def test_nothing_else_is_shipped():
    shipped = settings.ROOT.glob(f"crl_*/{dashboards.FOLDER}/*")
    assert {str(path.relative_to(settings.ROOT)) for path in shipped} == set(FILES)
