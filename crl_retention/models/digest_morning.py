from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import schedule


class DigestDigest(models.Model):
    """The managers' morning: what went wrong, and with whom, once a working day.

    Odoo's digests go at whatever hour their scheduled action runs, on Sundays too,
    and tell figures alone. A digest that is ``crl_is_morning`` is sent by the engine
    instead: at seven of each manager's clock, on days they work, when there is
    something to tell. Rendering, unsubscribing and the queue are Odoo's.
    """

    _inherit = "digest.digest"

    crl_is_morning = fields.Boolean(
        "Retention Morning",
        readonly=True,
        help="Goes to the managers of Customer Retention at seven in the morning of "
        "their working days, when there is something to tell.",
    )
    # the day each manager was last looked after: who unsubscribed stays in it, so
    # that nobody is subscribed twice
    crl_days = fields.Json("Managers Looked After", readonly=True, copy=False)
    crl_look_date = fields.Datetime("Next Look", readonly=True, copy=False)

    def _action_send(self, update_periodicity=True):
        mornings = self.filtered("crl_is_morning")
        super(DigestDigest, self - mornings)._action_send(update_periodicity)
        if update_periodicity:
            # Odoo's scheduled action: of use where the engine is switched off
            if mornings:
                self._crl_send_due(1000)
            for morning in mornings:
                morning.next_run_date = morning._get_next_run_date()
            return
        for morning in mornings:
            for user in morning.user_ids:
                morning._crl_send(user, user._crl_get_morning_start())

    @api.model
    def _crl_send_due(self, limit):
        """Write to the managers whose morning has come.

        :param int limit: the most mails
        :returns: how many were written
        """
        # whether this is a copy of the database
        parameters = self.env["ir.config_parameter"].sudo()
        if parameters.get_param("database.is_neutralized"):
            return 0
        sent, now = 0, fields.Datetime.now()
        mornings = self.search(
            Domain("crl_is_morning", "=", True)
            & Domain("state", "=", "activated")
            & (Domain("crl_look_date", "=", False) | Domain("crl_look_date", "<=", now))
        )
        for morning in mornings.try_lock_for_update():
            sent += morning._crl_send_mornings(limit - sent)
            if sent < limit:
                # seven o'clock is a full quarter of an hour in every time zone
                morning.crl_look_date = schedule.next_quarter(now)
        return sent

    def _crl_send_mornings(self, limit):
        self.ensure_one()
        days = dict(self.crl_days or {})
        managers = self.env.ref("crl_retention.crl_retention_group_manager")
        known = {int(key) for key in days}
        new = managers.all_user_ids.filtered(
            lambda user: user.active and user.id not in known
        )
        self.user_ids |= new
        due = {}
        for user in self.user_ids & managers.all_user_ids:
            day = user._crl_get_morning()
            if day and days.get(str(user.id)) != day.isoformat():
                due[user.id] = day
        sent = 0
        for user in self.env["res.users"].browse(due):
            last = days.get(str(user.id))
            since = user._crl_get_morning_start(last and fields.Date.to_date(last))
            sent += bool(self._crl_send(user, since))
            days[str(user.id)] = due[user.id].isoformat()
            if sent == limit:
                break
        for user in new:
            days.setdefault(str(user.id), "")
        if days != (self.crl_days or {}):
            self.crl_days = days
        return sent

    def _crl_send(self, user, since):
        """Put the mail into Odoo's queue, unless there is nothing to tell.

        :param since: what is new began after this moment, naive UTC
        """
        reader = user.with_user(user).with_context(
            lang=user.lang,
            tz=user._crl_get_tz(user.company_id),
            allowed_company_ids=user.company_ids.ids,
        )
        sections = reader._crl_get_morning_sections(since)
        if all(section.get("is_quiet") for section in sections):
            return False
        body = reader.env["ir.qweb"]._render(
            "crl_retention.digest_morning",
            {"sections": sections, "base_url": self.get_base_url()},
        )
        return self.with_context(lang=user.lang, crl_morning=body)._action_send_to_user(
            user
        )

    def _compute_tips(self, company, user, tips_count=1, consumed=True):
        if self.crl_is_morning:
            return []
        return super()._compute_tips(company, user, tips_count, consumed)
