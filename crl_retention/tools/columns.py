"""Rows on their way into the database, a column at a time."""

from collections.abc import Iterable


def columns(rows: Iterable[tuple]) -> list[str]:
    """Each column of rows as an array of PostgreSQL, for ``UNNEST``.

    >>> columns([(1, "it's", 0.5), (2, None, None)])
    ['{1,2}', '{"it\\'s",NULL}', '{0.5,NULL}']
    """
    return [array(values) for values in zip(*rows, strict=True)]


def array(values: Iterable) -> str:
    """Numbers, texts, dates and moments, or nothing, as an array of PostgreSQL.

    As one text it is read several times as fast as a list, which the driver writes as
    an expression for each value.

    >>> array(["back\\\\slash", 'a "quote"', "NULL", ""])
    '{"back\\\\\\\\slash","a \\\\"quote\\\\"","NULL",""}'
    """
    return "{" + ",".join(map(_write, values)) + "}"


def _write(value):
    if value is None:
        return "NULL"
    if isinstance(value, str):
        value = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{value}"'
    return str(value)
