"""The pieces of work a benchmark measures, and the floors they are held against."""

import itertools

from bench.measure import Meter, profile
from bench.stock import Stock

STOCK_SAMPLE = 200
MAIL_SAMPLE = 100
CALL = "crl_retention.step_m1_call"
WELCOME = "crl_retention.step_m1_welcome"
#: Left out when rows are copied: made by the database, or unique.
OWN_COLUMNS = {
    "id", "create_uid", "create_date", "write_uid", "write_date", "dedup_key",
    "access_token",
}  # fmt: skip


class Bench:
    """The pieces of work, on customers of one rep team."""

    def __init__(self, env, customers, rounds):
        self.env = env
        self.customers = customers
        self.rounds = rounds
        self.meter = Meter(env)
        self.stock = Stock(env)
        self.cadence = env.ref("crl_retention.cadence_new_account")
        self.reps = env["res.users"].create(
            [
                {
                    "name": f"Rep {number}",
                    "login": f"bench_rep_{number}",
                    "email": f"rep{number}@example.com",
                    "tz": "Europe/Paris",
                }
                for number in range(5)
            ]
        )
        # the benchmark runs at any hour, on any day
        self.cadence.step_ids.write({"hour_from": 0, "hour_to": 24})
        env.company.crl_quiet_hours = False
        self.lines = itertools.count()
        env.cr.commit()

    def make_customers(self, label, count):
        country = self.env.ref("base.fr")
        created = (
            self.env["res.partner"]
            .with_context(tracking_disable=True, mail_create_nosubscribe=True)
            .create(
                [
                    {
                        "name": f"Customer {label} {number}",
                        "is_company": True,
                        "email": f"customer.{label}.{number}@example.com",
                        "phone": f"+33 1 {42000000 + next(self.lines)}",
                        "country_id": country.id,
                        "tz": "Europe/Paris",
                        "user_id": self.reps[number % len(self.reps)].id,
                    }
                    for number in range(count)
                ]
            )
        )
        self.env.cr.commit()
        return created

    # ---- Rows of the engine ----

    def copied(self, records, **replaced):
        """Values to create the same rows once more, for other customers.

        :param replaced: ``{field: function of the old value}``
        """
        names = [
            name
            for name, field in records._fields.items()
            if field.store
            and field.column_type
            and not (field.compute and not field.inverse)
            and name not in OWN_COLUMNS
        ]
        rows = records.sorted("id").read(names, load="")
        for row in rows:
            old_id = row.pop("id")
            for name, change in replaced.items():
                row[name] = change(old_id if name == "dedup_key" else row[name])
        return rows

    def prepare_twins(self, partners, twins, label):
        """Values of everything that enrolling ``partners`` wrote, for ``twins``."""
        pairs = dict(zip(partners.ids, twins.ids, strict=True))

        def move(partner_id):
            return pairs.get(partner_id, partner_id)

        def key(old_id):
            return f"bench:{label}:{old_id}"

        values = {}
        for model in ("crl.relationship", "crl.enrollment", "crl.touchpoint"):
            records = self.env[model].search([("partner_id", "in", partners.ids)])
            changes = {"partner_id": move, "dedup_key": key}
            if "contact_id" in records._fields:
                changes["contact_id"] = move
            values[model] = self.copied(records, **changes)
        logs = self.env["crl.touchpoint.log"].search(
            [("partner_id", "in", partners.ids)]
        )
        values["crl.touchpoint.log"] = self.copied(logs, partner_id=move)
        return values

    def make_due(self, partners, step):
        """Make one step of these customers due, and nothing else of anybody."""
        self.env.flush_all()
        self.env.cr.execute(
            """UPDATE crl_touchpoint
                  SET date_due = CASE WHEN partner_id = ANY(%s) AND step_id = %s
                                      THEN now() AT TIME ZONE 'UTC'
                                           - interval '1 minute' END
                WHERE state = 'planned'""",
            [partners.ids, self.env.ref(step).id],
        )
        self.env.cr.execute("ANALYZE crl_touchpoint")
        self.env.cr.commit()
        self.env.invalidate_all()

    def touchpoints(self, partners, step):
        return self.env["crl.touchpoint"].search(
            [
                ("partner_id", "in", partners.ids),
                ("step_id", "=", self.env.ref(step).id),
            ],
            order="id",
        )

    def pump(self, method="_open_due", model="crl.touchpoint"):
        """One job of the pump until its backlog is empty, as the scheduler runs it."""
        from odoo.addons.crl_retention.models.crl_engine import BATCH

        handled, total = BATCH, 0
        while handled >= BATCH:
            handled = getattr(self.env[model], method)(BATCH)
            self.env.flush_all()
            self.env.cr.commit()
            self.env.invalidate_all()
            total += handled
        return total

    # ---- Pieces of work ----

    def enroll(self, partners):
        partners.crl_enroll(self.cadence.id)

    def create_all(self, values):
        for model, rows in values.items():
            self.env[model].create(rows)

    def check(self, what, found, wanted):
        if found != wanted:
            print(f"NOTE: {what}: {found} of {wanted}")

    def round(self, number):
        """Every piece of work once, on customers of its own."""
        partners = self.make_customers(f"{number}a", self.customers)
        twins = self.make_customers(f"{number}b", self.customers)
        self.measure_enrolling(partners, twins, number)
        self.measure_calls(partners, twins)
        self.measure_mails(partners, twins)
        self.measure_sms(number)
        self.meter.run("idle run", 1, self.pump)

    def measure_enrolling(self, partners, twins, number):
        run, count = self.meter.run, self.customers
        run("enroll", count, lambda: self.enroll(partners))
        rows = self.prepare_twins(partners, twins, number)
        run("enroll: create the same rows", count, lambda: self.create_all(rows))

    def measure_calls(self, partners, twins):
        run, count, stock = self.meter.run, self.customers, self.stock
        sample = min(count, STOCK_SAMPLE)
        calls = self.touchpoints(partners, CALL)
        others = self.touchpoints(twins, CALL)
        rows = others._prepare_activities()
        self.make_due(partners, CALL)
        run("open calls", count, self.pump)
        opened = len(calls.filtered(lambda t: t.state == "open"))
        self.check("calls opened", opened, count)
        run(
            "open calls: create the same activities",
            count,
            lambda: stock.create_activities(others, rows),
        )
        for label, mark in (("SQL for activities", False), ("SQL for all", True)):
            stock.forget_followers(calls)
            run(
                f"open calls: {label}",
                count,
                lambda mark=mark: stock.insert_activities(calls, rows, mark),
            )
        run(
            "open calls: loop of activity_schedule",
            sample,
            lambda: stock.schedule_one_by_one(others[:sample]),
        )
        rule = stock.make_rule(twins[:sample])
        run("open calls: automation rule", sample, lambda: stock.run_rule(rule))
        activities = self.env["mail.activity"].search(
            [("res_model", "=", "res.partner"), ("res_id", "in", twins.ids)],
            limit=sample,
        )
        run(
            "done",
            sample,
            lambda: calls[:sample].action_done("reached", "positive", "Content"),
        )
        run("done: action_feedback", sample, lambda: activities.action_feedback())

    def measure_mails(self, partners, twins):
        run, count, stock = self.meter.run, self.customers, self.stock
        sample = min(count, MAIL_SAMPLE)
        welcomes = self.touchpoints(partners, WELCOME)
        others = self.touchpoints(twins, WELCOME)
        self.make_due(partners, WELCOME)
        run("queue mails", count, self.pump)
        queued = len(welcomes.filtered(lambda t: t.state == "open"))
        self.check("mails queued", queued, count)
        template = self.env.ref(WELCOME).mail_template_id
        run(
            "queue mails: send_mail_batch",
            count,
            lambda: template.send_mail_batch(
                others.ids, email_values={"email_to": "a@example.com"}
            ),
        )
        run(
            "queue mails: loop of send_mail",
            sample,
            lambda: stock.send_one_by_one(template, others[:sample]),
        )
        from odoo.addons.crl_retention.models.ir_qweb import CompiledBodies

        run(
            "render 30 blocks",
            sample,
            lambda: stock.render(others[:sample], crl_compiled=CompiledBodies()),
        )
        few = others[: min(sample, 20)]
        run("render 30 blocks: stock", len(few), lambda: stock.render(few))
        self.env["mail.notification"].search(
            [("mail_message_id", "in", welcomes.mail_message_id.ids)]
        ).write({"notification_status": "sent"})
        run("read fates", count, lambda: self.pump("_read_fates"))
        sent = len(welcomes.filtered(lambda t: t.state == "done"))
        self.check("mails done", sent, count)

    def measure_sms(self, number):
        run, count = self.meter.run, self.customers
        sample = min(count, MAIL_SAMPLE)
        partners = self.make_customers(f"{number}c", count)
        partners.crl_preferred_channel = "sms"
        self.enroll(partners)
        texts = self.touchpoints(partners, WELCOME)
        self.make_due(partners, WELCOME)
        run("queue SMS", count, self.pump)
        queued = len(texts.filtered(lambda t: (t.state, t.medium) == ("open", "sms")))
        self.check("SMS queued", queued, count)
        run(
            "queue SMS: loop of _message_sms",
            sample,
            lambda: self.stock.text_one_by_one(texts[:sample]),
        )

    def profile(self):
        """Who asks which queries; the figures of this round are not kept."""
        count = min(self.customers, 200)
        partners = self.make_customers("profile", count)
        profile(self.meter, "enroll", count, lambda: self.enroll(partners))
        calls = self.touchpoints(partners, CALL)
        self.make_due(partners, CALL)
        profile(self.meter, "open calls", count, self.pump)
        self.env.invalidate_all()
        profile(
            self.meter,
            "done",
            count,
            lambda: calls.action_done("reached", "positive", "Content"),
        )
        self.make_due(partners, WELCOME)
        profile(self.meter, "queue mails", count, self.pump)
        messages = self.touchpoints(partners, WELCOME).mail_message_id
        self.env["mail.notification"].search(
            [("mail_message_id", "in", messages.ids)]
        ).write({"notification_status": "sent"})
        self.env.flush_all()
        self.env.invalidate_all()
        profile(self.meter, "read fates", count, lambda: self.pump("_read_fates"))
