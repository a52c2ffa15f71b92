from odoo.api import SUPERUSER_ID, Environment
from odoo.tools.convert import convert_file

RULES = "security/crl_retention_security.xml"


def migrate(cr, version):
    """Set the record rules as this version has them, which an update alone leaves as
    they are: who took a promise sees it, and who stands in for a rep or works a
    campaign sees these customers. Who wrote a promise down before took it."""
    env = Environment(cr, SUPERUSER_ID, {})
    convert_file(env, "crl_retention", RULES, {}, mode="init", noupdate=True)
    cr.execute(
        """UPDATE crl_case SET taken_by_id = create_uid
            WHERE kind = 'promise' AND taken_by_id IS NULL"""
    )
