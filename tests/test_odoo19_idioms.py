"""Idioms of older Odoo versions that no linter and no installation complains about.

Each rule is a pattern and what to write instead. Python is read as a syntax tree and
XML as elements, so that comments and texts may name the old things.
"""

import ast
import csv
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ADDONS = sorted(path.parent for path in ROOT.glob("*/__manifest__.py"))

OLD_CALLS = {
    "_check_recursion": "_has_cycle()",
    "check_access_rights": "check_access() or has_access()",
    "check_access_rule": "check_access() or has_access()",
    "fields_view_get": "get_view()",
    "name_get": "display_name",
    "read_group": "_read_group() or formatted_read_group()",
    "toggle_active": "action_archive() and action_unarchive()",
    "_filter_access_rules": "_filtered_access()",
    "_notify_progress": "_commit_progress()",
}
OLD_ATTRIBUTES = {
    "_cr": "env.cr",
    "_uid": "env.uid",
    "_context": "env.context",
    "groups_id": "group_ids",
}
OLD_CLASS_ATTRIBUTES = {"_sql_constraints": "models.Constraint"}
OLD_MODULES = {
    "odoo.osv": "odoo.fields.Domain",
    "odoo.orm": "odoo.api, odoo.fields and odoo.models",
}
OLD_KEYWORDS = {
    "group_operator": "aggregator",
    "states": "expressions in the view",
    "track_visibility": "tracking",
}
OLD_ELEMENTS = {"tree": "list"}
OLD_XML_ATTRIBUTES = {
    "attrs": "invisible, readonly and required expressions",
    "states": "an invisible expression",
}
#: Attributes people see or hear, whose words Odoo's browser code leaves in English.
UNTRANSLATED = {
    "data-label",
    *(f"t-attf-{name}" for name in ("aria-label", "title", "placeholder", "alt")),
}
OLD_RECORD_FIELDS = {
    "ir.cron": {"numbercall", "doall"},
    "res.groups": {"category_id", "users"},
    "res.users": {"groups_id"},
    "ir.ui.menu": {"groups_id"},
    "ir.ui.view": {"groups_id"},
    "ir.actions.act_window": {"groups_id"},
    "ir.actions.server": {"groups_id"},
}


def files(pattern):
    """Parameters for every file of ours with a given name pattern."""
    return [
        pytest.param(path, id=str(path.relative_to(ROOT)))
        for addon in ADDONS
        for path in sorted(addon.rglob(pattern))
    ]


def python_faults(tree):
    """``line: old thing, what to write instead`` of a Python file."""
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        called = getattr(node.func, "attr", "") if isinstance(node, ast.Call) else ""
        if called in OLD_CALLS:
            yield f"{line}: {called}(): use {OLD_CALLS[called]}"
        if isinstance(node, ast.Attribute) and node.attr in OLD_ATTRIBUTES:
            yield f"{line}: .{node.attr}: use {OLD_ATTRIBUTES[node.attr]}"
        if isinstance(node, ast.ClassDef):
            yield from class_faults(node)
        if isinstance(node, ast.ImportFrom | ast.Import):
            yield from import_faults(node)
        if isinstance(node, ast.Call) and is_field(node.func):
            for keyword in node.keywords:
                if keyword.arg in OLD_KEYWORDS:
                    instead = OLD_KEYWORDS[keyword.arg]
                    yield f"{line}: {keyword.arg}= on a field: use {instead}"


def class_faults(node):
    names = {
        target.id: statement.value
        for statement in node.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }
    for name, value in names.items():
        if (
            not name.startswith("crl_")
            and isinstance(value, ast.Call)
            and is_field(value.func)
            and any(keyword.arg == "index" for keyword in value.keywords)
            and "_inherit" in names
            and "_name" not in names
            and "'crl." not in ast.unparse(names["_inherit"])
        ):
            yield f"{value.lineno}: index= on Odoo's {name} stays when we are gone"
    for statement in node.body:
        targets = getattr(statement, "targets", ())
        for target in targets:
            name = getattr(target, "id", "")
            if name in OLD_CLASS_ATTRIBUTES:
                instead = OLD_CLASS_ATTRIBUTES[name]
                yield f"{statement.lineno}: {name}: use {instead}"


def import_faults(node):
    names = [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        names = [f"{node.module}.{name}" for name in names]
    for name in names:
        for old, instead in OLD_MODULES.items():
            if name == old or name.startswith(f"{old}."):
                yield f"{node.lineno}: {old}: use {instead}"


def is_field(function):
    return (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name)
        and function.value.id == "fields"
    )


