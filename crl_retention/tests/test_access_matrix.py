from functools import partial

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .access_case import AccessMatrixCase
from .access_matrix import FACTS, MATRIX, OPEN, WORDS


@tagged("post_install", "-at_install")
class TestAccessMatrix(AccessMatrixCase):
    """Every role at every model of this addon."""

    ADDON = "crl_retention"
    MATRIX = MATRIX
    FIELDS = {"crl.relationship": FACTS, "crl.touchpoint": WORDS, None: OPEN}
    LETTERS = {
        **dict.fromkeys(("crl.stage", "crl.case.cause", "crl.heartbeat"), "S"),
        **dict.fromkeys(
            (
                "crl.cadence",
                "crl.cadence.step",
                "crl.cadence.version",
                "crl.indicator",
                "crl.segment",
            ),
            "AES",
        ),
    }

    @classmethod
    def _get_makers(cls, model, letter):
        customer = cls.customers.get(letter, cls.env["res.partner"])
        own = {"A": cls.company, "E": cls.elsewhere}.get(letter)
        company = customer.company_id or cls.company
        made = partial(cls._get_made, letter=letter)
        person = cls._get_person(letter)
        now = fields.Datetime.now()
        cadence = made("crl.cadence") or cls.shared["crl.cadence"].id
        return {
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
            "crl.campaign.question": lambda: {
                "campaign_id": made("crl.campaign"),
                "name": "An electric oven?",
                "kind": "yes_no",
            },
            "crl.campaign.answer": lambda: {
                "question_id": made("crl.campaign.question"),
                "touchpoint_id": made("crl.touchpoint"),
                "partner_id": customer.id,
                "value": "Yes",
            },
            "crl.newsletter": lambda: {"name": letter, "company_id": company.id},
            "crl.newsletter.sender": lambda: {
                "newsletter_id": made("crl.newsletter"),
                "words": "Dry dough",
                "user_id": cls.users["leader"].id
                if made("crl.newsletter.sender")
                else customer.user_id.id,
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

    # ---- Fields of ours on the customer ----

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
        facts = letter in self._get_letters("crl.relationship", role, "r")
        words = letter in self._get_letters("crl.touchpoint", role, "r")
        readers = any(self._get_letters("crl.relationship", role, "r"))
        insiders = any(self._get_letters("crl.touchpoint", role, "r"))
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
