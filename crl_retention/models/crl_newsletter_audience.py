from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools import newsletter as rules
from ..tools.consent import GRANTED
from .crl_newsletter import WRITE_DAYS
from .res_partner_address import MAX_BOUNCES


class CrlNewsletter(models.Model):
    """Whose customers get a newsletter, and by what."""

    _inherit = "crl.newsletter"

    def _get_customers(self):
        """The customers of the newsletter by their salesperson: ``{user: partners}``.

        Not who wants no contact, nor who is lost.
        """
        self.ensure_one()
        domain = Domain(
            [
                ("company_id", "in", (self.company_id.id, False)),
                ("user_id.active", "=", True),
                ("stage_id", "not any", [("kind", "=", "lost")]),
                ("partner_id.active", "=", True),
                ("partner_id.crl_do_not_contact", "=", False),
            ]
        )
        if self.segment_id:
            domain &= Domain("partner_id", "any", self.segment_id._get_audience())
        # sudo: marketing addresses everybody's customers, and who writes is checked
        relationships = self.env["crl.relationship"].sudo().search(domain, order="id")
        return {
            user: rows.partner_id
            for user, rows in relationships.grouped("user_id").items()
            if user._crl_can_work(self.company_id)
        }

    def _find_senders(self):
        """The newsletter's salespeople, one row each, with today's customers; who has
        none any more is left out, and their mailing with them. Words they wrote are
        kept: the next segment may be the right one."""
        self.ensure_one()
        customers = self._get_customers()
        Sender = self.env["crl.newsletter.sender"].sudo()  # rows of the engine
        known = Sender.search([("newsletter_id", "=", self.id)])
        gone = known.filtered(lambda sender: sender.user_id not in customers)
        gone.mailing_id.filtered(lambda mailing: mailing.state == "draft").unlink()
        written = gone.filtered("words")
        written.write({"email_ids": [(5,)], "letter_ids": [(5,)], "nothing_count": 0})
        (gone - written).unlink()
        users = (known - gone).user_id
        Sender.create(
            [
                {"newsletter_id": self.id, "user_id": user.id}
                for user in customers
                if user not in users
            ]
        )
        self.invalidate_recordset(["sender_ids"])
        senders = self.sender_ids.filtered(lambda one: one.user_id in customers)
        for sender in senders:
            sender.sudo()._sort(customers[sender.user_id])  # as above
        return senders

    def _ask(self, senders):
        """An activity for each salesperson who has not written yet."""
        asked = self.sudo().activity_ids.user_id  # whoever was asked before
        deadline = fields.Date.add(self.company_id._crl_today(), days=WRITE_DAYS)
        for user in senders.filtered(lambda one: not one.words).user_id - asked:
            told = self.with_context(lang=user.lang)
            told.sudo().activity_schedule(  # to colleagues of any team
                "mail.mail_activity_data_todo",
                summary=told.env._("Add your own words to the newsletter"),
                note=told.env._(
                    "A few lines to your customers, before %s: they stand above the "
                    "newsletter and go out in your name.",
                    format_date(self.env, deadline, lang_code=user.lang),
                ),
                date_deadline=deadline,
                user_id=user.id,
            )


class CrlNewsletterSender(models.Model):
    _inherit = "crl.newsletter.sender"

    def _sort(self, customers):
        """Write down who gets the newsletter by what.

        :param customers: the salesperson's, in sudo
        """
        self.ensure_one()
        company = self.newsletter_id.company_id
        Enrollment = self.env["crl.enrollment"].sudo()  # as above
        contacts = Enrollment._get_contacts(customers, means=("email",))
        people = self.env["res.partner"].union(*contacts.values()).sudo()  # as above
        people = people.with_company(company)
        no_emails = people._crl_refuse_marketing("email")
        no_letters = people._crl_refuse_marketing("letter")
        sorted_out = {way: [] for way in (rules.EMAIL, rules.LETTER, rules.NOTHING)}
        for customer, contact in contacts.items():
            person = contact.sudo().with_company(company)  # as above
            words = person.crl_consents or {}
            way = rules.choose(
                wants_letter=words.get("letter.marketing", {}).get("status") == GRANTED,
                no_letters=person in no_letters,
                no_emails=person in no_emails or person.is_blacklisted,
                works=bool(person.email_normalized)
                and not person.crl_email_is_dead
                and person.message_bounce < MAX_BOUNCES,
                lives=bool(customer.city or customer.zip),
            )
            sorted_out[way].append(person.id if way == rules.EMAIL else customer.id)
        self.write(
            {
                "email_ids": [(6, 0, sorted_out[rules.EMAIL])],
                "letter_ids": [(6, 0, sorted_out[rules.LETTER])],
                "nothing_count": len(sorted_out[rules.NOTHING]),
            }
        )
