from odoo.tools import SQL


def uninstall_hook(env):
    """Let Odoo delete what the addon brought, in whatever order it goes about it.

    Our tables go as a whole afterwards, so nothing in them needs to keep a stage, a
    template or a customer alive; each that did would be an error in Odoo's log.
    """
    env.cr.execute(
        """SELECT r.relname, c.conname
             FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid
            WHERE c.contype = 'f' AND r.relname LIKE 'crl\\_%'
              AND r.relnamespace = current_schema::regnamespace"""
    )
    for names in env.cr.fetchall():
        drop = SQL("ALTER TABLE %s DROP CONSTRAINT %s", *map(SQL.identifier, names))
        env.cr.execute(drop)
