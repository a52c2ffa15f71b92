from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import dealing, holdout

#: What a campaign's calls are.
CALL = {"channel": "call", "purpose": "marketing"}
#: Customers of a list that is made at once; the engine makes longer ones.
AT_ONCE = 500


class CrlCampaign(models.Model):
    """How a list is made, dealt out, carried out and taken back.

    What is still to do stands in the members' states, so that a run that is killed
    goes on where it was; each batch and what it causes are one transaction.
    """

    _inherit = "crl.campaign"

    def _make_list(self):
        """Put everybody on the list whom the segment finds now, all in the database."""
        self.ensure_one()
        self.lock_for_update()
        # customers of other companies are nobody's here to see
        found = self.env["res.partner"]._search(
            self.segment_id._get_domain()
            & Domain("company_id", "in", [self.company_id.id, False])
        )
        now = fields.Datetime.now()
        self.env.flush_all()
        self.env.cr.execute(
            SQL("DELETE FROM crl_campaign_member WHERE campaign_id = %s", self.id)
        )
        self.env.cr.execute(
            SQL(
                """INSERT INTO crl_campaign_member
                          (campaign_id, partner_id, state,
                           create_uid, create_date, write_uid, write_date)
                   SELECT %s, found.id, 'waiting', %s, %s, %s, %s
                     FROM %s found ORDER BY found.id""",
                self.id,
                self.env.uid,
                now,
                self.env.uid,
                now,
                # named, as the query of nobody has no column else
                found.subselect(SQL.identifier(found.table, "id")),
            )
        )
        count = self.env.cr.rowcount
        self.env.invalidate_all(flush=False)
        self.is_working = True
        self._begin(count)

    def _begin(self, count):
        """Do little at once, and let the engine do much."""
        if count > AT_ONCE:
            self.env.ref("crl_retention.ir_cron_run")._trigger()
            return
        while self._work(AT_ONCE):
            pass

    @api.model
    def _work_due(self, limit):
        """Do a batch for the campaigns that have work left.

        :returns: how many customers were looked at
        """
        handled = 0
        while handled < limit:
            self.env.flush_all()
            rows = self.env.execute_query(
                SQL(
                    """SELECT id FROM crl_campaign WHERE is_working
                     ORDER BY id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED"""
                )
            )
            if not rows:
                break
            handled += self.browse(rows[0])._work(limit - handled)
        return handled

    def _work(self, limit):
        """Look at the next customers of the list, deal it out, or carry it out.

        :returns: how many customers were looked at; 0 when nothing is left
        """
        engine = self.env["crl.engine"]
        if self.state in ("closed", "cancelled"):
            return self._take_back(limit)
        waiting = self._find_members("waiting", limit)
        if waiting:
            engine._isolate(waiting, "_sort_out")
            return len(waiting)
        self._deal()
        accepted = self.env["crl.campaign.member"]
        if self.state == "released":
            accepted = self._find_members("accepted", limit)
        if accepted:
            engine._isolate(accepted, "_carry_out")
            return len(accepted)
        self.is_working = False
        return 0

    def _find_members(self, state, limit):
        return self.env["crl.campaign.member"].search(
            [("campaign_id", "=", self.id), ("state", "=", state)],
            limit=limit,
            order="id",
        )

    # ---- Who gets in ----

    def _get_refused(self, partners):
        """Why customers are not on the list: ``{customer: sentence}``. A bridge adds
        its own reasons."""
        accepted, refused = self.env["crl.enrollment"]._sort_out(
            partners, self.cadence_id
        )
        others = self._get_other_campaigns(accepted)
        contacts = self.env["crl.enrollment"]._get_contacts(accepted)
        for partner in accepted:
            if partner.company_id not in (self.company_id, self.company_id.browse()):
                reason = self.env._("%s belongs to another company.", partner.name)
            elif partner in others:
                reason = self.env._(
                    "%(customer)s is in the campaign “%(campaign)s”.",
                    customer=partner.display_name,
                    campaign=others[partner].name,
                )
            else:
                reason = self._refuse_call(partner, contacts[partner])
            if reason:
                refused[partner] = reason
        return refused

    def _refuse_call(self, partner, person):
        """Why a customer is not called, as a sentence; '' when they may be, or when it
        is a procedure's to ask at each of its contacts."""
        if self.cadence_id:
            return ""
        if not (partner.phone or person.phone):
            return self.env._("%s has no phone number.", partner.display_name)
        # as it will be asked when the call falls due; not saved
        call = self.env["crl.touchpoint"].new(
            {"partner_id": partner.id, "company_id": self.company_id.id, **CALL}
        )
        return call._refuse_consent(person, "call")

    def _get_other_campaigns(self, partners):
        """The other campaign that works on each customer: ``{customer: campaign}``."""
        found = self.env["crl.campaign.member"]._read_group(
            [
                ("partner_id", "in", partners.ids),
                ("state", "=", "active"),
                ("campaign_id", "!=", self.id),
                ("campaign_id.state", "=", "released"),
            ],
            ["partner_id", "campaign_id"],
        )
        return dict(found)

    def _holds_out(self, partner):
        salt = self.env["ir.config_parameter"].get_param("database.uuid", "")
        return holdout.is_held_out(
            f"campaign:{salt}", self.id, partner.id, self.holdout_percent
        )

    # ---- Who does it ----

    def _deal(self):
        """Deal the customers on the list out to the operators, in the database.

        Who looks after a customer keeps them; the others are dealt so that nobody has
        more than one above anybody else, as far as that goes. The same list is always
        dealt the same way.
        """
        operators = self.operator_ids.sorted("id")
        members = self.env["crl.campaign.member"]
        undealt = [
            ("campaign_id", "=", self.id),
            ("state", "=", "accepted"),
            ("user_id", "=", False),
        ]
        if not operators or not members.search_count(undealt, limit=1):
            return
        self.env.flush_all()
        counts = dict(
            self.env.execute_query(
                SQL(
                    """SELECT COALESCE(m.user_id, p.user_id), COUNT(*)
                         FROM crl_campaign_member m
                         JOIN res_partner p ON p.id = m.partner_id
                        WHERE m.campaign_id = %s AND m.state = 'accepted'
                     GROUP BY 1""",
                    self.id,
                )
            )
        )
        kept = [counts.get(operator.id, 0) for operator in operators]
        ends, last = [], 0
        for share in dealing.fill_up(kept, sum(counts.values()) - sum(kept)):
            ends.append((last, last + share))
            last += share
        self.env.cr.execute(
            SQL(
                """
                WITH listed AS (
                    SELECT m.id, m.partner_id,
                           CASE WHEN p.user_id = ANY(%(users)s) THEN p.user_id END
                           AS own
                      FROM crl_campaign_member m
                      JOIN res_partner p ON p.id = m.partner_id
                     WHERE m.campaign_id = %(campaign)s AND m.state = 'accepted'),
                mixed AS (
                    SELECT id, ROW_NUMBER() OVER (
                               ORDER BY md5(%(campaign)s || ':' || partner_id), id
                           ) AS turn
                      FROM listed WHERE own IS NULL),
                dealt AS (
                    SELECT id, own AS user_id FROM listed WHERE own IS NOT NULL
                     UNION ALL
                    SELECT mixed.id, o.user_id
                      FROM mixed
                      JOIN unnest(%(users)s::int[], %(first)s::int[], %(last)s::int[])
                        AS o (user_id, first, last)
                        ON mixed.turn > o.first AND mixed.turn <= o.last),
                placed AS (
                    SELECT id, user_id, ROW_NUMBER() OVER (
                               PARTITION BY user_id
                               ORDER BY md5(%(campaign)s || ':' || id), id) AS place
                      FROM dealt)
                UPDATE crl_campaign_member m
                   SET user_id = placed.user_id, place = placed.place
                  FROM placed WHERE m.id = placed.id
                """,
                campaign=self.id,
                users=operators.ids,
                first=[first for first, __ in ends],
                last=[end for __, end in ends],
            )
        )
        self.env.invalidate_all(flush=False)
