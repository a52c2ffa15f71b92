from typing import NamedTuple

from odoo import fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import timeline
from .crl_actor import _quote

#: The most rows of one answer.
MOST_ROWS = 200
#: Characters of a row's text, after which it is cut.
MOST_TEXT = 600


class Source(NamedTuple):
    """Where rows of the timeline come from."""

    model: str
    #: stored Datetime the rows are ordered by, or Date: the beginning of that day
    date: str
    #: which records are the customer's
    domain: list | Domain
    #: method of res.partner: records → ``{id: {title, text, who, verdict, state}}``
    tell: str
    #: what users filter by: several sources can share one
    kind: str
    label: str
    #: Font Awesome class, unless a row brings its own
    icon: str


class ResPartner(models.Model):
    """What happened between the customer and us, from whatever is installed."""

    _inherit = "res.partner"

    def crl_get_timeline(self, limit=30, before=None, sources=None):
        """What happened with the customer and what is ahead, newest first.

        The user sees what they may open by themselves: each source is searched with
        their own rights.

        :param int limit: rows, 200 at most
        :param before: the ``key`` of the last row of the page before, or a UTC moment
            (ISO text): rows below it
        :param sources: kinds of ``crl_get_timeline_kinds``; all when empty
        :returns: ``[{"key", "date" (UTC text), "kind", "icon", "title", "text", "who",
            "verdict", "state" (label), "is_day", "model", "id"}]``; ``model`` and
            ``id`` are what a click opens, ``is_day``: the hour is not known
        :raises ValidationError: for arguments that are none of these
        """
        self._crl_check_timeline()
        place = self._crl_check_timeline_page(limit, before)
        found = []
        known = self._crl_choose_sources(sources)
        for name, source in known.items():
            records = self.env[source.model].search(
                self._crl_get_page_domain(name, source, place),
                order=f"{source.date} desc, id desc",
                limit=limit,
            )
            found += [
                timeline.Place(fields.Datetime.to_datetime(r[source.date]), name, r.id)
                for r in records
            ]
        return self._crl_tell_rows(known, timeline.take(found, limit))

    def crl_get_timeline_kinds(self):
        """The kinds of rows a timeline of the customer can have for the user:
        ``[{"kind", "label", "icon"}]``."""
        self._crl_check_timeline()
        kinds = {}
        for source in self._crl_choose_sources().values():
            kinds.setdefault(
                source.kind,
                {"kind": source.kind, "label": source.label, "icon": source.icon},
            )
        return [*kinds.values()]

    def _crl_get_timeline_sources(self):
        """Where the rows of the customer's timeline come from: ``{name: Source}``.

        An addon adds sources of its own. Records are searched with the user's rights,
        so a domain need only say whose they are. ``self`` is the commercial partner.
        """
        self.ensure_one()
        return {}

    def _crl_check_timeline(self):
        self.env["crl.actor"]._check_one(self)
        if not (self.env.su or self.env.user._is_internal()):
            raise AccessError(self.env._("Only employees can see this."))

    def _crl_check_timeline_page(self, limit, before):
        if not self.env["crl.actor"]._is_id(limit) or limit > MOST_ROWS:
            raise ValidationError(
                self.env._("Ask for 1 to %s rows at a time.", MOST_ROWS)
            )
        if not before:
            return None
        place = isinstance(before, str) and timeline.read(before)
        if not place:
            raise ValidationError(
                self.env._("“%s” is not the key of a row.", _quote(before))
            )
        return place

    def _crl_choose_sources(self, kinds=None):
        """The sources of the kinds asked for that the user may read at all."""
        customer = self.commercial_partner_id
        known = customer._crl_get_timeline_sources()
        names = sorted({source.kind for source in known.values()})
        if kinds and not (
            isinstance(kinds, list | tuple) and all(kind in names for kind in kinds)
        ):
            raise ValidationError(
                self.env._(
                    "“%(value)s” is no part of the timeline. Use some of: %(kinds)s.",
                    value=_quote(kinds),
                    kinds=", ".join(names),
                )
            )
        return {
            name: source
            for name, source in known.items()
            if (not kinds or source.kind in kinds)
            and self.env[source.model].has_access("read")
        }

    def _crl_get_page_domain(self, name, source, place):
        domain = Domain(source.domain) & Domain(source.date, "!=", False)
        if not place:
            return domain
        edge = timeline.get_edge(place, name)

        def is_below(model, alias, query):
            return SQL(
                "(%s, %s) < (%s, %s)",
                model._field_to_sql(alias, source.date, query),
                SQL.identifier(alias, "id"),
                place.date,
                edge,
            )

        return domain & Domain.custom(to_sql=is_below)

    def _crl_tell_rows(self, known, places):
        """The rows of some places, in their order."""
        customer = self.commercial_partner_id
        told = {}
        for name, source in known.items():
            ids = [place.id for place in places if place.source == name]
            records = self.env[source.model].browse(ids)
            is_day = records._fields[source.date].type == "date"
            for number, row in getattr(customer, source.tell)(records).items():
                told[name, number] = {
                    "kind": source.kind,
                    "icon": source.icon,
                    "who": "",
                    "state": "",
                    "verdict": False,
                    "is_day": is_day,
                    "model": source.model,
                    "id": number,
                    **row,
                    "text": self._crl_cut(row.get("text")),
                }
        return [
            {
                "key": timeline.write(place),
                "date": fields.Datetime.to_string(place.date),
                **told[place.source, place.id],
            }
            for place in places
        ]

    @staticmethod
    def _crl_cut(text, limit=MOST_TEXT):
        """A text that is not longer than ``limit``, cut between words."""
        text = (text or "").strip()
        if len(text) <= limit:
            return text
        return text[: limit - 1].rsplit(None, 1)[0] + "…"
