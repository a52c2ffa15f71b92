from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user
from odoo.tools import mute_logger

from .access_matrix import ROLES

MUTED = ("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")


class AccessMatrixCase(TransactionCase):
    """Every role at every model of an addon, record by record, against one table.

    An addon that stands on this one has a test of its own that inherits this case:
    with its name, its table, its fields of the customer, and what its records are made
    of.
    """

    allow_inherited_tests_method = True
    #: The addon's name.
    ADDON = ""
    #: Its table: see ``access_matrix.py``.
    MATRIX = {}
    #: Its fields of the customer, by the model whose rows they show; those of no model
    #: (``None``) are everybody's who reads the customer.
    FIELDS = {}
    #: For which customers there is a record of a model: of each, unless it says else.
    LETTERS = {}

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
        for model in cls.MATRIX:
            for letter in cls.LETTERS.get(model, "ABE"):
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
        """What one is made of."""
        makers = cls._get_makers(model, letter)
        assert model in makers, f"Say in _get_makers() what a {model} is made of."
        return makers[model]()

    @classmethod
    def _get_makers(cls, model, letter):
        """What records are made of, by model: functions that return values.

        :param letter: the customer whose record is to be made
        """
        raise NotImplementedError

    @classmethod
    def _get_person(cls, letter):
        """The customer of a letter, and the company that deals with it."""
        customer = cls.customers.get(letter, cls.env["res.partner"])
        company = customer.company_id or cls.company
        return {"partner_id": customer.id, "company_id": company.id}

    @classmethod
    def _get_made(cls, model, letter):
        """The id of the record that was made already."""
        record = cls.made.get((model, letter))
        return record.id if record else False

    def _get_letters(self, model, role, operation):
        """The letters of the records a role may do an operation with."""
        for roles, rights in self.MATRIX[model].items():
            if role in roles.split():
                for right in rights.split():
                    if right[0] == operation:
                        return set(right[2:])
        return set()

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
            if name.startswith("crl.")
            and not model._abstract
            and model._original_module == self.ADDON
        }
        missing = ", ".join(sorted(ours - self.MATRIX.keys()))
        self.assertFalse(
            missing,
            f"Say who may do what with {missing}: a row of MATRIX, "
            "and in _get_makers() how one is made.",
        )
        self.assertFalse(self.MATRIX.keys() - self.env.registry.models.keys())

    def test_who_may_do_what(self):
        wrong = []
        for model in self.MATRIX:
            for role in ROLES:
                seen = self._get_readable(model, role)
                expected = {
                    letter
                    for name, letter in self.made
                    if name == model and letter in self._get_letters(model, role, "r")
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
                    expected = letter in self._get_letters(model, role, operation)
                    if self._can(operation, model, letter, role) != expected:
                        does = "cannot" if expected else "can"
                        wrong.append(f"{model} {letter}: {role} {does} {operation}")
        self.assertFalse(wrong, "\n" + "\n".join(wrong))

    # ---- Fields of ours on the customer ----

    def test_every_field_of_the_customer_has_its_readers(self):
        ours = {
            name
            for name, field in self.env["res.partner"]._fields.items()
            if name[:4] == "crl_" and field._modules[:1] == (self.ADDON,)
        }
        told = "Put a new field of the customer into FIELDS, with whose rows it shows."
        self.assertEqual(ours, set().union(*self.FIELDS.values()), told)

    def test_fields_show_no_rows_of_others(self):
        for customer in self.customers.values():
            for role, user in self.users.items():
                is_elsewhere = customer.company_id != self.company
                if user.share or is_elsewhere != (role == "stranger"):
                    continue
                for model, names in self.FIELDS.items():
                    if model:
                        letters = self._get_letters(model, role, "r")
                        self._check_fields(customer.with_user(user), names, letters)

    def _check_fields(self, partner, names, letters):
        """Who reads no row of a field's does not read the field; who reads others' sees
        nothing in those that show rows as they are."""
        for name in sorted(names - {"crl_relationship_id"}):
            told = f"{partner.env.user.login} at {partner.name}: {name}"
            self.env.invalidate_all()
            if not letters:
                with self.assertRaises(AccessError, msg=told):
                    partner.read([name])
                continue
            field = partner._fields[name]
            shows_rows = field.related or field.type in ("one2many", "many2many")
            if shows_rows and partner.name[-1] not in letters:
                self.assertFalse(partner.read([name])[0][name], told)
