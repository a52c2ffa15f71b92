import os
import time
from datetime import timedelta

import psutil
import psycopg2
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.service import server
from odoo.tools import SQL, format_datetime

from ..tools.pulse import Pulse, find_troubles

#: Messages that wait longer in Odoo's queues are counted.
MAX_QUEUED = timedelta(hours=1)


class CrlHeartbeat(models.Model):
    """The engine's pulse, in one narrow row: by it people and monitoring see that the
    engine works, and since when it does not.

    Odoo's own *last execution date* does not tell: it is written when a run ends well,
    and a scheduler that died writes nothing at all.
    """

    _name = "crl.heartbeat"
    _description = "Retention Engine's Pulse"
    _log_access = False
    _rec_name = "date_start"

    date_start = fields.Datetime("Last Run Began")
    date_progress = fields.Datetime("Last Progress")
    date_end = fields.Datetime("Last Run Ended")
    due_count = fields.Integer("Due", help="Contacts due when the last run ended.")
    error_count = fields.Integer(
        "Errors", help="Contacts and enrollments set aside in the last 24 hours."
    )
    failed_jobs = fields.Char(help="Parts of the last run that raised an error.")
    mail_count = fields.Integer(
        "Mails Waiting", help="Our mails in Odoo's queue for more than an hour."
    )
    sms_count = fields.Integer(
        "SMS Waiting", help="Our SMS in Odoo's queue for more than an hour."
    )

    def init(self):
        # the installation is the first sign of life: what follows has its time
        self.env.cr.execute(
            """INSERT INTO crl_heartbeat (date_start) SELECT %s
                WHERE NOT EXISTS (SELECT FROM crl_heartbeat)""",
            [fields.Datetime.now()],
        )

    # ---- Written by the engine ----

    @api.model
    def _beat(self, **values):
        """Write the pulse, in a transaction of its own that nothing else waits for.

        Where another run writes it at the same moment, theirs will do.

        :returns: the seconds that Odoo leaves to the run
        """
        columns = SQL(", ").join(
            SQL("%s = %s", SQL.identifier(name), value)
            for name, value in values.items()
        )
        try:
            self.env.cr.execute(
                SQL(
                    """UPDATE crl_heartbeat SET %s WHERE id IN (
                        SELECT id FROM crl_heartbeat FOR NO KEY UPDATE SKIP LOCKED)""",
                    columns,
                ),
                log_exceptions=False,
            )
        except psycopg2.errors.SerializationFailure:
            self.env.cr.rollback()
        self.invalidate_model()
        return self.env["ir.cron"]._commit_progress()

    @api.model
    def _count_up(self):
        """The figures at the end of a run."""
        now = fields.Datetime.now()
        [row] = self.env.execute_query(
            SQL(
                """WITH queued AS MATERIALIZED (
                    SELECT mail_message_id FROM crl_touchpoint
                     WHERE state = 'open' AND activity_id IS NULL
                       AND mail_message_id IS NOT NULL)
                SELECT (SELECT count(*) FROM crl_touchpoint
                         WHERE state = 'planned' AND date_due <= %(now)s),
                       (SELECT count(*) FROM crl_touchpoint_log
                         WHERE rule = 'error' AND date > %(yesterday)s),
                       (SELECT count(*) FROM queued
                          JOIN mail_mail USING (mail_message_id)
                         WHERE state = 'outgoing' AND create_date < %(queued)s
                           AND coalesce(scheduled_date, create_date) < %(queued)s),
                       (SELECT count(*) FROM queued
                          JOIN sms_sms USING (mail_message_id)
                         WHERE state = 'outgoing' AND create_date < %(queued)s)""",
                now=now,
                yesterday=now - timedelta(days=1),
                queued=now - MAX_QUEUED,
            )
        )
        return dict(
            zip(
                ("due_count", "error_count", "mail_count", "sms_count"),
                row,
                strict=True,
            )
        )

    # ---- Read by monitoring and by managers ----

    @api.model
    def _take_pulse(self):
        """What is known now."""
        now = fields.Datetime.now()
        last = self.search([], limit=1)
        cron = self.env.ref("crl_retention.ir_cron_run", raise_if_not_found=False)
        # sudo: who may know whether the action runs need not manage all actions
        cron = (cron or self.env["ir.cron"]).sudo()
        interval = relativedelta(**{cron.interval_type or "days": cron.interval_number})
        [[oldest]] = self.env.execute_query(
            SQL(
                """SELECT min(date_due) FROM crl_touchpoint
                    WHERE state = 'planned' AND date_due <= %s""",
                now,
            )
        )
        return Pulse(
            now=now,
            # the nearest: where the clock was set back, one may lie in the future
            last_sign=min(
                filter(None, (last.date_start, last.date_progress)),
                key=lambda sign: abs(now - sign),
            ),
            interval=now + interval - now,
            is_active=cron.active,
            is_neutralized=bool(
                self.env["ir.config_parameter"]
                .sudo()  # the parameter tells that this is a copy, nothing else
                .get_param("database.is_neutralized")
            ),
            oldest_due=oldest,
            failed_jobs=last.failed_jobs or "",
            mail_count=last.mail_count,
            sms_count=last.sms_count,
            uptime=self._get_uptime(),
        )

    @api.model
    def _get_uptime(self):
        """How long the server has been running, not the worker that answers."""
        pid = getattr(server.server, "pid", None) or os.getpid()
        return timedelta(seconds=time.time() - psutil.Process(pid).create_time())

    @api.model
    def _describe(self, pulse, tz=None):
        """The troubles of a pulse in words: ``{code: sentence}``.

        :param tz: time zone of the moments named, for people; without, they are UTC and
            look alike in all languages
        """

        def clock(moment):
            if not tz:
                return f"{moment} UTC"
            return format_datetime(self.env, moment, tz=tz, dt_format="short")

        sentences = {
            "neutralized": lambda: self.env._(
                "This is a neutralized copy: nothing runs, on purpose."
            ),
            "inactive": lambda: self.env._(
                "The scheduled action “Retention: run the procedures” is switched off."
            ),
            "not_run": lambda: (
                self.env._(
                    "The procedures have not run since %s.", clock(pulse.last_sign)
                )
                if pulse.last_sign <= pulse.now
                else self.env._(
                    "The clock was set back: the procedures ran at %s last.",
                    clock(pulse.last_sign),
                )
            ),
            "behind": lambda: self.env._(
                "Contacts that were due on %s have not been looked at.",
                clock(pulse.oldest_due),
            ),
            "job_failed": lambda: self.env._(
                "A part of the last run failed (%s): Odoo's log tells why.",
                pulse.failed_jobs,
            ),
            "mail_queue": lambda: self.env._(
                "Mails that have waited in Odoo's queue for more than an hour: %s.",
                pulse.mail_count,
            ),
            "sms_queue": lambda: self.env._(
                "SMS that have waited in Odoo's queue for more than an hour: %s.",
                pulse.sms_count,
            ),
        }
        return {code: sentences[code]() for code in find_troubles(pulse)}

    @api.model
    def get_alarm(self):
        """What managers are told as long as the engine does not work; '' when it does.

        :raises AccessError: for users who are not managers
        """
        self.browse().check_access("read")
        pulse = self._take_pulse()
        if pulse.is_neutralized:
            return ""  # Odoo has a banner of its own for these
        troubles = self._describe(pulse, tz=self.env.user.tz or "UTC")
        return " ".join(troubles.values())
