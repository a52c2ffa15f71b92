from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import is_html_empty

from ..tools import quota
from .crl_actor import _quote

#: Days in which the salespeople write their own words.
WRITE_DAYS = 7


class CrlNewsletter(models.Model):
    """A newsletter that each salesperson sends to their own customers.

    Marketing writes it, the salespeople add a few words of their own, and one Odoo
    mailing for each of them goes out in their name. Who gets letters rather than emails
    gets it printed. Nothing is ever sent by itself.
    """

    _name = "crl.newsletter"
    _description = "Newsletter"
    _inherit = ["mail.thread", "mail.activity.mixin", "crl.actor"]
    _order = "date_from desc, id desc"

    name = fields.Char("Subject", required=True, tracking=True)
    active = fields.Boolean(default=True)
    date_from = fields.Date(
        "Month",
        required=True,
        default=lambda self: quota.first_day(self.env.company._crl_today()),
        help="Any day of the month: the first is kept.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users", "Responsible", default=lambda self: self.env.user
    )
    segment_id = fields.Many2one(
        "crl.segment",
        index="btree_not_null",
        ondelete="restrict",
        help="Only customers of this segment. Empty: all who are looked after.",
    )
    body = fields.Html(help="What everybody reads, below the salesperson's own words.")
    is_monthly = fields.Boolean(
        "Every Month",
        help="When a month begins, a copy is prepared for you to rewrite. It is not "
        "sent by itself.",
    )
    origin_id = fields.Many2one(
        "crl.newsletter",
        "Copy Of",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
    )
    state = fields.Selection(
        [
            ("draft", "Being Written"),
            ("prepared", "Ready to Send"),
            ("sent", "Sent"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    sender_ids = fields.One2many(
        "crl.newsletter.sender", "newsletter_id", "Salespeople", readonly=True
    )
    email_count = fields.Integer("Emails", compute="_compute_counts")
    letter_count = fields.Integer("Letters", compute="_compute_counts")
    nothing_count = fields.Integer("Get Nothing", compute="_compute_counts")

    # one copy a month, also of two workers
    _origin_uniq = models.UniqueIndex("(origin_id) WHERE origin_id IS NOT NULL")

    @api.depends("sender_ids.email_count", "sender_ids.letter_count")
    def _compute_counts(self):
        names = ("email_count", "letter_count", "nothing_count")
        # who reads the newsletter reads its numbers
        senders = self.env["crl.newsletter.sender"].sudo()
        groups = senders._read_group(
            [("newsletter_id", "in", self.ids)],
            ["newsletter_id"],
            [f"{name}:sum" for name in names],
        )
        sums = {newsletter.id: numbers for newsletter, *numbers in groups}
        for newsletter in self:
            numbers = sums.get(newsletter._origin.id, (0, 0, 0))
            newsletter.update(dict(zip(names, numbers, strict=True)))

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._tidy(vals) for vals in vals_list])

    def write(self, vals):
        if {"name", "body", "segment_id", "company_id", "date_from"} & vals.keys():
            self._check_not_sent()
        result = super().write(self._tidy(vals))
        prepared = self.filtered(lambda newsletter: newsletter.state == "prepared")
        if {"name", "body"} & vals.keys():
            # who prints it reads the same as who gets it by email
            prepared.sender_ids._write_mailings()
        if "name" in vals:
            # with the writer's own rights: to Odoo a subject is a template
            for newsletter in prepared:
                mailings = newsletter.sender_ids.mailing_id
                for mailing in mailings.filtered(lambda one: one.state == "draft"):
                    mailing.subject = newsletter.name
        if {"segment_id", "company_id"} & vals.keys():
            # for others than it was prepared for; verbs alone change the state
            prepared.sudo().state = "draft"
        return result

    def _tidy(self, vals):
        """The values with the first day of their month; verbs alone change the
        state."""
        day = self._check_day(vals.get("date_from"))
        if day:
            vals = {**vals, "date_from": quota.first_day(day)}
        if not self.env.su:
            vals = {key: value for key, value in vals.items() if key != "state"}
        return vals

    def _check_not_sent(self):
        for newsletter in self:
            if newsletter.state == "sent":
                raise UserError(
                    self.env._("“%s” was sent: copy it.", _quote(newsletter.name))
                )

    @api.constrains("company_id", "segment_id")
    def _check_company(self):
        for newsletter in self:
            company = newsletter.segment_id.company_id
            if company and company != newsletter.company_id:
                raise UserError(
                    self.env._(
                        "“%s” belongs to another company.", newsletter.segment_id.name
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        self._check_not_sent()

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for newsletter, vals in zip(self, vals_list, strict=True):
            vals.setdefault("name", self.env._("%s (copy)", newsletter.name))
        return vals_list

    # ---- Verbs ----

    def _as_editor(self):
        """Check that the user may write this newsletter.

        :raises AccessError: without the right to write newsletters
        :raises UserError: when it was sent
        """
        self._check_one(self)
        self.check_access("write")
        self._check_not_sent()
        return self

    def action_ask(self):
        """Ask each salesperson for words of their own, with an activity for each."""
        newsletter = self._as_editor()
        senders = newsletter._find_senders()
        if not senders:
            raise UserError(newsletter._get_nobody())
        newsletter._ask(senders)
        return True

    def action_prepare(self):
        """Make a mailing for each salesperson, in their name and not yet sent, and
        the letters. Once more: what was written meanwhile, and today's customers."""
        newsletter = self._as_editor()
        if is_html_empty(newsletter.body):
            raise UserError(self.env._("Write the newsletter first."))
        senders = newsletter._find_senders()
        if not senders:
            raise UserError(newsletter._get_nobody())
        for sender in senders:
            sender._prepare()
        # the state is for the verbs to say; what colleagues were asked is over
        engine = newsletter.sudo()  # as just said
        engine.state = "prepared"
        engine.activity_unlink(["mail.mail_activity_data_todo"])
        return True

    def action_send(self):
        """Put the mailings into Odoo's queue. Letters are printed."""
        newsletter = self._as_editor()
        if newsletter.state != "prepared":
            raise UserError(self.env._("Press “Prepare” first."))
        newsletter.sender_ids.mailing_id.filtered(
            lambda mailing: mailing.state == "draft"
        ).action_put_in_queue()
        newsletter.sudo().state = "sent"  # as above
        return True

    def action_print(self):
        """Print the newsletter for all who get it as a letter."""
        self._check_one(self)
        return self.sender_ids.action_print()

    def action_mailings(self):
        """Open Odoo's mailings of the newsletter."""
        self._check_one(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "mailing.mailing",
            "view_mode": "list,form",
            "domain": [("id", "in", self.sender_ids.mailing_id.ids)],
        }

    def _get_nobody(self):
        return self.env._(
            "No customer of the newsletter has a salesperson: set one on the customers."
        )

    # ---- From month to month ----

    @api.model
    def _copy_due(self, limit):
        """Copy the newsletters of every month into the one that has begun, once. A job
        of the engine.

        :returns: how many were made
        """
        made = 0
        for newsletter in self.search(
            [("is_monthly", "=", True), ("state", "=", "sent")], limit=limit
        ):
            month = quota.first_day(newsletter.company_id._crl_today())
            if newsletter.date_from < month:
                newsletter._copy_into(month)
                # the last of a row goes on: whoever deletes the copy ends it
                newsletter.is_monthly = False
                made += 1
        return made

    def _copy_into(self, month):
        lang = self.user_id.lang or self.env.lang
        writer = self.with_context(lang=lang)
        former, name = (
            writer.env["crl.screen"]._show_day(day, "yMMMM")
            for day in (self.date_from, month)
        )
        # a copy of a copy names one month, too
        title = self.name.removesuffix(f" – {former}")
        following = self.copy(
            {"name": f"{title} – {name}", "date_from": month, "origin_id": self.id}
        )
        if following.user_id.active:
            following = following.with_context(lang=lang)
            following.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=following.env._("Write the newsletter of %s", name),
                date_deadline=month + timedelta(days=WRITE_DAYS),
                user_id=following.user_id.id,
            )
