from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .test_campaign import CampaignCase


@tagged("post_install", "-at_install")
class TestCampaignResult(CampaignCase):
    """What came of a campaign, and who may read it."""

    def released(self, **values):
        campaign = self.new_campaign(**values)
        campaign.action_release()
        self.at("2026-03-06 12:00:00")
        self.run_cron()
        return campaign

    def call(self, campaign, partner):
        return self.members(campaign).filtered(lambda m: m.partner_id == partner)

    def test_figures_open_what_they_count(self):
        campaign = self.released()
        calls = self.members(campaign).touchpoint_id
        outcomes = [
            ("reached", "positive"),
            ("reached", "negative"),
            ("refused", None),
            ("no_answer", None),
        ]
        for call, (outcome, verdict) in zip(calls, outcomes, strict=False):
            call.with_user(call.user_id).action_done(outcome, verdict, "Said so")
        self.env.invalidate_all()
        figures = {
            "todo": 4,
            "reached": 2,
            "refused": 1,
            "no_answer": 1,
            "positive": 1,
            "negative": 1,
        }
        for name, count in figures.items():
            self.assertEqual(campaign[f"{name}_count"], count, name)
            action = (
                campaign.with_user(self.manager)
                .with_context(crl_figure=name)
                .action_figure()
            )
            found = self.env["crl.touchpoint"].with_user(self.manager)
            self.assertEqual(found.search_count(action["domain"]), count, name)
        # a visit is planned for the unhappy one; that is no contact of the campaign
        self.assertEqual(campaign.progress, 100 * 3 // 7)

    def test_marketing_reads_numbers_not_words(self):
        campaign = self.released()
        call = self.members(campaign).touchpoint_id[0]
        call.with_user(call.user_id).action_done("reached", "negative", "Dry dough")
        self.env.invalidate_all()
        seen = campaign.with_user(self.marketing)
        self.assertEqual((seen.reached_count, seen.negative_count), (1, 1))
        members = self.env["crl.campaign.member"].with_user(self.marketing)
        unhappy = members.search([("verdict", "=", "negative")])
        self.assertEqual(unhappy.partner_id, call.partner_id)
        self.assertEqual(unhappy.outcome, "reached")
        for model in ("crl.touchpoint", "crl.touchpoint.log", "crl.case"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.marketing).search([])
        with self.assertRaises(AccessError):
            unhappy.touchpoint_id.read(["note"])
        with self.assertRaises(AccessError):
            seen.with_context(crl_figure="reached").action_figure()

    def test_against_the_hold_out(self):
        campaign = self.released(goal="won", holdout_percent=50)
        listed = self.members(campaign, "active").partner_id
        held = self.members(campaign, "held_out").partner_id
        self.assertTrue(listed and held)
        self.assertIn("Not enough data yet", campaign.result)
        won = self.env.ref("crm.stage_lead4")
        for partner in listed[0] + held[0]:
            self.env["crm.lead"].create(
                {
                    "name": "More dough",
                    "type": "opportunity",
                    "partner_id": partner.id,
                    "stage_id": won.id,
                }
            )
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((campaign.goal_count, campaign.control_count), (1, 1))
        self.assertAlmostEqual(campaign.goal_rate, 1 / len(listed))
        members = self.env["crl.campaign.member"]
        found = members.search(campaign.action_goal()["domain"])
        self.assertEqual(found.partner_id, listed[0])
        found = members.search(campaign.action_control()["domain"])
        self.assertEqual(found.partner_id, held[0])
        campaign.goal = "opportunity"
        self.assertEqual(campaign.goal_count, 1)
        campaign.goal = "healthy"
        self.assertEqual(campaign.goal_count, 0)

    def test_what_it_changed_in_plain_words(self):
        tell = self.env["crl.campaign"]._get_result
        for figures, text in (
            ((0, 65, 0, 35), "between 9.9 fewer and 5.6 more"),
            ((22, 65, 2, 35), "Of 100 customers, 11.6 to 40.9 more"),
            ((2, 35, 22, 65), "Of 100 customers, 11.6 to 40.9 fewer"),
        ):
            self.assertIn(text, tell(*figures))

    def test_nobody_held_out_nothing_known(self):
        self.assertIn("Nobody was held out", self.released().result)

    def test_merged_customers_are_called_once(self):
        campaign = self.released()
        one, other = self.guests[:2]
        self.env["base.partner.merge.automatic.wizard"]._merge((one + other).ids, one)
        members = self.members(campaign).filtered(lambda m: m.partner_id == one)
        self.assertEqual(len(members), 2)
        self.assertEqual(sorted(members.mapped("state")), ["active", "left_out"])
        live = members.touchpoint_id.filtered("is_live")
        self.assertEqual(len(live), 1)

    def test_an_operator_leaves(self):
        campaign = self.released()
        mine = self.members(campaign).filtered(lambda m: m.user_id == self.ann)
        self.ann.sudo()._crl_hand_over(self.bob)
        self.assertEqual(mine.touchpoint_id.user_id, self.rep)
        # who looks after the customer takes over, and sees the campaign's call
        self.assertEqual(mine.user_id, self.rep)

    def test_who_asks_not_to_be_contacted_is_not_called(self):
        campaign = self.new_campaign()
        campaign.action_release()
        self.guests[0].crl_do_not_contact = True
        self.at("2026-03-06 12:00:00")
        self.run_cron()
        call = self.call(campaign, self.guests[0]).touchpoint_id
        self.assertEqual(call.state, "skipped")
        self.assertEqual(call.log_ids[:1].rule, "campaign")

    def test_who_said_no_to_calls_is_left_out(self):
        self.env["crl.consent"]._record(
            {self.guests[0]: {("call", "marketing"): "withdrawn"}}, "employee"
        )
        campaign = self.new_campaign()
        campaign.action_preview()
        left_out = self.members(campaign, "left_out")
        self.assertEqual(left_out.partner_id, self.guests[0])
        self.assertIn("said no", left_out.reason)

    def test_new_opportunity_is_filled_in(self):
        campaign = self.released(offer="Ten percent off")
        member = self.members(campaign)[0].with_user(self.ann)
        salesman = self.env.ref("sales_team.group_sale_salesman")
        self.ann.group_ids += salesman
        member = self.members(campaign).filtered(lambda m: m.user_id == self.ann)[0]
        action = member.with_user(self.ann).action_new_opportunity()
        lead = self.env["crm.lead"].with_context(**action["context"]).create({})
        self.assertEqual(lead.partner_id, member.partner_id)
        self.assertEqual((lead.type, lead.user_id), ("opportunity", self.ann))
        self.assertIn("Autumn calls", lead.name)
        for record in (
            member.partner_id.crl_relationship_id,
            self.env["crl.case"].create(
                {"partner_id": member.partner_id.id, "kind": "complaint"}
            ),
        ):
            action = record.action_new_opportunity()
            self.assertEqual(
                action["context"]["default_partner_id"], member.partner_id.id
            )

    def test_from_a_selection(self):
        Segment = self.env["crl.segment"].with_user(self.marketing)
        people = self.env["res.partner"].create(
            {"name": "Waiter", "parent_id": self.guests[0].id}
        )
        action = Segment._start_segment(people + self.guests[0] + self.guests[1])
        segment = Segment.with_context(**action["context"]).create({})
        self.assertEqual(segment.partner_count, 2)
        action = self.env.ref(
            "crl_retention.crl_relationship_action_make_campaign"
        ).with_user(self.manager)
        self.enroll(self.guests[:3])
        action = action.with_context(
            active_model="crl.relationship",
            active_ids=self.guests[:3].crl_relationship_id.ids,
        ).run()
        campaign = (
            self.env["crl.campaign"]
            .with_user(self.manager)
            .with_context(**action["context"])
            .create({})
        )
        self.assertEqual(campaign.segment_id.partner_count, 3)

    def test_erased_and_exported(self):
        campaign = self.released()
        manager = self.guests[0].with_user(self.manager)
        self.assertIn("Autumn calls", manager.crl_export_data())
        manager.crl_erase_data()
        call = self.call(campaign, self.guests[0]).touchpoint_id
        self.assertEqual(call.state, "cancelled")

    def filled_in(self, action, **values):
        """What the form would save."""
        defaults = {
            name.removeprefix("default_"): value
            for name, value in action["context"].items()
        }
        return {**defaults, "email_from": "us@example.com", **values}

    def test_mailing_goes_to_the_segment_but_not_who_opted_out(self):
        self.guests[0].crl_do_not_contact = True
        self.env["mail.blacklist"]._add(self.guests[1].email_normalized)
        campaign = self.new_campaign(holdout_percent=30)
        campaign.action_release()
        action = campaign.action_mail()
        mailing = (
            self.env["mailing.mailing"]
            .with_user(self.marketing)
            .create(self.filled_in(action, body_html="<p>News</p>"))
        )
        self.assertEqual(mailing.campaign_id, campaign.utm_campaign_id)
        self.assertEqual(mailing.campaign_id.title, "Autumn calls")
        self.assertEqual(
            set(mailing._get_recipients()),
            set((self.members(campaign, "active").partner_id).ids),
        )
        self.assertNotIn(self.guests[0].id, mailing._get_recipients())
        mailing.sudo().action_send_mail()
        traces = mailing.sudo().mailing_trace_ids
        by_partner = {trace.res_id: trace for trace in traces}
        if self.guests[1] in self.members(campaign, "active").partner_id:
            self.assertEqual(by_partner[self.guests[1].id].trace_status, "cancel")
        mailed = traces.filtered(lambda t: t.trace_status != "cancel").mapped("res_id")
        self.assertTrue(mailed)
        self.assertNotIn(self.guests[1].id, mailed)

    def merge(self, one, other):
        self.env["base.partner.merge.automatic.wizard"]._merge((one + other).ids, one)

    def test_a_merge_while_the_list_is_made_calls_once(self):
        campaign = self.new_campaign()
        with patch.object(type(campaign), "_begin", lambda campaign, count: None):
            campaign.action_release()
        one, other = self.guests[:2]
        self.merge(one, other)
        self.run_cron()
        mine = self.members(campaign).filtered(lambda m: m.partner_id == one)
        self.assertEqual(sorted(mine.mapped("state")), ["active", "left_out"])
        self.assertNotIn("Error", "".join(mine.filtered("reason").mapped("reason")))
        self.assertEqual(len(one.crl_touchpoint_ids), 1)

    def test_a_merge_keeps_the_call_that_was_made(self):
        campaign = self.new_campaign()
        campaign.action_release()
        self.run_cron()
        one, other = self.members(campaign).sorted("id")[:2]
        other.touchpoint_id.sudo().state = "open"
        other.touchpoint_id.sudo().action_done("reached", "positive", "Wants more")
        campaign.action_close()
        kept = one.partner_id
        self.merge(kept, other.partner_id)
        self.assertEqual((one.state, other.state), ("left_out", "active"))
        self.assertEqual(other.outcome, "reached")

    def test_a_segment_of_nobody_makes_an_empty_list(self):
        self.segment.domain = "[('crl_segment_ids', 'in', [0])]"
        campaign = self.new_campaign()
        campaign.action_preview()
        self.assertFalse(self.members(campaign))

    def test_customers_of_other_companies_are_not_on_the_list(self):
        other = self.env["res.company"].sudo().create({"name": "Other"})
        self.guests[0].company_id = other
        campaign = self.new_campaign()
        campaign.action_preview()
        self.assertNotIn(self.guests[0], self.members(campaign).partner_id)
        self.assertEqual(len(self.members(campaign)), 6)

    def test_mailing_made_of_the_draft_spares_who_is_held_out(self):
        campaign = self.new_campaign(holdout_percent=100)
        action = campaign.action_mail()
        mailing = (
            self.env["mailing.mailing"]
            .with_user(self.marketing)
            .create(self.filled_in(action, body_html="<p>News</p>"))
        )
        self.assertEqual(set(mailing._get_recipients()), set(self.guests.ids))
        campaign.action_release()
        self.assertTrue(self.members(campaign, "held_out"))
        self.assertFalse(
            set(mailing._get_recipients())
            & set(self.members(campaign, "held_out").partner_id.ids)
        )

    def test_a_mailing_of_the_segment_spares_who_is_held_out(self):
        action = self.segment.with_user(self.marketing).action_mail()
        mailing = (
            self.env["mailing.mailing"]
            .with_user(self.marketing)
            .create(self.filled_in(action, body_html="<p>News</p>"))
        )
        campaign = self.new_campaign(holdout_percent=50)
        campaign.action_release()
        held = self.members(campaign, "held_out").partner_id
        self.assertTrue(held)
        self.assertEqual(set(mailing._get_recipients()), set((self.guests - held).ids))
        campaign.action_close()
        self.assertEqual(set(mailing._get_recipients()), set(self.guests.ids))

    def test_sms_of_a_segment(self):
        action = self.segment.with_user(self.marketing).action_sms()
        mailing = (
            self.env["mailing.mailing"]
            .with_user(self.marketing)
            .create(self.filled_in(action, body_plaintext="News"))
        )
        self.assertEqual(mailing.mailing_type, "sms")
        self.assertEqual(set(mailing._get_recipients()), set(self.guests.ids))
        # the domain is alive
        self._new_customer("Late", city="Lyon")
        self.assertEqual(len(mailing._get_recipients()), 8)
