from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

#: The most characters of a salesperson's own words.
MOST_WORDS = 4000


class CrlNewsletterSender(models.Model):
    """A newsletter of one salesperson: their own words, their mailing, their letters.

    Salespeople write their words and nothing else; the rest is the engine's.
    """

    _name = "crl.newsletter.sender"
    _description = "Newsletter of a Salesperson"
    _inherit = ["crl.actor"]
    _order = "newsletter_id desc, id"
    _rec_name = "user_id"

    newsletter_id = fields.Many2one(
        "crl.newsletter", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="newsletter_id.company_id", store=True)
    user_id = fields.Many2one(
        "res.users", "Salesperson", required=True, readonly=True, ondelete="cascade"
    )
    words = fields.Text(
        "Own Opening Words",
        help="Stands above the newsletter. It is your letter: greet your customers, "
        "and tell them something they hear from you alone.",
    )
    mailing_id = fields.Many2one(
        "mailing.mailing",
        "Odoo Mailing",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    email_ids = fields.Many2many(
        "res.partner", "crl_newsletter_email_rel", string="By Email", readonly=True
    )
    letter_ids = fields.Many2many(
        "res.partner", "crl_newsletter_letter_rel", string="By Letter", readonly=True
    )
    email_count = fields.Integer("Emails", compute="_compute_counts", store=True)
    letter_count = fields.Integer("Letters", compute="_compute_counts", store=True)
    nothing_count = fields.Integer("Get Nothing", readonly=True)
    state = fields.Selection(related="newsletter_id.state")
    name = fields.Char(related="newsletter_id.name", string="Subject")
    body = fields.Html(related="newsletter_id.body")
    mailing_state = fields.Selection(related="mailing_id.state", string="Mailing")
    sent_count = fields.Integer("Sent", compute="_compute_sent")
    opened_count = fields.Integer("Opened", compute="_compute_sent")

    _newsletter_user_uniq = models.UniqueIndex(
        "(newsletter_id, user_id)", "A salesperson has one version of a newsletter."
    )

    @api.depends("email_ids", "letter_ids")
    def _compute_counts(self):
        for sender in self:
            sender.email_count = len(sender.email_ids)
            sender.letter_count = len(sender.letter_ids)

    @api.depends("mailing_id.state")
    def _compute_sent(self):
        for sender in self:
            mailing = sender.mailing_id.sudo()  # its numbers are the salesperson's
            sender.sent_count = mailing.sent
            sender.opened_count = mailing.opened

    def write(self, vals):
        if not self.env.su:
            if vals.keys() - {"words"}:
                raise AccessError(
                    self.env._("Write your opening words; the rest follows from them.")
                )
            self.newsletter_id._check_not_sent()
        if vals.get("words"):
            vals = {**vals, "words": self._check_text(vals["words"])[:MOST_WORDS]}
        result = super().write(vals)
        if "words" in vals:
            self._write_mailings()
        return result

    # ---- The mailing ----

    def _prepare(self):
        """Make the mailing in the salesperson's name, or write it anew; one that went
        from Odoo's own screens stays what it was."""
        self.ensure_one()
        if self.mailing_state not in (False, "draft"):
            return
        user = self.user_id.sudo()  # what goes out in their name
        if not self.email_ids:
            self.mailing_id.unlink()
            return
        if not user.email:
            raise UserError(self.env._("%s has no email address.", user.name))
        vals = {
            "mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
            "mailing_domain": repr(self._get_mailing_domain()),
            "email_from": user.email_formatted,
            "reply_to_mode": "new",
            "reply_to": user.email_formatted,
            "user_id": user.id,
            "subject": self.newsletter_id.name,
            **self._get_bodies(),
        }
        if self.mailing_id:
            self.mailing_id.write(vals)
        else:
            mailing = self.env["mailing.mailing"].create(vals)
            self.sudo().mailing_id = mailing  # a row of the engine

    def _get_mailing_domain(self):
        """Whom the mailing goes to; who said meanwhile that they want no contact is
        left out when it is sent."""
        return [
            ("id", "in", self.sudo().email_ids.ids),  # theirs
            ("crl_do_not_contact", "=", False),
            ("commercial_partner_id.crl_do_not_contact", "=", False),
        ]

    def _write_mailings(self):
        """Let mailings that did not go yet say what is written now."""
        for sender in self.filtered(lambda one: one.mailing_state == "draft"):
            # sudo: their own words, and marketing's, whoever made the mailing
            sender.mailing_id.sudo().write(sender._get_bodies())

    def _get_bodies(self):
        """The text of the mailing, in the salesperson's language. Not its subject,
        which is a template to Odoo: whoever prepares the mailing must be allowed to
        write one."""
        values = {"sender": self.sudo()}  # name and number of a colleague
        body = self.env["ir.qweb"]._render(
            "crl_retention.newsletter_mail", values, lang=self._lang()
        )
        return {"body_arch": body, "body_html": body}

    def _lang(self):
        # sudo: the language of a colleague
        return self.user_id.sudo().lang or self.env.lang

    # ---- The letters ----

    def action_print(self):
        """Print the newsletter for who gets it as a letter."""
        self._check_ids(self)
        self.check_access("read")
        senders = self.filtered("letter_ids")
        if not senders:
            raise UserError(self.env._("Nobody gets it as a letter."))
        report = self.env.ref("crl_retention.crl_newsletter_report")
        return report.report_action(senders, config=False)

    def _get_letters(self):
        """What is printed: one page a customer."""
        self.ensure_one()
        lang = self._lang()
        # sudo: their own customers' addresses
        sender = self.sudo()
        customers = sender.letter_ids.with_context(lang=lang)
        # who said no since it was prepared, as with emails
        customers -= customers._crl_refuse_marketing("letter")
        return [
            {
                "sender": sender,
                "lang": lang,
                "lines": customer._crl_get_postal_lines(sender.company_id),
                "name": customer.name,
                "day": format_date(
                    self.env, self.company_id._crl_today(), lang_code=lang
                ),
            }
            for customer in customers
        ]


class CrlNewsletterPrint(models.AbstractModel):
    """The report: for the newsletters the user may see."""

    _name = "report.crl_retention.newsletter"
    _description = "Printed Newsletter"

    def _get_report_values(self, docids, data=None):
        senders = self.env["crl.newsletter.sender"].browse(docids)
        senders.check_access("read")
        return {
            "doc_ids": docids,
            "doc_model": senders._name,
            "letters": [
                letter for sender in senders for letter in sender._get_letters()
            ],
        }
