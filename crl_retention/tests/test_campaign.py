from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..models import crl_campaign_carry, crl_campaign_release
from .common import CrlCase


class CampaignCase(CrlCase):
    """Seven guests in Lyon, and two operators who look after nobody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.marketing = cls._new_user("marketing", "marketing")
        cls.ann = cls._new_user("ann", "user", tz="Europe/Paris")
        cls.bob = cls._new_user("bob", "user", tz="Europe/Paris")
        # no more than the role: operators may not change customers
        contacts = cls.env.ref("base.group_partner_manager")
        users = cls.ann + cls.bob + cls.marketing
        users.write({"group_ids": [(3, contacts.id)]})
        cls.guests = cls.env["res.partner"]
        for number in range(7):
            cls.guests += cls._new_customer(f"Guest {number}", city="Lyon")
        cls.segment = cls.env["crl.segment"].create(
            {"name": "Lyon", "domain": "[('city', '=', 'Lyon')]"}
        )

    def new_campaign(self, **values):
        return (
            self.env["crl.campaign"]
            .with_user(self.marketing)
            .create(
                {
                    "name": "Autumn calls",
                    "segment_id": self.segment.id,
                    "operator_ids": [(6, 0, (self.ann + self.bob).ids)],
                    "script": "<p>Good morning</p>",
                    "question_ids": [
                        Command.create({"name": "Which dough?"}),
                        Command.create({"name": "How many a day?", "kind": "number"}),
                    ],
                    "date_from": "2026-03-02",
                    "date_to": "2026-03-06",
                    **values,
                }
            )
        )

    def members(self, campaign, state=None):
        members = campaign.sudo().member_ids
        return members.filtered(lambda m: m.state == state) if state else members


@tagged("post_install", "-at_install")
class TestCampaign(CampaignCase):
    """A segment is dealt out to operators, who see and work only what is theirs."""

    def shares(self, campaign):
        return {
            user: len(members)
            for user, members in self.members(campaign).grouped("user_id").items()
        }

    def test_preview_tells_who_and_plans_nothing(self):
        self.guests[0].crl_do_not_contact = True
        self.guests[1].phone = False
        campaign = self.new_campaign()
        campaign.action_preview()
        self.assertEqual((campaign.listed_count, campaign.left_out_count), (5, 2))
        reasons = {m.partner_id: m.reason for m in self.members(campaign, "left_out")}
        self.assertIn("does not want to be contacted", reasons[self.guests[0]])
        self.assertIn("no phone number", reasons[self.guests[1]])
        self.assertEqual(sorted(self.shares(campaign).values()), [2, 2, 3])
        self.assertFalse(self.guests.crl_touchpoint_ids)
        self.assertFalse(self.members(campaign).with_user(self.ann).search([]))

    def test_release_deals_evenly_and_plans_calls(self):
        campaign = self.new_campaign()
        campaign.action_release()
        self.assertEqual(campaign.state, "released")
        self.assertFalse(campaign.is_working)
        self.assertEqual(sorted(self.shares(campaign).values()), [3, 4])
        calls = self.members(campaign).touchpoint_id
        self.assertEqual(len(calls), 7)
        self.assertEqual(set(calls.mapped("state")), {"planned"})
        self.assertEqual(
            {(m.user_id, m.partner_id) for m in self.members(campaign)},
            {(t.user_id, t.partner_id) for t in calls},
        )
        # over the working days, at nine in Paris
        days = sorted({str(t.date_planned) for t in calls})
        self.assertEqual(days[0], "2026-03-02 08:00:00")
        self.assertGreaterEqual(len(days), 4)
        self.assertLessEqual(days[-1], "2026-03-06 08:00:00")

    def test_who_looks_after_a_customer_keeps_them(self):
        self.guests[:5].user_id = self.ann
        campaign = self.new_campaign()
        campaign.action_release()
        kept = self.members(campaign).filtered(lambda m: m.user_id == self.ann)
        self.assertEqual(kept.partner_id, self.guests[:5])
        self.assertEqual(self.shares(campaign), {self.ann: 5, self.bob: 2})

    def test_the_same_list_is_dealt_the_same_way(self):
        campaign = self.new_campaign()
        deals = []
        for __ in range(2):
            campaign.action_preview()
            deals.append({m.partner_id: m.user_id for m in self.members(campaign)})
        self.assertEqual(*deals)

    def test_the_list_is_frozen(self):
        campaign = self.new_campaign()
        campaign.action_release()
        self._new_customer("Late", city="Lyon")
        self.guests[0].city = "Nice"
        self.segment._refresh()
        self.assertEqual(self.members(campaign).partner_id, self.guests)
        with self.assertRaises(UserError):
            campaign.segment_id = self.env.ref("crl_retention.segment_new")
        with self.assertRaises(UserError):
            campaign.action_release()
        with self.assertRaises(UserError):
            campaign.state = "draft"

    def visible(self, user):
        """What a user sees of the guests, by model."""
        counts = {}
        for model in (
            "crl.relationship",
            "crl.touchpoint",
            "crl.touchpoint.log",
            "crl.enrollment",
            "crl.campaign.member",
        ):
            records = self.env[model].with_user(user)
            found = records.search([("partner_id", "in", self.guests.ids)])
            counts[model] = found.sudo().partner_id
        return counts

    def test_operators_see_only_theirs_while_it_runs(self):
        campaign = self.new_campaign()
        campaign.action_preview()
        self.assertFalse(any(self.visible(self.ann).values()))
        campaign.action_release()
        theirs = self.members(campaign).filtered(lambda m: m.user_id == self.ann)
        seen = self.visible(self.ann)
        self.assertFalse(seen.pop("crl.enrollment"))
        for model, partners in seen.items():
            self.assertEqual(set(partners), set(theirs.partner_id), model)
        self.assertTrue(campaign.with_user(self.ann).read(["name"]))
        self.assertFalse(any(self.visible(self.other_rep).values()))
        # one is worked, then the campaign is over
        self.run_cron()
        done = theirs.touchpoint_id.filtered(lambda t: t.state == "open")[:1]
        done.with_user(self.ann).action_done("reached", "positive", "Wants more")
        campaign.action_close()
        self.assertEqual(done.state, "done")
        self.assertFalse(any(self.visible(self.ann).values()))
        with self.assertRaises(AccessError):
            campaign.with_user(self.ann).read(["name"])

    def test_operators_verbs(self):
        campaign = self.new_campaign()
        campaign.action_release()
        self.run_cron()
        mine = self.members(campaign).filtered(lambda m: m.user_id == self.ann)
        others = self.members(campaign) - mine
        call = mine.touchpoint_id.filtered(lambda t: t.state == "open")[:1]
        self.assertEqual(call.activity_id.user_id, self.ann)
        self.assertIn("Which dough?", call.activity_id.note)
        with self.assertRaises(AccessError):
            others.touchpoint_id[:1].with_user(self.ann).action_done("reached")
        for verb in ("action_release", "action_close", "action_cancel", "action_mail"):
            with self.assertRaises(AccessError):
                getattr(campaign.with_user(self.ann), verb)()

    def test_closing_cancels_what_is_planned(self):
        campaign = self.new_campaign()
        campaign.action_release()
        self.run_cron()
        campaign.action_cancel()
        calls = self.members(campaign).touchpoint_id
        self.assertEqual(set(calls.mapped("state")), {"cancelled"})
        self.assertFalse(calls.activity_id)
        for call in calls:
            self.assertIn("is over", call.log_ids[:1].note)
            self.assertEqual(call.log_ids[:1].rule, "campaign")

    def test_it_closes_when_its_last_day_is_over(self):
        campaign = self.new_campaign()
        campaign.action_release()
        call = self.members(campaign)[0].touchpoint_id
        call.with_user(call.user_id).action_done("reached", "positive", "They like it")
        # the last day is not over in Paris before 23:00 UTC
        self.at("2026-03-06 22:30:00")
        self.run_cron()
        self.assertEqual(campaign.state, "released")
        self.at("2026-03-06 23:30:00")
        self.run_cron()
        self.assertEqual((campaign.state, campaign.is_working), ("closed", False))
        calls = self.members(campaign).touchpoint_id
        self.assertEqual((call.state, call.note), ("done", "They like it"))
        self.assertEqual(set((calls - call).mapped("state")), {"cancelled"})
        self.assertIn("is over", (calls - call)[0].log_ids[:1].note)
        self.run_cron()
        self.assertEqual(
            len(
                (calls - call)[0].log_ids.filtered(
                    lambda line: line.decision == "cancelled"
                )
            ),
            1,
        )

    def test_a_procedure_is_gone_through_to_its_end(self):
        campaign = self.new_campaign(cadence_id=self.cadence.id)
        campaign.action_release()
        self.at("2026-03-10 10:00:00")
        self.run_cron()
        self.assertEqual(campaign.state, "released")
        self.members(campaign).enrollment_id.action_exit("Enough")
        self.run_cron()
        self.assertEqual(campaign.state, "closed")

    def test_a_list_that_waits_is_closed_in_one_statement(self):
        def count(campaign):
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            campaign.action_cancel()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        costs = []
        for number in (1, 40):
            campaign = self.new_campaign(name=f"{number}")
            self.env["crl.campaign.member"].create(
                [{"campaign_id": campaign.id, "partner_id": self.guests[0].id}] * number
            )
            costs.append(count(campaign))
            members = self.members(campaign)
            self.assertEqual(set(members.mapped("state")), {"left_out"})
            self.assertEqual(set(members.mapped("reason")), {"The campaign is over."})
        self.assertLessEqual(costs[1], costs[0])

    def test_procedure_for_all_on_the_list(self):
        campaign = self.new_campaign(cadence_id=self.cadence.id)
        campaign.action_release()
        enrollments = self.members(campaign).enrollment_id
        self.assertEqual(enrollments.partner_id, self.guests)
        self.assertEqual(enrollments.campaign_id, campaign)
        self.assertEqual(
            {(m.user_id, m.partner_id) for m in self.members(campaign)},
            {(e.user_id, e.partner_id) for e in enrollments},
        )
        call = self.touchpoint(enrollments[0], "step_m1_call")
        self.assertEqual(call.user_id, enrollments[0].user_id)
        # another salesperson does not take an operator's customer away
        enrollments[0].partner_id.user_id = self.other_rep
        self.assertEqual(call.user_id, enrollments[0].user_id)
        campaign.action_close()
        self.assertEqual(set(enrollments.mapped("state")), {"exited"})

    def test_in_one_campaign_at_a_time(self):
        self.new_campaign().action_release()
        second = self.new_campaign(name="Another")
        second.action_preview()
        self.assertEqual(second.listed_count, 0)
        self.assertIn(
            "is in the campaign “Autumn calls”", second.sudo().member_ids[0].reason
        )

    def test_hold_out_is_left_alone_and_stable(self):
        campaign = self.new_campaign(holdout_percent=50)
        campaign.action_preview()
        held = self.members(campaign, "held_out").partner_id
        campaign.action_release()
        self.assertEqual(self.members(campaign, "held_out").partner_id, held)
        self.assertFalse(held.crl_touchpoint_ids)
        log = self.env["crl.touchpoint.log"].search([("partner_id", "in", held.ids)])
        self.assertEqual(log.partner_id, held)

    def test_a_long_list_is_made_by_the_engine(self):
        self.patch(crl_campaign_release, "AT_ONCE", 3)
        campaign = self.new_campaign()
        campaign.action_release()
        self.assertTrue(campaign.is_working)
        self.assertEqual(set(self.members(campaign).mapped("state")), {"waiting"})
        self.env.flush_all()
        self.run_cron()
        self.assertFalse(campaign.is_working)
        self.assertEqual(len(self.members(campaign).touchpoint_id), 7)
        self.assertEqual(sorted(self.shares(campaign).values()), [3, 4])
        self.patch(crl_campaign_carry, "AT_ONCE", 3)
        campaign.action_close()
        self.env.flush_all()
        self.run_cron()
        calls = self.members(campaign).touchpoint_id
        self.assertEqual(set(calls.mapped("state")), {"cancelled"})

    def test_a_run_that_is_killed_goes_on(self):
        self.patch(crl_campaign_release, "AT_ONCE", 0)
        campaign = self.new_campaign()
        campaign.action_release()
        Campaign = self.env["crl.campaign"]
        self.env.flush_all()
        # a batch of two, then the server dies, again and again
        while Campaign._work_due(2):
            self.env.flush_all()
            with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
                Campaign._work_due(2)
                raise ZeroDivisionError
            self.env.invalidate_all()
        calls = self.env["crl.touchpoint"].search([("campaign_id", "=", campaign.id)])
        self.assertEqual(calls.partner_id, self.guests)
        self.assertEqual(len(calls), 7)
        self.assertEqual(sorted(self.shares(campaign).values()), [3, 4])

    def test_wrong_operators_and_dates_are_refused(self):
        nobody = self.env["res.users"].create({"name": "X", "login": "crl_x"})
        with self.assertRaises(ValidationError):
            self.new_campaign(operator_ids=[(6, 0, nobody.ids)])
        with self.assertRaises(UserError):
            self.new_campaign(operator_ids=False).action_release()
        with self.assertRaises(UserError):
            self.new_campaign(
                date_from="2026-02-01", date_to="2026-02-02"
            ).action_release()
