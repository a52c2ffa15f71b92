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
    texts = [
        # most are numbers: a call for each would cost as much as all the rest
        "NULL"
        if value is None
        else _quote(value)
        if isinstance(value, str)
        else str(value)
        for value in values
    ]
    return f"{{{','.join(texts)}}}"


def _quote(text):
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
