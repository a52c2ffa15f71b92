"""What monitoring asks from outside: does the engine work?"""

import psycopg2

from odoo import fields, http
from odoo.http import request


class CrlHealth(http.Controller):
    @http.route(
        "/crl/health",
        type="http",
        auth="none",
        methods=["GET", "HEAD"],
        readonly=True,
        save_session=False,
        sitemap=False,
    )
    def health(self, **_params):
        """200 when the engine works, 503 with the reasons in words when it does not.

        Nothing about any customer is told. The answer is English: it is for machines.
        """
        if not request.env:
            return self._answer(
                {"database": "There is no database, or it cannot be reached."}
            )
        try:
            # sudo: monitoring has no login, and gets nothing but these figures
            heartbeat = request.env["crl.heartbeat"].sudo()
            pulse = heartbeat._take_pulse()
            last = heartbeat.search([], limit=1)
            # sudo: the version is no secret, but the list of apps is not for everybody
            addon = request.env.ref("base.module_crl_retention").sudo()
            return self._answer(
                heartbeat._describe(pulse),
                version=addon.latest_version,
                starting=pulse.is_starting,
                neutralized=pulse.is_neutralized,
                last_run_began=last.date_start,
                last_progress=last.date_progress,
                last_run_ended=last.date_end,
                oldest_due=pulse.oldest_due,
                due=last.due_count,
                errors=last.error_count,
                mails_waiting=pulse.mail_count,
                sms_waiting=pulse.sms_count,
            )
        except psycopg2.Error:
            return self._answer({"database": "The database cannot be read."})

    def _answer(self, troubles, **figures):
        """Moments are UTC."""
        figures = {
            name: fields.Datetime.to_string(value) or None
            if name.startswith(("last_", "oldest_"))
            else value
            for name, value in figures.items()
        }
        return request.make_json_response(
            {
                "status": "fail" if troubles else "pass",
                "troubles": troubles,
                **figures,
            },
            headers={"Cache-Control": "no-store"},
            status=503 if troubles else 200,
        )
