"""Words from outside made harmless, and the fields a text cannot do without."""

import unicodedata
from email import policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.tools import load

placeholders = load("placeholders")
text = load("text")

FORMULA_START = ("=", "+", "-", "@", "\t", "\r")
anything = st.text(
    st.one_of(
        st.characters(),
        st.characters(categories=["Cc", "Cs", "Zs"]),
        st.sampled_from("=+-@\t\r\n\0\x7f' "),
    )
)

# ---- A customer's words ----


@given(anything)
def test_no_spreadsheet_runs_the_words(words):
    assert not text.clean_words(words).startswith(FORMULA_START)


@given(anything)
def test_no_control_characters_stay(words):
    kept = text.clean_words(words)
    assert all(c in "\n\t" or unicodedata.category(c) != "Cc" for c in kept)


@given(anything)
def test_one_line_fits_into_a_header(words):
    line = text.one_line(words)
    assert len(line.splitlines()) <= 1
    assert text.one_line(line) == line
    EmailMessage(policy=policy.SMTP)["Subject"] = line


@given(st.text(st.characters(categories=["L", "N", "P"])))
def test_one_line_leaves_names_alone(name):
    assert text.one_line(name) == name


@given(anything)
def test_the_words_can_be_stored(words):
    stored = text.clean_words(words).encode()
    assert b"\0" not in stored


@given(anything)
def test_cleaning_twice_changes_nothing(words):
    once = text.clean_words(words)
    assert text.clean_words(once) == once


@given(anything, st.integers(1, 50))
def test_the_limit_holds(words, limit):
    assert len(text.clean_words(words, limit)) <= limit


@given(st.text(st.characters(categories=["L", "N"]), max_size=4000))
def test_plain_words_stay_as_they_are(words):
    assert text.clean_words(words) == words


@pytest.mark.parametrize(
    "words, expected",
    [
        (None, ""),
        ("", ""),
        ("  The dough is dry.\n\nTwice!\t ", "The dough is dry.\n\nTwice!"),
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\t=1", "'=1"),
        ("\0=1", "'=1"),
        ("a\0b\x7fc\x85d", "abcd"),
        ("注文が届かない 🙁", "注文が届かない 🙁"),
        ("<script>", "<script>"),
        ("half\ud83d", "half"),
    ],
)
def test_known_words(words, expected):
    assert text.clean_words(words) == expected


def test_the_text_is_cut_at_its_end():
    assert text.clean_words("a" * 5000) == "a" * 4000
    assert text.clean_words("=" * 5000) == "'" + "=" * 3999


# ---- Placeholders ----

names = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True)
paths = st.lists(names, min_size=1, max_size=3).map(".".join)
blanks = st.sampled_from(["", " ", "  "])
plain = st.text(st.characters(categories=["L", "N", "P", "Z"]), max_size=20).map(
    lambda words: words.replace("{", "").replace("}", "")
)


@given(st.lists(st.tuples(plain, paths, blanks)))
def test_inline_templates_need_every_plain_path(parts):
    source = "".join(
        words + "{{" + blank + "object." + path + blank + "}}"
        for words, path, blank in parts
    )
    assert placeholders.inline_paths(source) == {path for _w, path, _b in parts}


@pytest.mark.parametrize(
    "source",
    [
        "",
        None,
        "Hello",
        "{{ object.name or 'you' }}",
        "{{ object.name ||| you }}",
        "{{ object.get('name') }}",
        "{{ objects.name }}",
        "{ object.name }",
        "{{ object }}",
        "{{ ctx.name }}",
        "{{ len(object.name) }}",
    ],
)
def test_inline_templates_that_need_nothing(source):
    assert placeholders.inline_paths(source) == set()


def qweb_pieces():
    """Pieces of a body: ``(source, paths it needs)``."""

    def required(path, tag):
        return f"<{tag}><t t-out='object.{path}'/></{tag}>", {path}

    def fallback(path, tag):
        return f"<{tag}><t t-out='object.{path}'>you</t></{tag}>", set()

    def conditional(path, tag):
        return f"<{tag} t-if='x'><t t-out='object.{path}'/></{tag}>", set()

    def own_condition(path, tag):
        return f"<{tag} t-if='x' t-out='object.{path}'/>", set()

    def expression(path, tag):
        return f"<{tag} t-out=\"object.{path} or ''\"/>", set()

    def attribute(path, tag):
        return f"<{tag} t-attf-title='a {{{{ object.{path} }}}}'>a</{tag}>", {path}

    def escaped(path, tag):
        return f"<br/><{tag} t-esc='object.{path}'></{tag}><img>", {path}

    def words(path, tag):
        return f"<{tag}>object.{path}</{tag}>", set()

    makers = [
        required, fallback, conditional, own_condition, expression, attribute,
        escaped, words,
    ]  # fmt: skip
    tags = st.sampled_from(["p", "span", "div", "a", "td"])
    return st.builds(
        lambda make, path, tag: make(path, tag), st.sampled_from(makers), paths, tags
    )


@given(st.lists(qweb_pieces()))
def test_bodies_need_the_paths_without_a_fallback(pieces):
    source = "<div>" + "".join(source for source, _paths in pieces) + "</div>"
    expected = set().union(*(needed for _source, needed in pieces))
    assert placeholders.qweb_paths(source) == expected


@given(st.lists(qweb_pieces()))
def test_what_stands_in_a_condition_is_not_needed(pieces):
    inside = "".join(source for source, _paths in pieces)
    source = f"<div><p t-if='object.user_id'>{inside}</p></div>"
    assert placeholders.qweb_paths(source) == set()


@given(st.lists(qweb_pieces()), paths)
def test_after_a_condition_paths_are_needed_again(pieces, path):
    inside = "".join(source for source, _paths in pieces)
    source = f"<p t-foreach='x' t-as='y'>{inside}</p><p t-out='object.{path}'/>"
    assert placeholders.qweb_paths(source) == {path}


@pytest.mark.parametrize(
    "source, expected",
    [
        # a blank is no fallback
        ("<t t-out='object.name'> </t>", {"name"}),
        # an image holds nothing, so its condition guards nothing
        ("<p><img t-if='x'><t t-out='object.name'/></p>", {"name"}),
        ("<p><br/><t t-out='object.name'/></p>", {"name"}),
        # what is never closed ends with the text
        ("<p><t t-out='object.name'>", {"name"}),
    ],
)
def test_known_bodies(source, expected):
    assert placeholders.qweb_paths(source) == expected


@given(st.text())
def test_no_text_is_too_broken_to_read(source):
    assert isinstance(placeholders.qweb_paths(source), set)
    assert isinstance(placeholders.inline_paths(source), set)
