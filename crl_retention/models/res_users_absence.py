from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from ..tools import absence, schedule


class ResUsers(models.Model):
    """Who stands in for a colleague who is away.

    Away is who is out of office at noon, or on a leave of their own; weekends and
    public holidays alone are no absence. While a user is away the engine writes down
    who stands in, and until when; contacts and customers stay the user's.
    """

    _inherit = "res.users"

    crl_deputy_id = fields.Many2one(
        "res.users",
        "Deputy",
        domain="[('share', '=', False), ('id', '!=', id)]",
        ondelete="set null",
        copy=False,
        help="Gets the retention contacts that fall due while this user is out of "
        "office or on leave. When both are away, the deputy's deputy, the team leader "
        "or the portfolio administrator does. Without a deputy contacts wait.",
    )
    crl_cover_id = fields.Many2one(
        "res.users",
        "Stands In Now",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        copy=False,
    )
    crl_away_until = fields.Date("Away Until", readonly=True, copy=False)

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + [
            "crl_deputy_id",
            "crl_cover_id",
            "crl_away_until",
        ]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return super().SELF_WRITEABLE_FIELDS + ["crl_deputy_id"]

    @api.constrains("crl_deputy_id")
    def _check_crl_deputy_id(self):
        for user in self:
            deputy = user.crl_deputy_id
            if deputy and (
                user.share or deputy == user or not deputy._crl_can_replace(user)
            ):
                # who it is may be none of theirs: everybody chooses for themselves
                raise ValidationError(
                    self.env._(
                        "%s: only a colleague who works in the same company can stand "
                        "in.",
                        user.name,
                    )
                )

    def crl_set_deputy(self, deputy_id):
        """Say who stands in for users while they are away.

        :param deputy_id: id of a user; empty: nobody
        :raises AccessError: unless for oneself, for one's own team, or as a manager of
            a company they work in
        """
        me = self.env.user
        actor = self.env["crl.actor"]
        actor._check_ids(self)
        if not me.has_group("crl_retention.crl_retention_group_user"):
            raise AccessError(
                self.env._("Only users of Customer Retention can do this.")
            )
        is_manager = me.has_group("crl_retention.crl_retention_group_manager")
        # where somebody works decides, whoever asks
        foreign = self.sudo().filtered(
            lambda user: (
                user != me
                and user._crl_get_leader() != me
                and not (is_manager and user.company_ids & me.company_ids)
            )
        )
        if foreign:
            raise AccessError(
                self.env._(
                    "%s: only they, their team leader or a manager chooses who stands "
                    "in.",
                    ", ".join(foreign.mapped("name")),
                )
            )
        deputy = actor._check_record("res.users", deputy_id)
        if deputy_id and not deputy:
            raise UserError(self.env._("Choose an active user of the company."))
        # checked above: leaders do not write users
        self.sudo().crl_deputy_id = deputy
        return True

    def _crl_can_work(self, company):
        """Whether the user is there to look after customers of a company."""
        user = self.sudo()  # who works where decides, whoever asks
        return (
            user.active
            and not user.share
            and company in user.company_ids
            and user.id not in self.env.context.get("crl_leaving", ())
        )

    def _crl_can_replace(self, user):
        companies = user.sudo().company_ids  # as above
        return all(self._crl_can_work(company) for company in companies)

    def _crl_get_stand_ins(self, company):
        """Who looks after the user's customers when nobody was named, in order: their
        team leader, the portfolio administrator, the retention manager."""
        people = (
            self._crl_get_leader(),
            company.crl_portfolio_admin_id,
            company.crl_manager_id,
        )
        return [person for person in people if person._crl_can_work(company)]

    def _crl_with_cover(self):
        """The users, and whoever stands in for them now."""
        return self | self.sudo().crl_cover_id  # for every colleague to know

    def _crl_get_hand(self, day):
        """Who does what is the user's on a local day: the user, or who stands in."""
        if self.crl_cover_id and day <= self.crl_away_until:
            return self.crl_cover_id
        return self

    # ---- Who is away ----

    def _crl_get_last_day_away(self):
        """The last day of the absence the user is in today, or none."""
        self.ensure_one()
        company = self.company_id
        calendar, __ = self._crl_get_calendar(company)
        is_workday = calendar._crl_working_days() if calendar else lambda day: True
        is_there = self._crl_working_days(company)
        today = schedule.local_day(fields.Datetime.now(), self._crl_get_tz(company))
        return absence.last_day_away(today, is_workday, lambda day: not is_there(day))

    def _crl_find_cover(self):
        """Who is there to stand in for the user today: the deputy, the deputy's deputy
        and so on, else the user's leader or the portfolio administrator."""
        self.ensure_one()
        chain = self
        while chain[-1].crl_deputy_id - chain:
            chain += chain[-1].crl_deputy_id
        for candidate in [*chain[1:], *self._crl_get_stand_ins(self.company_id)]:
            if (
                candidate != self
                and candidate._crl_can_replace(self)
                and not candidate._crl_get_last_day_away()
            ):
                return candidate
        return self.browse()

    @api.model
    def _crl_get_maybe_away(self):
        """Users with a deputy who may be away around now, or were when last asked."""
        now = fields.Datetime.now()
        since, soon = now - timedelta(days=absence.LOOK_BACK), now + timedelta(days=1)
        leaves = self.env["resource.calendar.leaves"].search(
            [
                ("resource_id.user_id", "!=", False),
                ("date_from", "<=", soon),
                ("date_to", ">=", since),
            ]
        )
        out_of_office = Domain("out_of_office_from", "<=", soon) & (
            Domain("out_of_office_to", "=", False)
            | Domain("out_of_office_to", ">=", since)
        )
        return self.search(
            Domain("crl_cover_id", "!=", False)
            | Domain("crl_deputy_id", "!=", False)
            & (out_of_office | Domain("id", "in", leaves.resource_id.user_id.ids))
        )

    @api.model
    def _crl_update_covers(self, limit):
        """Write down who stands in for whom today.

        :param limit: not needed: only the colleagues who may be away are looked at
        :returns: how many users have another cover than before
        """
        changed = 0
        for user in self._crl_get_maybe_away():
            until = user.crl_deputy_id and user._crl_get_last_day_away() or False
            cover = user._crl_find_cover() if until else self.browse()
            if cover and (user.crl_cover_id, user.crl_away_until) != (cover, until):
                user.write({"crl_cover_id": cover.id, "crl_away_until": until})
                changed += 1
            elif user.crl_cover_id and not cover:
                # until when stays, until the contacts are back (_pass_on)
                user.crl_cover_id = False
                changed += 1
        return changed
