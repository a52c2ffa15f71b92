from odoo.api import SUPERUSER_ID, Environment
from odoo.tools.convert import convert_file

RULES = "security/crl_retention_security.xml"


def migrate(cr, version):
    """Set the record rules as this version has them: who stands in for a rep, and who
    works a campaign, sees these customers. An update alone leaves records of a file
    that is not to be updated as they are."""
    env = Environment(cr, SUPERUSER_ID, {})
    convert_file(env, "crl_retention", RULES, {}, mode="init", noupdate=True)
