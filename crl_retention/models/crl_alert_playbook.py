from odoo import api, fields, models

#: What a procedure starts on that an alert tells.
ALERTS = ("band", "indicator")


class CrlAlert(models.Model):
    """The procedures that alerts start."""

    _inherit = "crl.alert"

    @api.model
    def _start_playbooks(self, limit):
        """Enroll the customers of new alerts in the procedures that start with them.

        Each alert is asked once. Who cannot enter gets a line in the log that says why.

        :returns: how many alerts were handled
        """
        cadences = self.env["crl.cadence"].search(
            [("start_on", "in", ALERTS), ("start_from", "!=", False)]
        )
        if not cadences:
            return 0
        alerts = self.search(
            [
                ("state", "=", "open"),
                ("date_started", "=", False),
                ("date", ">=", min(cadences.mapped("start_from"))),
            ],
            limit=limit,
            order="id",
        ).try_lock_for_update(allow_referencing=True)
        self.env["crl.engine"]._isolate(alerts, lambda own: own._start(cadences))
        return len(alerts)

    def _start(self, cadences):
        """Begin the first procedure that takes each customer."""
        for cadence in cadences:
            waiting = self.filtered(
                lambda alert, cadence=cadence: (
                    not alert.enrollment_id and alert._starts(cadence)
                )
            )
            if waiting:
                waiting._start_one(cadence)
        self.date_started = fields.Datetime.now()

    def _starts(self, cadence):
        self.ensure_one()
        if self.date < cadence.start_from:
            return False
        if cadence.start_on == "band":
            return self.reason == "band"
        return self.cadence_id == cadence

    def _start_one(self, cadence):
        Enrollment = self.env["crl.enrollment"]
        accepted, refused = Enrollment._sort_out(self.partner_id, cadence)
        notes = {a.id: refused[a.partner_id] for a in self if a.partner_id in refused}
        self.env["crl.touchpoint.log"]._log(
            self.browse(notes), "health", "playbook", notes
        )
        enrollments = Enrollment._enroll(accepted, cadence) if accepted else Enrollment
        by_partner = {e.partner_id: e for e in enrollments}
        for alert in self:
            alert.enrollment_id = by_partner.get(alert.partner_id)

    def _set_aside(self, error):
        """An alert whose procedure cannot begin keeps no other from theirs."""
        self.date_started = fields.Datetime.now()
        self.env["crl.touchpoint.log"]._log(self, "health", "playbook", str(error))
