from odoo import api, models
from odoo.http import request


class ResUsers(models.Model):
    """What becomes of the customers of a colleague who leaves.

    Odoo deletes the activities of a user who is archived and leaves the customers with
    them. Before that, all that was theirs goes to others: to those who are named, else
    to whoever stands in for them in each company.
    """

    _inherit = "res.users"

    def action_archive(self):
        self.check_access("write")
        leaving = self.filtered("active")
        if self._crl_is_on_screen() and any(leaving._crl_count_portfolio()):
            return leaving._crl_open_hand_over()
        leaving._crl_hand_over()
        return super().action_archive()

    def write(self, vals):
        if "active" in vals and not vals["active"]:
            self.check_access("write")
            self.filtered("active")._crl_hand_over()
        result = super().write(vals)
        if {"company_ids", "company_id", "group_ids"} & vals.keys():
            self._crl_leave_companies()
        return result

    def unlink(self):
        self.check_access("unlink")
        self._crl_hand_over()
        return super().unlink()

    @api.model
    def _crl_is_on_screen(self):
        """Whether the web client asks to archive users, and can show a dialog. Other
        systems, and addons that archive a user in the course of something else, get
        what the dialog proposes."""
        if not request or self.env.context.get("crl_hand_over"):
            return False
        asked = {"model": self._name, "method": "action_archive"}
        path = request.httprequest.path
        return (
            path.startswith("/web/dataset/call_")
            and asked.items() <= request.params.items()
        )

    def _crl_open_hand_over(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Hand Over Before Archiving"),
            "res_model": "crl.hand.over",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"active_ids": self.ids, "default_archive": True},
        }

    def _crl_count_portfolio(self):
        """How many customers, contacts to be done and open cases the users have."""
        # who archives a user need not see their customers
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        mine = ("user_id", "in", self.ids)
        return (
            partners.search_count([mine]),
            self._crl_get_live_contacts().search_count(
                [mine, ("state", "in", ("planned", "open"))]
            ),
            self.env["crl.case"]
            .sudo()  # as above
            .search_count([mine, ("state", "in", ("open", "planned"))]),
        )

    @api.model
    def _crl_get_live_contacts(self):
        return self.env["crl.touchpoint"].sudo()  # as above

    def _crl_hand_over(self, heirs=None):
        """Give everything that is the users' to others.

        :param heirs: users who share the customers evenly; none: whoever stands in for
            the user in each company
        """
        # who archives a user need not see their customers; of those who leave together
        # nobody stands in for another
        leaving = self.sudo().with_context(crl_leaving=self.ids)
        for user in leaving.filtered(lambda user: not user.share):
            heirs = (heirs or self.browse()).sudo() - user  # as above
            user._crl_hand_over_duties(heirs if len(heirs) == 1 else heirs.browse())
            user._crl_hand_over_customers(heirs)
            user._crl_hand_over_rest(heirs[:1])

    def _crl_get_heir(self, heir, company):
        """The one who is named, else who stands in for the user in a company."""
        if heir:
            return heir
        return next(iter(self._crl_get_stand_ins(company)), self.browse())

    def _crl_hand_over_duties(self, heir):
        """Settings, steps and colleagues that name the user name the heir instead, or
        nobody: then those stand in whom the settings' help tells of."""
        for name in ("crl_manager_id", "crl_portfolio_admin_id"):
            companies = self.env["res.company"].search([(name, "=", self.id)])
            companies[name] = heir
        steps = self.env["crl.cadence.step"].search([("user_id", "=", self.id)])
        if heir and steps:
            steps.user_id = heir
        for colleague in self.search([("crl_deputy_id", "=", self.id)]):
            fits = heir and heir != colleague and not colleague.share
            fits = fits and heir._crl_can_replace(colleague)
            colleague.crl_deputy_id = heir if fits else False
        for colleague in self.search([("crl_cover_id", "=", self.id)]):
            colleague.crl_cover_id = colleague._crl_find_cover()
        # who stood in sees the customers of those who have them now
        self.filtered("crl_cover_id").write(
            {"crl_cover_id": False, "crl_away_until": False}
        )
        held = self._crl_get_live_contacts().search(
            [("activity_id.user_id", "=", self.id), ("state", "=", "open")]
        )
        held.filtered(lambda t: t.user_id != self)._change_hands()

    def _crl_hand_over_customers(self, heirs):
        """Make others the salespersons, without a mail for each customer; open contacts
        and cases follow. People go with their company."""
        customers = (
            self.env["res.partner"]
            .with_context(active_test=False, tracking_disable=True)
            .search([("user_id", "=", self.id)], order="id")
        )
        if heirs:
            houses = customers.commercial_partner_id
            turn = {house: number for number, house in enumerate(houses)}
            shares = customers.grouped(
                lambda p: heirs[turn[p.commercial_partner_id] % len(heirs)]
            )
        else:
            nobody = self.browse()
            companies = customers.grouped(lambda p: p.company_id or self.company_id)
            shares = {}
            for company, partners in companies.items():
                heir = self._crl_get_heir(nobody, company)
                shares[heir] = shares.get(heir, customers.browse()) + partners
        for heir, partners in shares.items():
            # without anybody the former salesperson shows whose they were
            if heir:
                partners.user_id = heir
                self._crl_tell_heir(heir, partners)

    def _crl_tell_heir(self, heir, partners):
        heir = heir.with_context(lang=heir.lang)
        self.partner_id.message_notify(
            partner_ids=heir.partner_id.ids,
            subject=heir.env._("Customers of %s", self.name),
            body=heir.env._(
                "Customers of %(user)s whom you look after from now on: %(count)s.",
                count=len(partners),
                user=self.name,
            ),
            force_send=False,
        )

    def _crl_hand_over_rest(self, heir):
        """Contacts, enrollments, cases and activities of customers who are others'."""
        mine = [("user_id", "=", self.id)]

        def follow(record):
            salesperson = record.partner_id.user_id
            company = record.company_id
            # a step that named the user names the heir now
            if (
                heir
                and record._name == "crl.touchpoint"
                and record.step_id
                and record._get_step().owner_rule == "user"
            ):
                return heir
            if salesperson != self and salesperson._crl_can_work(company):
                return salesperson
            return self._crl_get_heir(heir, company)

        touchpoints = self._crl_get_live_contacts().search(
            [*mine, ("state", "in", ("planned", "open"))]
        )
        for owner, group in touchpoints.grouped(follow).items():
            group._hand_over(owner)
        live = [
            self.env["crl.enrollment"].search([*mine, ("is_live", "=", True)]),
            self.env["crl.case"]
            .with_context(tracking_disable=True)
            .search([*mine, ("state", "in", ("open", "planned"))]),
        ]
        for records in live:
            for owner, group in records.grouped(follow).items():
                group.user_id = owner
                if owner and group._name == "crl.enrollment":
                    note = self.env._("%s takes over.", owner.name)
                    group._log("moved", "owner", note)
        self._crl_hand_over_activities(heir)

    @api.model
    def _crl_get_handed_models(self):
        """Models with a ``user_id`` and a ``company_id`` whose activities go to others
        with their records. An addon adds its own."""
        return ["res.partner", "crl.case"]

    def _crl_hand_over_activities(self, heir):
        """What else the user had promised to do for customers, cases and the like."""
        activities = self.env["mail.activity"].search(
            [
                ("user_id", "=", self.id),
                ("res_model", "in", self._crl_get_handed_models()),
            ]
        )
        for model, group in activities.grouped("res_model").items():
            records = self.env[model].browse(group.mapped("res_id"))
            owners = {}
            for record in records:
                owner, company = record.user_id, record.company_id or self.company_id
                if owner == self or not owner._crl_can_work(company):
                    owner = self._crl_get_heir(heir, company)
                owners[record.id] = owner
            for owner, mine in group.grouped(lambda a, o=owners: o[a.res_id]).items():
                if owner:
                    mine.with_context(
                        crl_engine=True, mail_activity_quick_update=True
                    ).user_id = owner

    def _crl_leave_companies(self):
        """Find others for contacts and cases of a company the user no longer works in,
        or that became a customer's or a supplier's login."""
        # the engine's records, whoever moves the user
        for user in self.sudo().filtered("active"):
            mine = [("user_id", "=", user.id)]
            touchpoints = self._crl_get_live_contacts().search(
                [*mine, ("state", "in", ("planned", "open"))]
            )
            cases = (
                self.env["crl.case"]
                .sudo()  # as above
                .search([*mine, ("state", "in", ("open", "planned"))])
            )
            touchpoints.filtered(
                lambda t, user=user: not user._crl_can_work(t.company_id)
            )._hand_over(user)
            for case in cases:
                if not user._crl_can_work(case.company_id):
                    case.user_id = case._get_owner()
