import logging
from collections import Counter
from contextlib import contextmanager

import psycopg2
from psycopg2.errors import ForeignKeyViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError

_logger = logging.getLogger(__name__)

#: Records a job handles between two commits.
BATCH = 1000
#: Times a job sees its batch anew because others write the same rows.
MAX_CONFLICTS = 5


class CrlEngine(models.AbstractModel):
    """The pump. It only asks each job for a batch and commits between batches; when
    something is due is written in the records, so that a late run changes nothing."""

    _name = "crl.engine"
    _description = "Retention Engine"

    @api.model
    def _get_jobs(self):
        """The jobs of a run, in order: ``(model, method)``. A method takes the size of
        a batch and returns how many records it handled. A bridge adds its own."""
        return [
            ("crl.touchpoint", "_read_fates"),
            ("crl.touchpoint", "_resend_due"),
            ("crl.segment", "_refresh_due"),
            ("crl.campaign", "_close_due"),
            ("crl.campaign", "_work_due"),
            ("crl.enrollment", "_enroll_automatically"),
            ("crl.cadence", "_start_yearly"),
            ("crl.enrollment", "_move_marked"),
            ("crl.enrollment", "_advance_due"),
            ("res.users", "_crl_update_covers"),
            ("crl.touchpoint", "_open_due"),
            # before contacts, after which those who are back are forgotten
            ("crl.case", "_pass_on"),
            ("crl.touchpoint", "_pass_on"),
            ("crl.touchpoint", "_reopen_lost"),
            ("crl.case", "_remind_due"),
            ("crl.indicator", "_refresh_due"),
            ("crl.relationship", "_end_overrides"),
            ("crl.relationship", "_refresh_health_due"),
            ("crl.alert", "_wake_due"),
            ("crl.alert", "_start_playbooks"),
            ("crl.quota", "_copy_due"),
            ("crl.newsletter", "_copy_due"),
            ("digest.digest", "_crl_send_due"),
        ]

    @api.model
    def _get_shared_jobs(self):
        """Those of the jobs that two workers do side by side: each claims what it takes
        with SKIP LOCKED, in its first query."""
        return [
            ("crl.touchpoint", "_read_fates"),
            ("crl.touchpoint", "_resend_due"),
            ("crl.enrollment", "_advance_due"),
            ("crl.touchpoint", "_open_due"),
        ]

    @api.model
    def _isolate(self, records, work, set_aside=True):
        """Do something to records so that one that raises does not stop the others.

        All at once when nothing is wrong; else half by half down to the record that
        is, which is set aside by its own ``_set_aside(error)`` where it has one. That
        is logged, unless its ``_is_said(error)`` knows that it was said before.

        :param work: name of a method of the records, or a function that takes them
        :param set_aside: false for what follows from work that is done already: its
            failure is logged only
        """
        if not records:
            return
        try:
            with self._keep_news(), self.env.cr.savepoint():
                getattr(records, work)() if isinstance(work, str) else work(records)
        except (psycopg2.OperationalError, psycopg2.InterfaceError, ConcurrencyError):
            # the database's state, or a connection that is gone, and nothing of a
            # record's: the whole batch is tried again
            raise
        except Exception as error:  # noqa: BLE001
            if isinstance(error, ForeignKeyViolation) and self.env.context.get(
                "crl_may_retry"
            ):
                # a merge took a customer away that this transaction still sees
                raise
            if len(records) > 1:
                half = len(records) // 2
                self._isolate(records[:half], work, set_aside)
                self._isolate(records[half:], work, set_aside)
                return
            if not (hasattr(records, "_is_said") and records._is_said(error)):
                _logger.warning("Retention: %r was set aside", records, exc_info=True)
            if set_aside and hasattr(records, "_set_aside"):
                # what cannot be put off either must not keep the others from their work
                self._isolate(
                    records,
                    lambda record, error=error: record._set_aside(error),
                    set_aside=False,
                )

    @contextmanager
    def _keep_news(self):
        """Take back what reps are to hear in the end (context ``crl_news``) of work
        that raises and is rolled back."""
        news = self.env.context.get("crl_news")
        if not isinstance(news, Counter):
            news = Counter()
        before = news.copy()
        try:
            yield
        except Exception:
            news.clear()
            news.update(before)
            raise

    @api.model
    def _cron_run(self):
        """Run every job until no backlog or no time is left, and call for help when
        there is more than one batch of something."""
        heartbeat = self.env["crl.heartbeat"]
        heartbeat._beat(date_start=fields.Datetime.now())
        jobs, failed = self._work_off(self._get_jobs(), "crl_retention.ir_cron_help")
        if jobs:
            self.env.ref("crl_retention.ir_cron_run")._trigger()
        # before the pulse, which is given up when another run writes it
        self.env["ir.cron"]._commit_progress()
        heartbeat._beat(
            date_end=fields.Datetime.now(),
            failed_jobs=", ".join(sorted(failed)) or None,
            **heartbeat._count_up(),
        )

    @api.model
    def _cron_help(self):
        """Work off a backlog on a second worker, beside the pump.

        Odoo never runs one scheduled action twice at once, so that this is another. It
        has nothing to do by itself: the pump calls it.
        """
        jobs, __ = self._work_off(self._get_shared_jobs())
        if jobs:
            self.env.ref("crl_retention.ir_cron_help")._trigger()

    @api.model
    def _work_off(self, jobs, helper=None):
        """Do jobs, a batch each in turn, until no backlog or no time is left.

        The time is looked at when each job had its batch: the backlog of one does not
        keep those behind it from their work. Reps hear once a run what came for them.

        :param helper: xml id of the scheduled action to call when a shared job has more
        :returns: the jobs that are not over, and the names of those that raised
        """
        heartbeat = self.env["crl.heartbeat"]
        shared, jobs, failed, left = self._get_shared_jobs(), list(jobs), set(), 1
        size = self._get_batch_size()
        news = Counter()
        engine = self.with_context(crl_news=news)
        while jobs and left:
            for job in list(jobs):
                handled = engine._run_batch(*job, size)
                if handled is None:
                    failed.add(".".join(job))
                if (handled or 0) < size:
                    jobs.remove(job)
                elif helper and job in shared:
                    self.env.ref(helper)._trigger()
                    helper = None
                left = self.env["ir.cron"]._commit_progress(handled or 0)
                if handled:
                    left = heartbeat._beat(date_progress=fields.Datetime.now())
            size = min(2 * size, BATCH)
        self._run_batch("crl.touchpoint", "_tell_news", news)
        return jobs, failed

    @api.model
    def _get_batch_size(self):
        """How many records a job handles before the first commit of a run.

        Fewer after runs that were killed before they could commit anything, by a limit
        of the server or with it: so the next one gets something done.
        """
        progress = self.env["ir.cron.progress"].browse(
            self.env.context.get("ir_cron_progress_id")
        )
        # sudo: Odoo's own count of the tries, 1 when the last run came to its end
        killed = max(progress.sudo().timed_out_counter - 1, 0)
        return max(BATCH >> 3 * killed, 1)

    @api.model
    def _run_batch(self, model, method, size):
        """Let a job handle one batch of a size.

        Trouble of one job is logged and must not keep the others from their work, nor
        count as a failure of the pump, which Odoo would switch off after a week.

        :returns: how many records it handled; ``None`` when it failed
        """
        for attempt in range(MAX_CONFLICTS):
            # whoever is still wrong at the last look is set aside
            may_retry = attempt < MAX_CONFLICTS - 1
            worker = self.with_context(crl_may_retry=may_retry).env[model]
            try:
                with self._keep_news():
                    handled = getattr(worker, method)(size)
                    self.env.flush_all()
                return handled
            except (psycopg2.extensions.TransactionRollbackError, ConcurrencyError):
                # another worker or a user wrote the same rows: see what they left
                self.env.cr.rollback()
            except Exception as error:  # noqa: BLE001
                if may_retry and isinstance(error, ForeignKeyViolation):
                    self.env.cr.rollback()
                    continue
                _logger.exception("Retention: %s.%s failed", model, method)
                self.env.cr.rollback()
                return None
        return 0
