from odoo.api import SUPERUSER_ID, Environment
from odoo.tools import SQL

FORMER = '[("state", "in", ["open", "planned"])]'
PRESENT = '[("state", "in", ["open", "planned"]), ("kind", "!=", "promise")]'
MEANING = "Unhappy words and complaints we still owe an answer to."


def migrate(cr, version):
    """A promise that is not due yet pulls nobody's health down: the indicator of open
    cases leaves promises to that of broken ones, where nobody has changed it. Two
    indexes that no list asks for any more go: Odoo leaves them."""
    cr.execute(
        """UPDATE crl_relationship r SET open_promise_count = (
                  SELECT COUNT(*) FROM crl_case c
                   WHERE c.partner_id = r.partner_id AND c.kind = 'promise'
                     AND c.state IN ('open', 'planned'))"""
    )
    cr.execute("DROP INDEX IF EXISTS crl_relationship__user_id_index")
    cr.execute("DROP INDEX IF EXISTS crl_relationship__stage_id_index")
    env = Environment(cr, SUPERUSER_ID, {})
    indicator = env.ref("crl_retention.indicator_open_cases", raise_if_not_found=False)
    if indicator and indicator.domain == FORMER:
        indicator.domain = PRESENT
        # the other languages come with the translations, which are loaded next
        env.execute_query(
            SQL(
                """UPDATE crl_indicator SET description = jsonb_build_object(
                          'en_US', %s::text) WHERE id = %s RETURNING id""",
                MEANING,
                indicator.id,
            )
        )
