"""Which fields a message template cannot do without.

Only plain paths (``object.partner_id.name``) are read: whatever has a fallback
(``or``, ``|||``, the content of the tag) or stands inside a condition is the
author's own care.
"""

import re
from html.parser import HTMLParser

_INLINE = re.compile(r"\{\{\s*object((?:\.[a-z_][a-z0-9_]*)+)\s*\}\}")
_PATH = re.compile(r"\s*object((?:\.[a-z_][a-z0-9_]*)+)\s*\Z")
_VOID = {"br", "img", "hr", "input", "meta", "link", "area", "base", "col", "wbr"}
_CONDITIONS = ("t-if", "t-elif", "t-else", "t-foreach")


def inline_paths(source: str) -> set[str]:
    """Paths an inline template needs, without the leading ``object.``.

    >>> sorted(inline_paths("Hi {{ object.name }}, {{ object.city or 'x' }}"))
    ['name']
    """
    return {path[1:] for path in _INLINE.findall(source or "")}


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.paths: set[str] = set()
        self.stack: list[tuple[str, bool, str | None, bool]] = []

    @property
    def guarded(self) -> bool:
        return any(entry[1] for entry in self.stack)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        conditional = any(name in values for name in _CONDITIONS)
        match = _PATH.match(values.get("t-out") or values.get("t-esc") or "")
        path = match.group(1)[1:] if match and not conditional else None
        for name, value in attrs:
            if name.startswith("t-attf-") and not (conditional or self.guarded):
                self.paths |= inline_paths(value)
        if tag in _VOID:
            return
        self.stack.append((tag, conditional, path, self.guarded))

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_data(self, data):
        if data.strip() and self.stack:
            # a text inside the tag is its fallback
            tag, conditional, _path, guarded = self.stack[-1]
            self.stack[-1] = (tag, conditional, None, guarded)

    def handle_endtag(self, tag):
        while self.stack:
            name, _conditional, path, guarded = self.stack.pop()
            if path and not guarded:
                self.paths.add(path)
            if name == tag:
                break


def qweb_paths(source: str) -> set[str]:
    """Paths a QWeb body needs: ``t-out`` of a plain path with no fallback text.

    >>> qweb_paths('<p><t t-out="object.name"/> <t t-out="object.city">x</t></p>')
    {'name'}
    """
    reader = _Reader()
    reader.feed(str(source or ""))
    reader.close()
    while reader.stack:
        reader.handle_endtag(reader.stack[-1][0])
    return reader.paths
