from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from . import access_matrix
from .access_matrix import FACTS, MATRIX, OPEN, ROLES, WORDS, allowed

MUTED = ("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")


@tagged("post_install", "-at_install")
class TestAccessMatrix(TransactionCase):
    """Every role at every model, record by record, against one table."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context=dict(cls.env.context, tracking_disable=True, no_reset_password=True)
        )
        cls.company = cls.env.company
        cls.elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.users = {
            role: cls._new_user(role, groups) for role, groups in ROLES.items()
        }
        cls.env["crm.team"].create(
            {
                "name": "One",
                "user_id": cls.users["leader"].id,
                "member_ids": [(6, 0, cls.users["rep"].ids)],
            }
        )
        cls.customers = {
            letter: cls._new_customer(letter, role)
            for letter, role in (("A", "rep"), ("B", "colleague"), ("E", "stranger"))
        }
        for letter in "ab":
            user = cls.users[f"portal_{letter}"]
            user.partner_id.parent_id = cls.customers[letter.upper()]
        cls.shared = {
            "crl.stage": cls.env.ref("crl_retention.stage_month_1"),
            "crl.segment": cls.env.ref("crl_retention.segment_new"),
            "crl.cadence": cls.env.ref("crl_retention.cadence_preservation"),
            "crl.indicator": cls.env["crl.indicator"].create(
                {"name": "Shared", "code": "shared"}
            ),
        }
        cls.made = {}
        for model in MATRIX:
            letters = "ABE"
            if model in ("crl.stage", "crl.case.cause", "crl.heartbeat"):
                letters = "S"
            elif model in (
                "crl.cadence",
                "crl.cadence.step",
                "crl.cadence.version",
                "crl.indicator",
                "crl.segment",
            ):
                letters = "AES"
            for letter in letters:
                cls._make(model, letter)
        cls.env.flush_all()
        cls.env.invalidate_all()

    @classmethod
    def _new_user(cls, role, groups):
        if role == "public":
            return cls.env.ref("base.public_user")
        company = cls.elsewhere if role == "stranger" else cls.company
        if not groups.startswith("base.group_portal"):
            own = (
                "base.group_user",
                "base.group_partner_manager",
                "base.group_allow_export",
                groups,
            )
            groups = ",".join(filter(None, own))
        return new_test_user(
            cls.env,
            login=f"matrix_{role}",
            groups=groups,
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )

    @classmethod
    def _new_customer(cls, letter, role):
        user = cls.users[role]
        return cls.env["res.partner"].create(
            {
                "name": f"Customer {letter}",
                "is_company": True,
                "email": f"{letter}@example.com",
                "user_id": user.id,
                "company_id": user.company_id.id,
            }
        )

    # ---- One record of each model and customer ----

    @classmethod
    def _make(cls, model, letter):
        owner = {"A": "rep", "B": "colleague", "E": "stranger"}.get(letter)
        values = cls._values(model, letter)
        env = cls.env[model]
        user = cls.users.get(owner)
        if env._transient and env.with_user(user).has_access("create"):
            record = env.with_user(user).create(values)
        elif model == "crl.relationship":
            record = env._ensure(cls.customers[letter])
        else:
            record = env.create(values)
        cls.made[model, letter] = cls.env[model].browse(record.id)

    @classmethod
    def _values(cls, model, letter):
        """What one is made of; a new model needs an entry."""
        customer = cls.customers.get(letter, cls.env["res.partner"])
        own = {"A": cls.company, "E": cls.elsewhere}.get(letter)
        company = customer.company_id or cls.company

        def made(name):
            record = cls.made.get((name, letter))
            return record.id if record else False

        person = {"partner_id": customer.id, "company_id": company.id}
        now = fields.Datetime.now()
        cadence = made("crl.cadence") or cls.shared["crl.cadence"].id
        makers = {
            "crl.relationship": lambda: {**person, "dedup_key": f"another {letter}"},
            "crl.enrollment": lambda: {
                **person,
                "cadence_id": cls.shared["crl.cadence"].id,
                "user_id": customer.user_id.id,
                "date_start": now,
                "date_cycle": now,
            },
            "crl.touchpoint": lambda: {
                **person,
                "enrollment_id": made("crl.enrollment"),
                "user_id": customer.user_id.id,
                "channel": "call",
                "state": "done",
                "verdict": "negative",
                "note": "Dry dough",
                "date_planned": now,
                "date_done": now,
            },
            "crl.quota": lambda: {
                "user_id": customer.user_id.id,
                "company_id": company.id,
                # a month has one: what is tried beside it is of another
                "date_from": "2026-02-01" if made("crl.quota") else "2026-01-01",
            },
            "crl.touchpoint.log": lambda: {
                **person,
                "touchpoint_id": made("crl.touchpoint"),
                "decision": "held",
                "note": "Dry dough",
            },
            "crl.consent": lambda: {
                **person,
                "contact_id": customer.id,
                "channel": "email",
                "purpose": "marketing",
                "status": "granted",
                "source": "employee",
            },
            "crl.case": lambda: {
                **person,
                "user_id": customer.user_id.id,
                "kind": "promise",
                "deadline": now,
                "description": "Dry dough",
            },
            "crl.call.window": lambda: {"partner_id": customer.id},
            "crl.case.hand": lambda: {"case_id": made("crl.case"), "note": "Dry dough"},
            "crl.segment": lambda: {"name": letter, "company_id": own and own.id},
            "crl.segment.member": lambda: {
                "segment_id": cls.shared["crl.segment"].id,
                "partner_id": customer.id,
            },
            "crl.campaign": lambda: {
                "name": letter,
                "company_id": company.id,
                "segment_id": cls.shared["crl.segment"].id,
                "operator_ids": [(6, 0, customer.user_id.ids)],
                "state": "released",
            },
            "crl.campaign.member": lambda: {
                "campaign_id": made("crl.campaign"),
                "partner_id": customer.id,
                "user_id": customer.user_id.id,
                "state": "active",
            },
            "crl.cadence": lambda: {"name": letter, "company_id": own and own.id},
            "crl.cadence.step": lambda: {
                "name": letter,
                "cadence_id": cadence,
                "stage_id": cls.shared["crl.stage"].id,
            },
            "crl.stage": lambda: {"name": letter, "kind": "dormant"},
            "crl.indicator": lambda: {
                "name": letter,
                # codes are everybody's: what is tried beside it is another
                "code": f"{letter.lower()}_{'second' if made('crl.indicator') else ''}",
                "company_id": own and own.id,
            },
            "crl.indicator.value": lambda: {
                **person,
                "indicator_id": cls.shared["crl.indicator"].id,
                "raw": 70,
                "score": 70,
                "date": now,
                "source": "manual",
                "dedup_key": f"value {letter} {made('crl.indicator.value')}",
            },
            "crl.indicator.entry": lambda: {
                "partner_id": customer.id,
                "indicator_id": cls.shared["crl.indicator"].id,
                "note": "Dry dough",
            },
            "crl.indicator.import": lambda: {"filename": "dough.csv"},
            "crl.indicator.import.column": lambda: {"name": "Dry dough"},
            "crl.load": lambda: {
                "key": letter,
                "user_id": customer.user_id.id,
                "dedup_key": f"load {letter} {made('crl.load')}",
                "digest": letter,
            },
            "crl.stage.change": lambda: {
                **person,
                "stage_id": cls.shared["crl.stage"].id,
                "date": now,
            },
            "crl.indicator.history": lambda: {
                **person,
                "week": now.date(),
                "score": 70,
                "dedup_key": f"history {letter} {made('crl.indicator.history')}",
            },
            "crl.case.cause": lambda: {"name": letter},
            "crl.touchpoint.result": lambda: {"note": "Dry dough"},
            "crl.touchpoint.move": lambda: {"date_planned": now},
            "crl.relationship.stage": lambda: {"stage_id": cls.shared["crl.stage"].id},
            "crl.enroll": lambda: {"cadence_id": cls.shared["crl.cadence"].id},
            "crl.enroll.line": lambda: {"reason": "Dry dough"},
            "crl.cadence.preview": lambda: {"cadence_id": cls.shared["crl.cadence"].id},
            "crl.cadence.preview.line": lambda: {"reason": "Dry dough"},
            "crl.dry.run": dict,
            "crl.dry.run.line": lambda: {"channel": "call"},
            "crl.dry.run.reason": lambda: {"reason": "Dry dough"},
            "crl.hand.over": lambda: {"mode": "one"},
            "crl.privacy": lambda: {"partner_id": customer.id},
            "crl.cadence.move": lambda: {"cadence_id": cls.shared["crl.cadence"].id},
            "crl.cadence.move.line": lambda: {"reason": "Dry dough"},
            "crl.deputy": lambda: {"deputy_id": cls.users["leader"].id},
            "crl.why": lambda: {"partner_id": customer.id},
            "crl.why.line": lambda: {"sentence": "Dry dough"},
            "crl.heartbeat": lambda: {"date_start": now},
            "crl.cadence.version": lambda: {"cadence_id": cadence, "number": 77},
            "crl.consent.entry": lambda: {
                "partner_id": customer.id,
                "contact_id": customer.id,
                "note": "Dry dough",
            },
            "crl.ask": lambda: {"verb": "exit", "reason": "Dry dough"},
            "crl.alert": lambda: {
                **person,
                "user_id": customer.user_id.id,
                "reason": "band",
                "note": "Dry dough",
            },
            "crl.alert.snooze": lambda: {"until": now, "reason": "Dry dough"},
            "crl.health.override": lambda: {
                "relationship_id": made("crl.relationship"),
                "band": "watch",
                "reason": "Dry dough",
                "until": now,
            },
            "crl.health.trial": dict,
            "crl.health.trial.line": lambda: {
                "trial_id": made("crl.health.trial"),
                "indicator_id": cls.shared["crl.indicator"].id,
            },
            "mail.message": lambda: {
                "model": "crl.case",
                "res_id": made("crl.case"),
                "body": "Dry dough",
                "message_type": "comment",
                "subtype_id": cls.env.ref("mail.mt_note").id,
                "author_id": customer.id,
            },
            "ir.attachment": lambda: {
                "name": "Photo",
                "raw": b"Dry dough",
                "res_model": "crl.case",
                "res_id": made("crl.case"),
            },
        }
        assert model in makers, f"Say in _values() what a {model} is made of."
        return makers[model]()

    # ---- What a role reaches ----

    def _is_allowed(self, action):
        try:
            with mute_logger(*MUTED):
                result = action()
        except UserError:  # an AccessError is one
            return False
        return result is None or bool(result)

    def _try(self, action):
        """Whether something is allowed; it is undone in any case."""
        savepoint = self.env.cr.savepoint(flush=True)
        try:
            return self._is_allowed(lambda: (action(), self.env.flush_all()))
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all()

    def _get_readable(self, model, role):
        """The letters a role reads, in every way there is; they must agree."""
        user = self.users[role]
        letters = {
            record.id: letter
            for (name, letter), record in self.made.items()
            if name == model
        }
        rows = self.env[model].with_user(user)
        if not rows.has_access("read"):
            return set()
        self.env.invalidate_all()
        domain = [("id", "in", list(letters))]
        found = rows.web_search_read(domain, {"id": {}})["records"]
        [group] = rows.formatted_read_group(domain, [], ["__count"])
        seen = {row["id"] for row in found}
        told = f"{role} at {model}"
        self.assertEqual(set(rows.search(domain)._ids), seen, told)
        self.assertEqual(rows.search_count(domain), len(seen), told)
        self.assertEqual(group["__count"], len(seen), told)
        for record in rows.browse(letters):
            self.env.invalidate_all()
            is_seen = record.id in seen
            self.assertEqual(
                self._is_allowed(lambda r=record: r.read(["display_name"])),
                is_seen,
                told,
            )
            if model.startswith("crl.") and not user.share:
                name = [*self._get_own_value(record)]
                self.env.invalidate_all()
                self.assertEqual(
                    self._is_allowed(
                        lambda r=record, n=name: r.export_data(n)["datas"]
                    ),
                    is_seen,
                    told,
                )
        return {letters[record_id] for record_id in seen}

    def _can(self, operation, model, letter, role):
        record = self.made[model, letter].with_user(self.users[role])
        right = {"w": "write", "c": "create", "u": "unlink", "m": "read"}
        if not record.browse().has_access(right[operation]):
            return False
        if operation == "w":
            values = self._get_own_value(record)
            return self._try(lambda: record.write(values))
        if operation == "u":
            return self._try(record.unlink)
        if operation == "m":
            return self._try(lambda: record.message_post(body="Here I am"))
        values = self._values(model, letter)
        return self._try(lambda: record.browse().create(values))

    def _get_own_value(self, record):
        """A value the record has already, to be written once more."""
        stored = {
            name: field
            for name, field in record._fields.items()
            if field.store
            and not (field.compute or field.related)
            and name not in (*models.MAGIC_COLUMNS, "res_model", "res_id", "model")
        }
        values = record.sudo().read(stored)[0]
        types = ("text", "char", "selection", "datetime", "many2one")
        names = [
            name
            for kind in types
            for name, field in stored.items()
            if field.type == kind
        ]
        name = next((name for name in names if values[name]), names[0])
        return {
            name: record._fields[name].convert_to_write(record.sudo()[name], record)
        }

    def test_every_model_has_a_row(self):
        ours = {
            name
            for name, model in self.env.registry.items()
            if name.startswith("crl.") and not model._abstract
        }
        missing = ", ".join(sorted(ours - MATRIX.keys()))
        self.assertFalse(
            missing,
            f"Say who may do what with {missing}: a row of MATRIX in "
            f"{access_matrix.__name__}, and in _values() here how one is made.",
        )
        self.assertFalse(MATRIX.keys() - self.env.registry.models.keys())

    def test_who_may_do_what(self):
        wrong = []
        for model in MATRIX:
            for role in ROLES:
                seen = self._get_readable(model, role)
                expected = {
                    letter
                    for name, letter in self.made
                    if name == model and letter in allowed(model, role, "r")
                }
                if seen != expected:
                    wrong.append(f"{model}: {role} reads {seen}, not {expected}")
        for model, letter in self.made:
            # whoever may open a dialog may do so for any record
            is_again = self.env[model]._transient and letter != "A"
            operations = "wu" if is_again else "wcu"
            if hasattr(self.env[model], "message_post"):
                operations += "m"
            for role in ROLES:
                for operation in operations:
                    expected = letter in allowed(model, role, operation)
                    if self._can(operation, model, letter, role) != expected:
                        does = "cannot" if expected else "can"
                        wrong.append(f"{model} {letter}: {role} {does} {operation}")
        self.assertFalse(wrong, "\n" + "\n".join(wrong))

    # ---- Fields of ours on the customer ----

    def test_every_field_of_the_customer_has_its_readers(self):
        ours = {name for name in self.env["res.partner"]._fields if name[:4] == "crl_"}
        self.assertEqual(
            ours,
            FACTS | WORDS | OPEN,
            "Put a new field of the customer into FACTS, WORDS or OPEN.",
        )

    def test_facts_and_words_of_others_are_empty(self):
        for letter, customer in self.customers.items():
            for role, user in self.users.items():
                if user.share or letter == "E" and role != "stranger":
                    continue
                self.env.invalidate_all()
                seen = customer.with_user(user)
                if role == "stranger" and letter != "E":
                    with self.assertRaises(AccessError):
                        seen.read(["crl_last_verdict"])
                    continue
                self._check_partner(seen, role, letter)

    def _check_partner(self, partner, role, letter):
        facts = letter in allowed("crl.relationship", role, "r")
        words = letter in allowed("crl.touchpoint", role, "r")
        readers = any(allowed("crl.relationship", role, "r"))
        insiders = any(allowed("crl.touchpoint", role, "r"))
        told = f"{role} at {letter}"
        domain = [("id", "=", partner.id)]
        for name in FACTS | WORDS:
            if not (readers if name in FACTS else insiders):
                with self.assertRaises(AccessError, msg=f"{told}: {name}"):
                    partner.read([name])
        if readers:
            values = partner.read([*FACTS - {"crl_relationship_id"}])[0]
            filled = {name for name in FACTS if values.get(name)}
            self.assertEqual("crl_last_verdict" in filled, facts, told)
            self.assertFalse(filled and not facts, f"{told}: {filled}")
            unhappy = [*domain, ("crl_last_verdict", "=", "negative")]
            self.assertEqual(bool(partner.search_count(unhappy)), facts, told)
            [group] = partner.formatted_read_group(
                domain, ["crl_last_verdict"], ["__count"]
            )
            self.assertEqual(bool(group["crl_last_verdict"]), facts, told)
            partner.search(domain, order="crl_last_verdict, crl_next_contact_date")
        if insiders:
            values = partner.read([*WORDS])[0]
            self.assertEqual(bool(values["crl_touchpoint_ids"]), words, told)
            self.assertEqual(bool(values["crl_last_words"]), words, told)

    def test_nobody_writes_facts(self):
        customer = self.customers["A"]
        link = customer.crl_relationship_id
        before = link.read()
        for role in ("rep", "manager", "settings"):
            partner = customer.with_user(self.users[role])
            for name, value in (
                ("crl_last_verdict", "positive"),
                ("crl_open_case_count", 7),
                ("crl_stage_id", self.shared["crl.stage"].id),
            ):
                try:
                    partner.write({name: value})
                    self.env.flush_all()
                except AccessError:
                    continue
            with self.assertRaises(AccessError, msg=f"{role} moves the link"):
                partner.crl_relationship_id = self.made["crl.relationship", "B"]
        self.env.invalidate_all()
        self.assertEqual(customer.crl_relationship_id, link)
        self.assertEqual(link.read(), before)
