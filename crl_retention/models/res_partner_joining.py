from odoo import models
from odoo.tools import SQL, split_every

from .crl_case import VISIT_KINDS
from .crl_indicator_follow import MAX_AT_ONCE

#: Tables of what was planned, said and done with one customer.
TABLES = (
    "crl_enrollment",
    "crl_touchpoint",
    "crl_case",
    "crl_alert",
    "crl_touchpoint_log",
    "crl_campaign_member",
    "crl_campaign_answer",
    "crl_segment_member",
    "crl_stage_change",
)


class ResPartner(models.Model):
    """What becomes of procedures, cases and facts when customers become one, go to
    another company, or are archived. Nothing that was done is ever lost."""

    _inherit = "res.partner"

    def write(self, vals):
        if not {"parent_id", "is_company", "active"} & vals.keys():
            return super().write(vals)
        before = {p: (p.commercial_partner_id, p.active) for p in self}
        result = super().write(vals)
        changed = self.filtered(
            lambda p: before[p] != (p.commercial_partner_id, p.active)
        )
        # the engine's rows follow whoever may change the customer
        changed = changed.sudo()
        changed._crl_move_consents()
        changed._crl_follow_commercial()
        changed.filtered(lambda partner: not partner.active)._crl_follow_archive()
        changed._crl_replace_contact()
        former = changed.browse(before[p][0].id for p in changed)
        (former | changed.commercial_partner_id)._crl_follow_people()
        return result

    def unlink(self):
        # whoever may delete the person
        customers = self.sudo().commercial_partner_id - self.sudo()
        result = super().unlink()
        customers._crl_follow_people()
        return result

    def _crl_follow_people(self):
        """People came or went: who can be reached is another question now. However many
        they are, it is asked at once: a person who went leaves no trace for the night.
        """
        for some in split_every(MAX_AT_ONCE, self.ids, self.browse):
            self.env["crl.indicator"]._follow(some)

    # ---- Several become one ----

    def _crl_join(self, sources):
        """Let one customer take the place of others: one main procedure goes on, one
        case of unhappy words, one row of facts. The rows themselves change hands
        afterwards.

        :param sources: customers that are this one from now on
        """
        self.ensure_one()
        everyone = self | sources
        self._crl_join_enrollments(everyone)
        self._crl_join_cases(everyone)
        self._crl_join_alerts(everyone)
        self._crl_join_campaigns(everyone)
        self._crl_join_relationships(everyone)
        self._crl_join_indicators(everyone)
        self.env.flush_all()

    def _crl_join_enrollments(self, everyone):
        """Of procedures that exclude each other the one that waits for an unhappy
        customer goes on, else the one that began first."""
        Enrollment = self.env["crl.enrollment"]
        live = everyone.crl_enrollment_ids.filtered("is_live")
        for key, enrollments in live.grouped(
            lambda e: Enrollment._get_dedup_key(e.cadence_id, self)
        ).items():
            kept = enrollments.sorted(
                lambda e: (e.state != "recovery", e.date_start, e.id)
            )[0]
            (enrollments - kept)._exit(
                self.env._(
                    "Two records of one customer became one, which goes on with “%s”.",
                    kept.cadence_id.name,
                ),
                "merge",
            )
            kept.dedup_key = key

    def _crl_join_cases(self, everyone):
        """Unhappy words of all are one case, with the earliest deadline."""
        live = everyone.crl_case_ids.filtered(lambda case: case._is_live())
        unhappy = live.filtered(lambda case: case.kind == "negative_feedback")
        kept, *others = unhappy.sorted("deadline") or [unhappy]
        for other in others:
            words = [text for text in (kept.description, other.description) if text]
            kept.description = "\n".join(words)
            kept.cause_ids |= other.cause_ids
            note = self.env._("Goes on in another case of the same customer.")
            other._close("cancelled", note)
            live -= other
        if kept:
            kept.dedup_key = f"negative:{self.id}"
        main = everyone.crl_enrollment_ids.filtered(
            lambda e: e.is_live and e.cadence_id.is_main
        )
        for case in live.filtered(lambda case: case.kind in VISIT_KINDS):
            if main and case.enrollment_id != main:
                case.enrollment_id = main
                case._hold_enrollment()

    def _crl_join_alerts(self, everyone):
        """Of alerts for the same reason the first goes on."""
        live = everyone.crl_alert_ids.filtered("dedup_key")
        for key, alerts in live.grouped(
            lambda alert: alert.dedup_key.partition(":")[2]
        ).items():
            kept = alerts.sorted(lambda alert: (alert.date, alert.id))[0]
            (alerts - kept)._close()
            kept.dedup_key = f"{self.id}:{key}"

    def _crl_join_campaigns(self, everyone):
        """In a campaign a customer is called once: who was called, or is next to be,
        stays on its list, else the first."""
        members = self.env["crl.campaign.member"].search(
            [
                ("partner_id", "in", everyone.ids),
                ("state", "in", ("waiting", "accepted", "active")),
            ],
            order="id",
        )
        members = members.sorted(
            lambda m: (
                ("active", "accepted", "waiting").index(m.state),
                not (m.touchpoint_id.state == "done" or m.enrollment_id.is_live),
                m.id,
            )
        )
        for same in members.grouped("campaign_id").values():
            if len(same) > 1:
                note = self.env._("The same customer is on the list already.")
                same[1:].write({"state": "left_out", "reason": note})
                same[1:].touchpoint_id._cancel("merge", note)

    def _crl_join_relationships(self, everyone):
        rows = self.env["crl.relationship"].search(
            [("partner_id", "in", everyone.ids)], order="id"
        )
        if not rows:
            return
        kept = rows.filtered(lambda row: row.partner_id == self)[:1] or rows[0]
        since = [day for day in rows.mapped("customer_since") if day]
        everyone.crl_relationship_id = False
        by_hand = rows.filtered("override_band").sorted("override_until", reverse=True)
        kept._take_override(by_hand[:1])
        (rows - kept).unlink()
        kept.write(
            {
                "partner_id": self.id,
                "dedup_key": f"partner:{self.id}",
                "customer_since": min(since, default=False),
                "company_id": self.company_id.id,
                "user_id": self.user_id.id,
            }
        )
        self.crl_relationship_id = kept

    def _crl_settle(self):
        """After rows changed hands past the ORM: the owner, the persons and the facts
        are those of the customer they are with now."""
        self.env.invalidate_all()
        self._crl_move_consents()
        self._crl_follow_commercial()
        customers = self.commercial_partner_id
        self._crl_replace_contact()
        customers._crl_follow_owner()
        self.env["crl.relationship"]._refresh(customers)
        self.env["crl.indicator"]._follow(customers)
        self.env["crl.relationship"]._refresh_health(customers)

    # ---- To another company ----

    def _crl_follow_commercial(self):
        """Customers that became a company's person: all of theirs is the company's."""
        for partner in self.filtered("crl_relationship_id"):
            company = partner.commercial_partner_id
            if company == partner:
                continue
            company._crl_join(partner)
            for table in TABLES:
                self.env.execute_query(
                    SQL(
                        "UPDATE %s SET partner_id = %s "
                        "WHERE partner_id = %s RETURNING id",
                        SQL.identifier(table),
                        company.id,
                        partner.id,
                    )
                )
            self.env.invalidate_all()
            live = company.crl_touchpoint_ids.filtered("is_live")
            for activities in (live.activity_id, company.crl_case_ids.activity_id):
                activities.with_context(crl_engine=True).res_id = company.id
            company._crl_settle()

    def _crl_move_consents(self):
        """What people said goes with them to the customer they belong to now."""
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                """UPDATE crl_consent c SET partner_id = p.commercial_partner_id
                     FROM res_partner p
                    WHERE p.id = c.contact_id
                      AND p.commercial_partner_id <> c.partner_id
                      AND (c.contact_id = ANY(%(ids)s) OR c.partner_id = ANY(%(ids)s))
                RETURNING c.id""",
                ids=self.ids,
            )
        )
        self.env["crl.consent"].invalidate_model(["partner_id"], flush=False)

    def _crl_replace_contact(self):
        """Write to somebody else, where the person is archived or elsewhere now."""
        enrollments = self.env["crl.enrollment"].search(
            [("contact_id", "in", self.ids), ("is_live", "=", True)]
        )
        wrong = enrollments.filtered(
            lambda e: (
                not e.contact_id.active
                or e.contact_id.commercial_partner_id != e.partner_id
            )
        )
        contacts = wrong._get_contacts(wrong.partner_id)
        for enrollment in wrong:
            contact = contacts[enrollment.partner_id]
            enrollment.contact_id = contact
            enrollment.touchpoint_ids.filtered(
                lambda t: t.state == "planned"
            ).contact_id = contact
        wrong._log(
            "moved",
            "contact",
            {
                e.id: self.env._("Messages go to %s.", e.contact_id.display_name)
                for e in wrong
            },
        )

    # ---- Archived ----

    def _crl_follow_archive(self):
        """Archived customers leave their procedures at once; an open case stays, and
        the manager is told."""
        customers = self.filtered("crl_relationship_id")
        note = self.env._("The customer is archived.")
        customers.crl_enrollment_ids.filtered("is_live")._exit(note, "archived")
        customers.crl_touchpoint_ids.filtered(
            lambda t: t.is_live and not t.case_id
        )._cancel("archived", note)
        for case in customers.crl_case_ids.filtered(lambda case: case._is_live()):
            title = self.env._("Archived with an open case: please decide")
            case._tell(title, case.company_id.crl_manager_id or case._get_leader())
            case._log(note)
        self.env["crl.relationship"]._refresh(customers)
