from odoo import api, fields, models
from odoo.exceptions import UserError

PROMISE_STATES = [
    ("open", "Open"),
    ("kept", "Kept"),
    ("broken", "Broken"),
    ("cancelled", "Cancelled"),
]
#: How the states of a case read where it is a promise.
READS_AS = {
    "open": "open",
    "planned": "open",
    "recovered": "kept",
    "not_recovered": "broken",
    "cancelled": "cancelled",
}


class CrlCase(models.Model):
    """A promise: what a colleague told a customer, who does it, and until when.

    Whoever does it need not have a role: it is an activity on the customer, and done
    there it is kept. From hand to hand the chain tells who had it; its deadline is what
    the customer was told, and stays.
    """

    _inherit = "crl.case"

    promise_state = fields.Selection(
        PROMISE_STATES, "Kept or Not", compute="_compute_promise_state", store=True
    )
    status = fields.Char(compute="_compute_status")
    taken_by_id = fields.Many2one(
        "res.users",
        index="btree_not_null",
        readonly=True,
        help="Who made the promise to the customer.",
    )
    hand_ids = fields.One2many("crl.case.hand", "case_id", "Who Does It, in Turn")
    activity_id = fields.Many2one(
        "mail.activity",
        "To Do",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        readonly=True,
    )

    @api.depends("kind", "state")
    def _compute_promise_state(self):
        for case in self:
            case.promise_state = case.kind == "promise" and READS_AS[case.state]

    @api.depends("kind", "state")
    @api.depends_context("lang")
    def _compute_status(self):
        """The state in the words of its kind, for lists of cases and promises."""
        cases, promises = (
            dict(self._fields[name]._description_selection(self.env))
            for name in ("state", "promise_state")
        )
        for case in self:
            case.status = promises.get(case.promise_state) or cases.get(case.state)

    def _get_promises(self):
        return self.filtered(lambda case: case.kind == "promise")

    def write(self, vals):
        before = {case: case.deadline for case in self._get_promises()}
        result = super().write(vals)
        # whoever may change the case: the chain, the activity and the log are ours
        live = self.sudo().filtered(lambda case: case in before and case._is_live())
        if "user_id" in vals:
            for case in live:
                if case._get_current_hand().user_id != case.user_id:
                    case._pass_to(case.user_id)
        if "deadline" in vals:
            for case in live.filtered(lambda case: case.deadline != before[case]):
                case._log(self.env._("Put off until %s.", case._say(case.deadline)))
        return result

    def _get_salespersons(self):
        """Open cases that go to the next salesperson with the customer: a promise that
        a colleague keeps stays with them."""
        return self.filtered(
            lambda case: (
                case._is_live()
                and (
                    case.kind != "promise"
                    or not case.user_id
                    or case.user_id == case.partner_id.crl_relationship_id.user_id
                )
            )
        )

    # ---- Verbs ----

    def _as_keeper(self):
        """Check that the user may act on these promises and return them in sudo: who
        does or took them, whoever answers for every customer, and whoever may act on
        the case.

        :raises AccessError: when one is neither
        :raises UserError: when one is no promise
        """
        self._check_ids(self)
        # whose promises they are decides, also for who has no role
        promises = self.sudo()
        user = self.env.user
        if not self.env.su:
            others = promises.filtered(
                lambda case: (
                    case.kind != "promise"
                    or user not in (case.user_id | case.taken_by_id)._crl_with_cover()
                    and not case.partner_id._crl_may_answer(case.company_id)
                )
            )
            if others:
                others.sudo(False)._as_engine()
        if promises - promises._get_promises():
            raise UserError(self.env._("This is not a promise."))
        return promises

    def action_keep_promise(self, note=None):
        """Close promises: it was done. One that seemed broken can be kept after all."""
        for case in self._as_keeper():
            if case.state != "recovered":
                case._recover(self._check_text(note))
        return True

    def action_break_promise(self, note=None):
        """Close promises that were not kept, and will not be."""
        for case in self._as_keeper():
            if not case._is_live():
                raise UserError(self.env._("This promise is closed already."))
            case._close("not_recovered", self._check_text(note))
        return True

    def action_hand_over(self, user_id=None, note=None, deadline=None):
        """Pass promises on to a colleague, who does them from now on.

        :param user_id: id of the colleague; empty: who is next in the chain
        :param note: what they have and what they do
        :param deadline: UTC moment until which they do their part, when they do not do
            it all: it then comes back. What the customer was told stays.
        :raises UserError: when the colleague does not work there, has it already, or
            would have it longer than the customer was told
        """
        user = self._check_named("res.users", user_id)
        until = deadline and self._check_moment(deadline)
        for case in self._as_keeper():
            if not case._is_live():
                raise UserError(self.env._("This promise is closed already."))
            heir = user or case._get_next_hand().user_id
            case._check_hand(heir)
            if heir == case.user_id:
                raise UserError(self.env._("%s does it already.", heir.name))
            if until and until > case.deadline:
                raise UserError(
                    self.env._(
                        "The customer was told %s: put the promise off first.",
                        case._say(case.deadline),
                    )
                )
            part = until if until and until < case.deadline else False
            case._pass_to(heir, self._check_text(note), part)
        return True

    def _check_hand(self, user):
        """Refuse whoever cannot do it.

        :raises UserError: unless they work in the company of the promise
        """
        if not user._crl_can_work(self.company_id):
            raise UserError(
                self.env._("Choose a colleague who works in %s.", self.company_id.name)
            )

    def _fulfil(self, note):
        """Whoever has it now did their part: it goes to who is next, or is kept."""
        for case in self:
            following = case._get_next_hand().user_id
            if following._crl_can_work(case.company_id):
                case._pass_to(following, note)
            elif case._is_live():
                case._recover(note)

    def _close(self, state, note):
        if self.kind != "promise":
            super()._close(state, note)
            return
        now = fields.Datetime.now()
        self.on_time = state == "recovered" and now <= self.deadline
        self._get_next_hand().unlink()
        self._get_current_hand().date_to = now
        self._take_off_list(note if state == "recovered" else None)
        super()._close(state, note)
        told = self._in_owners_words()
        people = self.taken_by_id | self._get_customers_owner()
        if state == "not_recovered":
            people |= self._get_leader()
        if people - self.env.user:
            label = dict(
                told._fields["promise_state"]._description_selection(told.env)
            )[self.promise_state]
            told._tell(told.env._("Promise: %s", label), people - self.env.user)