def xml_faults(root):
    """The old things in an XML file: views, records and templates."""
    for record in root.iter("record"):
        old = OLD_RECORD_FIELDS.get(record.get("model"), set())
        for field in record.findall("field"):
            if field.get("name") in old:
                yield f"{record.get('id')}: {field.get('name')} no longer exists"
    if root.tag == "templates":
        yield from template_faults(root)
    for arch in root.iter("field"):
        if arch.get("name") == "arch":
            yield from arch_faults(arch)


def template_faults(root):
    """What people read in a template of the browser, but nobody can translate."""
    for node in root.iter():
        for name, value in node.attrib.items():
            words = re.sub(r"\{\{.*?\}\}", "", value)
            if name in UNTRANSLATED and re.search(r"[^\W\d]{2}", words):
                yield f"{name}={value}: use t-att- with a text of _t()"


def arch_faults(arch):
    for node in arch.iter():
        if node.tag in OLD_ELEMENTS:
            yield f"<{node.tag}>: use <{OLD_ELEMENTS[node.tag]}>"
        for name, instead in OLD_XML_ATTRIBUTES.items():
            if name in node.attrib and node.tag not in ("xpath", "attribute"):
                yield f"<{node.tag} {name}=…>: use {instead}"
        if node.get("t-name") == "kanban-box":
            yield "kanban-box: use <t t-name='card'>"
        if "oe_chatter" in (node.get("class") or ""):
            yield "oe_chatter: use <chatter/>"
    for search in arch.iter("search"):
        for group in search.iter("group"):
            if "expand" in group.attrib or "string" in group.attrib:
                yield "<group expand=… string=…> in a search view: use a bare <group>"


def declared_models(addon):
    """Models with a table of their own that an addon brings."""
    for path in sorted((addon).rglob("*.py")):
        if {"tests", "migrations"} & set(path.parts):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                yield from model_of(node)


def model_of(node):
    bases = {getattr(base, "attr", "") for base in node.bases}
    if not bases & {"Model", "TransientModel"}:
        return
    values = {}
    for statement in node.body:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            name = getattr(statement.targets[0], "id", "")
            if name in ("_name", "_inherit"):
                values[name] = ast.literal_eval(statement.value)
    name, inherited = values.get("_name"), values.get("_inherit") or []
    # a model that is extended may name itself and a mixin
    if name and name not in ([inherited] if isinstance(inherited, str) else inherited):
        yield name


@pytest.mark.parametrize("path", files("*.py"))
def test_python_is_odoo_19(path):
    faults = list(python_faults(ast.parse(path.read_text())))
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("path", files("*.xml"))
def test_xml_is_odoo_19(path):
    faults = list(xml_faults(ElementTree.parse(path).getroot()))
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("path", files("*.js"))
def test_javascript_has_no_module_header(path):
    assert not re.search(r"/\*\*\s*@odoo-module", path.read_text())


@pytest.mark.parametrize("addon", ADDONS, ids=lambda addon: addon.name)
def test_every_model_has_access_rules(addon):
    listed = set()
    for path in addon.rglob("ir.model.access.csv"):
        with path.open(newline="") as rows:
            listed.update(
                re.sub(r"^.*model_", "", row.get("model_id:id") or row["model_id/id"])
                for row in csv.DictReader(rows)
            )
    missing = [
        name for name in declared_models(addon) if name.replace(".", "_") not in listed
    ]
    assert not missing, f"models nobody may read: {', '.join(missing)}"


BAD_PYTHON = """
from odoo.osv import expression
class Old:
    _inherit = "sale.order"
    _sql_constraints = []
    name = fields.Integer(group_operator="sum")
    ref = fields.Char(index=True)
    def go(self):
        self._cr
        self.read_group([], [], [])
"""
BAD_XML = """
<odoo>
  <record id="a" model="ir.cron"><field name="numbercall">-1</field></record>
  <record id="b" model="ir.ui.view"><field name="arch" type="xml">
    <tree><field name="x" attrs="{}"/><t t-name="kanban-box"/></tree>
  </field></record>
  <record id="c" model="ir.ui.view"><field name="arch" type="xml">
    <search><group expand="0"/></search>
  </field></record>
</odoo>
"""
BAD_TEMPLATE = """
<templates>
  <td data-label="Ahead"/><a t-attf-title="Call {{name}}"/>
  <a aria-label="Call" t-attf-title="{{name}}: {{number}}"/>
</templates>
"""


def test_the_rules_themselves_find_old_idioms():
    assert len(list(python_faults(ast.parse(BAD_PYTHON)))) == 6
    assert len(list(xml_faults(ElementTree.fromstring(BAD_XML)))) == 5
    assert len(list(xml_faults(ElementTree.fromstring(BAD_TEMPLATE)))) == 2
