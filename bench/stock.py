"""What others do the same work with: Odoo's own ways, and the least SQL could do."""

BLOCK = """<div style="padding: 4px">
<h2 t-if="object.partner_id" t-out="object.partner_id.name">x</h2>
<p>Dear <t t-out="object.greeting"/>, so much for this part.</p>
<a t-attf-href="/shop/{{ object.id }}"><img src="/web/image/1"/>See more</a></div>"""
BODY = f"<div>{BLOCK * 30}</div>"


class Stock:
    """Ways to do what the engine does, without it."""

    def __init__(self, env):
        self.env = env

    def create_activities(self, touchpoints, rows):
        """The best full ORM form: batches, quick update, names read beforehand."""
        Activity = self.env["mail.activity"].with_context(
            mail_activity_quick_update=True
        )
        touchpoints.partner_id.mapped("display_name")
        for start in range(0, len(rows), 2000):
            Activity.create(rows[start : start + 2000])

    def forget_followers(self, touchpoints):
        """So that the next way to do it has them to add as well."""
        self.env["mail.followers"].search(
            [
                ("res_model", "=", "res.partner"),
                ("res_id", "in", touchpoints.partner_id.ids),
            ]
        ).unlink()

    def insert_activities(self, touchpoints, rows, mark=False):
        """The rows that a call leaves behind, by SQL alone: activities, followers and
        the kinds of messages they follow.

        :param mark: find the calls, mark them and log it too, as the engine does
        """
        subtypes = self.env["mail.message.subtype"].default_subtypes("res.partner")[1]
        if mark:
            self.env.cr.execute(
                """SELECT id FROM crl_touchpoint WHERE id IN %s ORDER BY date_due, id
                      FOR NO KEY UPDATE SKIP LOCKED""",
                [tuple(touchpoints.ids)],
            )
        marking = """,
            marked AS (
                UPDATE crl_touchpoint t SET state = 'open', date_due = NULL,
                       activity_id = a.id, write_date = now()
                  FROM activities a
                 WHERE t.id IN %(ids)s AND t.partner_id = a.res_id
             RETURNING t.id, t.partner_id, t.company_id),
            logged AS (
                INSERT INTO crl_touchpoint_log (
                       touchpoint_id, partner_id, company_id, decision, rule, date,
                       create_uid, create_date, write_uid, write_date)
                SELECT id, partner_id, company_id, 'opened', 'due', now(),
                       1, now(), 1, now()
                  FROM marked)"""
        self.env.cr.execute(
            f"""
            WITH activities AS (
                INSERT INTO mail_activity (
                       active, automated, res_model_id, res_model, res_id, res_name,
                       activity_type_id, summary, note, date_deadline, user_id, user_tz,
                       create_uid, create_date, write_uid, write_date)
                SELECT TRUE, TRUE, %(model)s, 'res.partner', p.id, p.complete_name,
                       %(type)s, %(summary)s, %(note)s, current_date, t.user_id,
                       'Europe/Paris', 1, now(), 1, now()
                  FROM crl_touchpoint t JOIN res_partner p ON p.id = t.partner_id
                 WHERE t.id IN %(ids)s
             RETURNING id, res_id){marking if mark else ""},
            followers AS (
                INSERT INTO mail_followers (res_model, res_id, partner_id)
                SELECT 'res.partner', t.partner_id, u.partner_id
                  FROM crl_touchpoint t JOIN res_users u ON u.id = t.user_id
                 WHERE t.id IN %(ids)s
                ON CONFLICT DO NOTHING RETURNING id)
            INSERT INTO mail_followers_mail_message_subtype_rel
            SELECT f.id, s FROM followers f, unnest(%(subtypes)s) s
            """,
            {
                "model": rows[0]["res_model_id"],
                "type": rows[0]["activity_type_id"],
                "summary": rows[0]["summary"],
                "note": rows[0]["note"],
                "ids": tuple(touchpoints.ids),
                "subtypes": subtypes.ids or [1],
            },
        )

    def schedule_one_by_one(self, touchpoints):
        for touchpoint in touchpoints:
            touchpoint.partner_id.activity_schedule(
                "mail.mail_activity_data_call",
                summary="Call",
                user_id=touchpoint.user_id.id,
            )

    def make_rule(self, partners):
        """An automation rule that gives each of these customers an activity."""
        values = {
            "name": "Call",
            "model_id": self.env["ir.model"]._get_id("res.partner"),
            "trigger": "on_time",
            "trg_date_id": self.env["ir.model.fields"]
            ._get("res.partner", "create_date")
            .id,
            "trg_date_range": 0,
            "filter_domain": repr([("id", "in", partners.ids)]),
        }
        rule = self.env["base.automation"].create(values)
        self.env["ir.actions.server"].create(
            {
                "name": "Call",
                "model_id": values["model_id"],
                "base_automation_id": rule.id,
                "usage": "base_automation",
                "state": "next_activity",
                "activity_type_id": self.env.ref("mail.mail_activity_data_call").id,
                "activity_summary": "Call",
                "activity_user_type": "generic",
                "activity_user_field_name": "user_id",
            }
        )
        return rule

    def run_rule(self, rule):
        self.env["base.automation"]._cron_process_time_based_actions()
        rule.active = False

    def send_one_by_one(self, template, touchpoints):
        for touchpoint in touchpoints:
            template.send_mail(
                touchpoint.id, email_values={"email_to": "a@example.com"}
            )

    def text_one_by_one(self, touchpoints):
        for touchpoint in touchpoints:
            partner = touchpoint.partner_id
            partner._message_sms("Thank you for your order", partner_ids=partner.ids)

    def render(self, touchpoints, **context):
        self.env["mail.template"].with_context(**context)._render_template(
            BODY, touchpoints._name, touchpoints.ids, "qweb"
        )
