import logging
import time

import psycopg2

from odoo import api, models
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)

BATCH = 200
#: Seconds one run may take; the scheduler comes back a few minutes later.
RUN_SECONDS = 40


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
            ("crl.enrollment", "_enroll_automatically"),
            ("crl.enrollment", "_advance_due"),
            ("crl.touchpoint", "_open_due"),
            ("crl.touchpoint", "_reopen_lost"),
            ("crl.case", "_remind_due"),
        ]

    @api.model
    def _get_record_errors(self):
        """Errors that come from one record's data, not from the database's state."""
        return (
            UserError,
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
            psycopg2.IntegrityError,
            psycopg2.DataError,
        )

    @api.model
    def _cron_run(self):
        """Run every job, a batch each in turn, until no backlog or no time is left."""
        cron = self.env["ir.cron"]
        end = time.monotonic() + RUN_SECONDS
        failure = None
        jobs = self._get_jobs()
        while jobs:
            for job in list(jobs):
                handled, error = self._run_batch(*job)
                failure = failure or error
                if handled < BATCH:
                    jobs.remove(job)
                left = cron._commit_progress(handled)
                self.env.invalidate_all()
                if jobs and (not left or time.monotonic() > end):
                    self.env.ref("crl_retention.ir_cron_run")._trigger()
                    cron._commit_progress()
                    return
        if failure:
            raise failure

    @api.model
    def _run_batch(self, model, method):
        """Let a job handle one batch.

        :returns: how many records it handled, and the error that stopped it if any
        """
        try:
            handled = getattr(self.env[model], method)(BATCH)
            self.env.flush_all()
            return handled, None
        except psycopg2.errors.SerializationFailure:
            # another worker took the rows between our look and our lock: next time
            self.env.cr.rollback()
            return 0, None
        except Exception as error:  # noqa: BLE001
            # one job's trouble must not keep the others from their work
            _logger.exception("Retention: %s.%s failed", model, method)
            self.env.cr.rollback()
            return 0, error
