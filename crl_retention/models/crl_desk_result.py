from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL


class CrlDesk(models.AbstractModel):
    """The result of a contact: what is asked, what it leads to, and the next one."""

    _inherit = "crl.desk"

    @api.model
    def _show_form(self, touchpoint):
        """What is asked of a contact's result.

        :param touchpoint: as the engine sees it
        """
        labels = dict(touchpoint._fields["outcome"]._description_selection(self.env))
        verdicts = touchpoint._fields["verdict"]._description_selection(self.env)
        outcomes = touchpoint._get_channel_outcomes(touchpoint.channel)
        return {
            "outcomes": [{"value": code, "label": labels[code]} for code in outcomes],
            "verdicts": [{"value": code, "label": label} for code, label in verdicts],
            "asks_feedback": touchpoint._asks_verdict(),
            "people": self._show_people(touchpoint),
            "person": touchpoint.contact_id.id,
            "questions": touchpoint._get_questions()._show(),
            "causes": [
                {"id": cause.id, "name": cause.name}
                for cause in self.env["crl.case.cause"].search([])
            ],
            "indicators": self._show_indicators(touchpoint),
            "colleagues": self._show_colleagues(touchpoint.company_id),
            "consequence": touchpoint._get_consequence(
                touchpoint.partner_id, "reached", False
            ),
        }

    @api.model
    def _show_indicators(self, touchpoint):
        """The indicators that people write, as the customer stands."""
        company = touchpoint.company_id
        indicators = self.env["crl.indicator"].search(
            [("source", "=", "manual"), ("company_id", "in", (company.id, False))]
        )
        values = touchpoint.env["crl.indicator.value"].search(
            [
                ("partner_id", "=", touchpoint.partner_id.id),
                ("indicator_id", "in", indicators.ids),
            ]
        )
        raws = {value.indicator_id.id: value.raw for value in values}
        return [
            {
                "id": indicator.id,
                "name": indicator.name,
                "unit": indicator.unit or "",
                "raw": raws.get(indicator.id),
                "help": self._tell_indicator(indicator),
            }
            for indicator in indicators
        ]

    @api.model
    def _tell_indicator(self, indicator):
        return self.env._(
            "%(bad)s is bad, %(good)s is good.",
            bad=indicator._tell_raw(indicator.raw_bad, unit=False),
            good=indicator._tell_raw(indicator.raw_good, unit=False),
        )

    @api.model
    def _show_people(self, touchpoint):
        """Whom a visit can be to, of the customer."""
        if touchpoint.channel != "visit":
            return []
        people = touchpoint.partner_id.child_ids
        people = people.filtered(lambda person: person.type == "contact")
        return [{"id": person.id, "name": person.name or ""} for person in people]

    # ---- What the browser sent ----

    @api.model
    def _read_result(self, touchpoint, result):
        """The result, checked.

        :raises ValidationError: for what is none
        """
        if not isinstance(result, dict):
            raise ValidationError(self.env._("This result cannot be read."))
        outcome = touchpoint._check_choice("outcome", result.get("outcome"))
        date_next = result.get("date_next")
        return {
            "outcome": outcome or "reached",
            "verdict": touchpoint._check_choice("verdict", result.get("verdict")),
            "score": touchpoint._check_score(result.get("score")),
            "note": self._check_text(result.get("note")),
            "causes": self._read_records("crl.case.cause", result.get("cause_ids")),
            "date_next": self._check_moment(date_next) if date_next else False,
            "attachments": self._read_records(
                "ir.attachment", result.get("attachment_ids")
            ),
        }

    @api.model
    def _read_records(self, model, numbers):
        if not isinstance(numbers or [], list) or not all(
            self._is_id(number) for number in numbers or []
        ):
            raise ValidationError(self.env._("This result cannot be read."))
        return self.env[model].browse(numbers or []).exists()

    @api.model
    def get_consequence(self, touchpoint_id, result):
        """What a result would lead to, as a sentence, or False.

        :param dict result: as for ``finish``; outcome, verdict and date_next count
        """
        touchpoint = self._find("crl.touchpoint", touchpoint_id).sudo()  # its own case
        result = self._read_result(touchpoint, result)
        return touchpoint._get_consequence(
            touchpoint.partner_id,
            result["outcome"],
            result["verdict"] or touchpoint._get_verdict(result["score"]),
            result["date_next"],
        )

    # ---- Done ----

    @api.model
    def finish(self, touchpoint_id, result, view=None, key=None):
        """Close a contact with its result and open the next one, all or nothing.

        :param dict result: ``outcome``, ``verdict``, ``score`` (1–5), ``note``,
            ``cause_ids``, ``answers`` (``{question id: answer}``, or a list in the
            order of the questions; "yes" or "no", one of the choices, a number),
            ``indicators`` ``{id: number}``, ``promise`` ``{"text", "deadline",
            "user_id"}``, ``contact_id`` (who was met), ``date_next`` (UTC; another
            try, or a new contact as agreed), ``attachment_ids`` (uploaded for
            ``crl.touchpoint.result``); all optional
        :param dict view: the list the next contact comes from, as for
            ``get_worklist``; False: none
        :param str key: made up by the browser for this result. Sent again with it, the
            result is not taken twice, and the answer is the same.
        :returns: ``{"next": as open_contact or False, "consequence": sentence or False,
            "counts", "total", "refused": False}``. ``refused`` is a sentence when a
            colleague was faster: nothing of the result was taken.
        :raises UserError: for a result that cannot be, which stays as it is
        """
        touchpoint = self._find("crl.touchpoint", touchpoint_id)._as_engine()
        view = self._read_view(view) if view is not False else None
        key = self._check_text(key, 100) or False
        self._lock(touchpoint)
        consequence = False
        refused = False
        if not key or touchpoint.result_key != key:
            refused = self._get_refusal(touchpoint)
            if not refused:
                consequence = self._finish(touchpoint, result)
                touchpoint.result_key = key
        answer = {"next": False, "consequence": consequence, "refused": refused}
        if view:
            answer["next"] = self._take_first(view)
            counts, total = self._count_work(self._get_work(view), view)
            answer.update(counts=counts, total=total)
        return answer

    @api.model
    def _lock(self, touchpoint):
        """Wait for whoever just closes the contact; Odoo then tries this one again."""
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                "SELECT id FROM crl_touchpoint WHERE id = %s FOR NO KEY UPDATE",
                touchpoint.id,
            )
        )
        touchpoint.invalidate_recordset(flush=False)

    @api.model
    def _get_refusal(self, touchpoint):
        """Why a result cannot be taken any more, or False."""
        colleague = self._show_colleague(touchpoint)
        if touchpoint.is_live and not colleague:
            return False
        if colleague:
            return self.env._(
                "%s has this contact open: nothing was saved.", colleague["name"]
            )
        if touchpoint.state == "done":
            return self.env._(
                "%s has closed this contact already: nothing was saved.",
                touchpoint.user_id.name,
            )
        return self.env._("This contact is closed already: nothing was saved.")

    @api.model
    def _finish(self, touchpoint, result):
        """Take a result; returns what it leads to."""
        read = self._read_result(touchpoint, result)
        attachments = touchpoint.with_env(self.env)._take_attachments(
            touchpoint.partner_id, read.pop("attachments")
        )
        consequence = touchpoint._get_consequence(
            touchpoint.partner_id,
            read["outcome"],
            read["verdict"] or touchpoint._get_verdict(read["score"]),
            read["date_next"],
        )
        self._take_person(touchpoint, result.get("contact_id"))
        self._take_indicators(touchpoint, result.get("indicators"))
        self._take_promise(touchpoint, result.get("promise"))
        touchpoint.with_context(crl_attachment_ids=attachments)._take_result(
            **read, answers=result.get("answers")
        )
        touchpoint._tell_desks("closed")
        return consequence

    @api.model
    def _take_person(self, touchpoint, number):
        """Write down who was met."""
        if not number:
            return
        person = self._check_record("res.partner", number).sudo()  # whose it is follows
        if person.commercial_partner_id != touchpoint.partner_id:
            raise ValidationError(
                self.env._("Choose somebody who belongs to this customer.")
            )
        touchpoint.contact_id = person - touchpoint.partner_id

    @api.model
    def _take_indicators(self, touchpoint, raws):
        """Write the indicators the operator saw or asked.

        :param dict raws: ``{indicator id: number}``; ids may be text, as JSON has it
        """
        if not isinstance(raws or {}, dict):
            raise ValidationError(self.env._("This result cannot be read."))
        for number, raw in (raws or {}).items():
            indicator = self._check_record("crl.indicator", self._read_id(number))
            # who does the contact writes what they heard, whoever's customer it is
            touchpoint.partner_id._crl_write_indicator(indicator, raw)
