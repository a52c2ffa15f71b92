from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

#: How many rows a page has, and how many letters are worked on at once.
MAX_PAGE, MAX_LETTERS = 200, 2000
#: Characters of a letter.
MAX_TEXT = 4000


class CrlLetter(models.AbstractModel):
    """The letters to be written by hand: a queue, and the letter that is open.

    What a user sees and does here is what their record rules and the verbs of contacts
    allow. What is offered to write is in ``crl_letter_words.py``, what is printed in
    ``crl_letter_print.py``.
    """

    _name = "crl.letter"
    _description = "Letters to Write"
    _inherit = ["crl.screen"]

    # ---- The queue ----

    @api.model
    def get_queue(self, view=None):
        """The letters that are due, the oldest first.

        :param dict view: ``scope`` 'mine' (with those the user stands in for), 'team'
            (leaders) or 'all'; ``search`` in the customer's name and city; ``offset``,
            ``limit``
        :returns: ``{"rows", "total", "ids", "scopes", "formats"}``; ``ids`` of all of
            them, 2,000 at most, so that all can be printed at once
        """
        desk = self.env["crl.desk"]
        desk._check_worker()
        view = desk._read_view(view)
        letters = self.env["crl.touchpoint"].search(
            self._get_queue_domain(view), order="date_planned, id"
        )
        page = letters[view["offset"] : view["offset"] + view["limit"]]
        return {
            "rows": self._show_rows(page),
            "total": len(letters),
            "ids": letters.ids[:MAX_LETTERS],
            "scopes": desk._get_scopes(),
            "formats": self._show_formats(),
        }

    @api.model
    def _get_queue_domain(self, view):
        desk = self.env["crl.desk"]
        return (
            Domain("channel", "=", "letter")
            & Domain("state", "=", "open")
            & desk._get_owner_domain(view["scope"])
            & desk._get_search_domain(view)
        )

    @api.model
    def _show_rows(self, letters):
        """What a list shows of letters; all of a page is read at once."""
        # the names and addresses of those whose letters the user was let see before
        (letters.contact_id | letters.partner_id).sudo().fetch(
            ["name", "street", "street2", "zip", "city", "state_id", "country_id"]
        )
        printed = self._get_printed(letters)
        return [self._show_row(letter, printed) for letter in letters]

    @api.model
    def _show_row(self, letter, printed):
        addressee = letter._get_addressee()
        day = self.env["crl.desk"]._get_local_day(letter.date_planned)
        today = self.env["crl.desk"]._get_local_day(fields.Datetime.now())
        return {
            "id": letter.id,
            # as in _show_rows
            "name": letter.partner_id.sudo().display_name,
            "person": letter.contact_id.sudo().name or "",  # as in _show_rows
            "address": addressee._crl_get_postal_lines(letter.company_id),
            "has_address": addressee._crl_has_address(),
            "title": letter.title,
            "day": format_date(self.env, day),
            "late_days": max((today - day).days, 0),
            # who does what is for every colleague to know
            "user_name": letter.user_id.sudo().name or "",
            "has_text": bool(letter.letter_text),
            "is_printed": letter.is_letter_printed,
            "printed": printed.get(letter.id, []),
        }

    @api.model
    def _get_printed(self, letters):
        """What was printed for each letter: ``{id: [sentence]}``, in one query."""
        lines = self.env["crl.touchpoint.log"].search(
            [
                ("touchpoint_id", "in", letters.ids),
                ("decision", "=", "printed"),
                ("rule", "=", "letter"),
            ],
            order="id",
        )
        return {
            letter.id: list(dict.fromkeys(same.mapped("note")))
            for letter, same in lines.grouped("touchpoint_id").items()
        }

    # ---- One letter ----

    @api.model
    def _find(self, letter_ids):
        """The letters of some ids the browser sent, as the user may see them.

        :raises ValidationError: for what are no ids
        :raises UserError: for contacts that are no letters
        """
        self.env["crl.desk"]._check_worker()
        letters = self.env["crl.desk"]._read_records("crl.touchpoint", letter_ids)
        if not letters:
            raise UserError(self.env._("Choose at least one letter."))
        if len(letters) > MAX_LETTERS:
            raise UserError(self.env._("Choose %s letters at most.", MAX_LETTERS))
        letters.check_access("read")
        if any(letter.channel != "letter" for letter in letters):
            raise UserError(self.env._("Only letters can be written here."))
        return letters

    @api.model
    def open_letter(self, letter_id):
        """All that is shown of one letter.

        :returns: ``{"letter", "script", "facts", "standing", "is_unhappy", "lang",
            "greeting", "sentences", "closing"}``; the latter three in the customer's
            language, to be written
        """
        letter = self._find([letter_id])
        (row,) = self._show_rows(letter)
        return {
            "letter": {
                **row,
                "partner_id": letter.partner_id.id,
                "text": letter._get_letter_texts()[letter.id],
                "is_open": letter.state == "open",
                "can_act": self.env["crl.desk"]._may_act(letter),
            },
            "script": letter.sudo().script or "",  # of who may see the letter
            **self._show_facts(letter),
        }

    @api.model
    def save_text(self, letter_id, text):
        """Keep what was written so far.

        :raises UserError: when the letter is posted already
        """
        letter = self._find([letter_id])._as_engine()
        if not letter.is_live:
            raise UserError(
                self.env._(
                    "The letter to %s is closed already: its text stays as it is.",
                    letter.partner_id.display_name,
                )
            )
        if isinstance(text, str) and len(text) > MAX_TEXT:
            raise ValidationError(
                self.env._("A letter has %s characters at most.", MAX_TEXT)
            )
        letter.letter_text = self._check_text(text, MAX_TEXT)
        return True

    # ---- Posted ----

    @api.model
    def post(self, letter_ids, is_printed=None, attachment_ids=None):
        """Tick letters as posted: their contacts are done, the customer reached.

        Sent again, it posts nothing twice.

        :param is_printed: whether they went out as they came from the printer, not
            handwritten; None: as it is known from printing
        :param attachment_ids: photos of one letter, uploaded for
            ``crl.touchpoint.result``
        :returns: ``{"posted": ids, "refused": [{"id", "name", "text"}]}``
        """
        letters = self._find(letter_ids)
        files = self.env["crl.desk"]._read_records("ir.attachment", attachment_ids)
        if files and len(letters) > 1:
            raise UserError(self.env._("A photo belongs to one letter: open it."))
        self._lock(letters)
        letters = letters._as_engine()
        refused = self._get_refused(letters)
        mine = letters.filtered(lambda letter: letter.id not in refused)
        ready = mine.filtered("is_live")
        if ready:
            files = (
                ready[:1]
                .with_env(self.env)
                ._take_attachments(ready[:1].partner_id, files)
            )
            if is_printed is not None:
                ready.is_letter_printed = bool(is_printed)
            ready.with_context(crl_attachment_ids=files).action_done("reached")
            ready._tell_desks("closed")
        return {
            "posted": mine.ids,
            "refused": [
                {"id": number, "name": name, "text": text}
                for number, (name, text) in refused.items()
            ],
        }

    @api.model
    def _lock(self, letters):
        """Wait for whoever just closes them; Odoo then tries this one again."""
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                """SELECT id FROM crl_touchpoint WHERE id = ANY(%s)
                 ORDER BY id FOR NO KEY UPDATE""",
                letters.ids,
            )
        )
        letters.invalidate_recordset(flush=False)

    @api.model
    def _get_refused(self, letters):
        """Letters that cannot be posted (any more): ``{id: (customer, sentence)}``."""
        desk = self.env["crl.desk"]
        refused = {}
        for letter in letters:
            is_mine = letter.state == "done" and letter.user_id == self.env.user
            text = not is_mine and desk._get_refusal(letter)
            if text:
                refused[letter.id] = (letter.partner_id.display_name, text)
        return refused
