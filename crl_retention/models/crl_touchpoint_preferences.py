from odoo import api, fields, models
from odoo.tools import format_date

from ..tools.consent import GRANTED, WITHDRAWN
from .crl_consent import ADDRESSES
from .crl_touchpoint_message import WRITERS


class CrlTouchpoint(models.Model):
    """The page on which customers choose what they get, behind the link of a
    message."""

    _inherit = "crl.touchpoint"

    preferences_url = fields.Char(
        "Link to the Preferences",
        compute="_compute_preferences_url",
        groups=WRITERS,
        help="For the texts of messages.",
    )

    @api.depends("access_token")
    @api.depends_context("uid")
    def _compute_preferences_url(self):
        for touchpoint in self:
            touchpoint.preferences_url = touchpoint._get_link("preferences")

    def _get_choices(self):
        """What the person can choose, and whether they get it now.

        :returns: ``{(channel, purpose): bool}``; channels the person has no address
            for are left out
        """
        self.ensure_one()
        person = self._get_person()
        return {
            (channel, purpose): not (
                self._is_kept_back(person, channel, purpose)
                or self._refuse_consent(person, channel, purpose)
            )
            for channel, purpose in self.env["crl.consent"]._get_labels()
            if channel not in ADDRESSES or person[ADDRESSES[channel]]
        }

    def _get_mark(self):
        """What the page shows now, as a short text: a form that was made of something
        else is stale."""
        choices = "".join(str(int(is_on)) for is_on in self._get_choices().values())
        return f"{choices}{self._get_person().crl_preferred_channel or ''}"

    def _is_not_to_be_contacted(self):
        self.ensure_one()
        return (
            self._get_person().crl_do_not_contact or self.partner_id.crl_do_not_contact
        )

    def _get_agreed(self):
        """What was said so far, for the person.

        :returns: ``[((channel, purpose), answer, day, how)]``, all but the first in
            words
        """
        self.ensure_one()
        consent = self.env["crl.consent"]
        statuses, sources = (
            dict(consent._fields[name]._description_selection(self.env))
            for name in ("status", "source")
        )
        words = self._get_words(self._get_person())
        return [
            (
                key,
                statuses[word["status"]],
                format_date(self.env, word["date"]),
                sources[word["source"]],
            )
            for key in consent._get_labels()
            if (word := words.get(".".join(key)))
        ]

    def _choose(self, wanted, preferred, mark, **proof):
        """Write down what the person chose on the page, where it is something else
        than what the page showed.

        :param wanted: ``{(channel, purpose)}`` that are ticked
        :param preferred: email, sms, or False
        :param mark: of the page, see ``_get_mark``
        :returns: whether it was done; not when the page was stale
        :raises LockError: while another choice is being written
        """
        self.ensure_one()
        # the customer's doing, written down by the engine
        self = self.with_user(api.SUPERUSER_ID)  # noqa: PLW0642
        person = self._get_person()
        person.lock_for_update()
        if mark != self._get_mark() or self._is_not_to_be_contacted():
            return False
        changes = {
            key: GRANTED if key in wanted else WITHDRAWN
            for key, is_on in self._get_choices().items()
            if is_on != (key in wanted)
        }
        consent = self.env["crl.consent"]
        consent._record(
            {person: changes},
            "page",
            company_id=self.company_id.id,
            touchpoint_id=self.id,
            **proof,
        )
        own = self.with_context(lang=self.company_id.partner_id.lang)
        labels = consent.with_env(own.env)._get_labels()
        notes = [
            own.env._("yes to %s", labels[key])
            if status == GRANTED
            else own.env._("no to %s", labels[key])
            for key, status in changes.items()
        ]
        if preferred != person.crl_preferred_channel:
            person.crl_preferred_channel = preferred
            choices = person._fields["crl_preferred_channel"]
            choices = dict(choices._description_selection(own.env))
            notes.append(
                own.env._("prefers %s", choices[preferred])
                if preferred
                else own.env._("prefers nothing in particular")
            )
        if notes:
            own._log("chosen", "preferences", ", ".join(notes))
        return True
