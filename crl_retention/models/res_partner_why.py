from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL, format_datetime

from ..tools import schedule


class ResPartner(models.Model):
    """Why a customer got something on a day, or nothing."""

    _inherit = "res.partner"

    def crl_explain(self, day=None):
        """What the engine did for the customer on a day, what it held back, and why.

        :param day: day of the company (or its ISO text); today when empty
        :returns: ``[{"date": UTC datetime or False, "sentence": text}]``, what happened
            in its order, then what still waited, then what comes next
        """
        actor = self.env["crl.actor"]
        actor._check_one(self)
        customer = self.commercial_partner_id
        company = customer.company_id or self.env.company
        day = actor._check_day(day) or company._crl_today()
        tz = company._crl_tz()
        begin = schedule.utc_at(day, 0.0, tz)
        end = schedule.utc_at(day + timedelta(days=1), 0.0, tz)
        lines = self.env["crl.touchpoint.log"].search(
            [
                ("partner_id", "=", customer.id),
                ("date", ">=", begin),
                ("date", "<", end),
            ],
            order="date, id",
        )
        told = [{"date": line.date, "sentence": self._crl_tell(line)} for line in lines]
        told += [
            {
                "date": False,
                "sentence": self.env._("Still waited: %s", self._crl_tell(line)),
            }
            for line in customer._crl_get_standing_holds(begin, lines)
        ]
        if not told:
            told.append({"date": False, "sentence": customer._crl_tell_nothing(end)})
        following = self.env["crl.touchpoint"].search(
            [
                ("partner_id", "=", customer.id),
                ("state", "in", ("planned", "open")),
                ("date_planned", ">=", begin),
            ],
            order="date_planned, id",
            limit=1,
        )
        if following:
            told.append(
                {
                    "date": False,
                    "sentence": self.env._(
                        "Next: “%(contact)s” on %(moment)s.",
                        contact=following.title,
                        moment=format_datetime(
                            self.env, following.date_planned, tz=tz, dt_format="short"
                        ),
                    ),
                }
            )
        return told

    @api.model
    def _crl_tell(self, line):
        """A line of the log, with the contact it is about."""
        if line.touchpoint_id:
            return self.env._(
                "“%(contact)s”: %(sentence)s",
                contact=line.touchpoint_id.title,
                sentence=line.sentence,
            )
        return line.sentence

    def _crl_get_standing_holds(self, begin, lines):
        """The lines that were the last word on a contact or a procedure when a day
        began, held it back, and were not followed by another on the day.

        :param begin: naive UTC
        :param lines: what happened on the day
        """
        Log = self.env["crl.touchpoint.log"]
        Log.flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT ON (touchpoint_id, enrollment_id) id
                     FROM crl_touchpoint_log
                    WHERE partner_id = %s AND date < %s
                 ORDER BY touchpoint_id, enrollment_id, date DESC, id DESC""",
                self.id,
                begin,
            )
        )
        # of these, those the user may read
        last = Log.search([("id", "in", [row[0] for row in rows])], order="date, id")
        followed = {(line.touchpoint_id, line.enrollment_id) for line in lines}
        return last.filtered(
            lambda line: (
                line.decision in ("held", "paused")
                and (line.touchpoint_id, line.enrollment_id) not in followed
            )
        )

    def _crl_tell_nothing(self, end):
        """Why there is nothing to tell of a day that ends at ``end``, naive UTC."""
        self.ensure_one()
        # sudo: that there is something the user does not see is no secret
        if self.sudo().crl_relationship_id - self.env["crl.relationship"].search(
            [("partner_id", "=", self.id)]
        ):
            return self.env._(
                "You do not see the contacts of this customer: ask whoever looks after "
                "them."
            )
        enrollments = self.env["crl.enrollment"].search(
            [("partner_id", "=", self.id)], order="id desc"
        )
        live = enrollments.filtered("is_live")
        heldout = live.filtered("is_holdout")
        if heldout:
            return self.env._(
                "Nothing: held out of “%s” on purpose, to learn whether it works.",
                heldout[0].cadence_id.name,
            )
        if live:
            return self.env._("Nothing was due.")
        if enrollments:
            return self.env._(
                "Nothing: the customer left “%(cadence)s”. %(reason)s",
                cadence=enrollments[0].cadence_id.name,
                reason=enrollments[0].exit_reason or "",
            ).strip()
        return self.env._("Nothing: the customer goes through no procedure.")

    def action_crl_why(self):
        """Ask for the day to explain."""
        self.env["crl.actor"]._check_one(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Why?"),
            "res_model": "crl.why",
            "view_mode": "form",
            "target": "new",
            "context": {"default_partner_id": self.commercial_partner_id.id},
        }
