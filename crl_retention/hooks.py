def uninstall_hook(env):
    """Let Odoo delete what the addon brought, in whatever order it goes about it.

    Our tables go as a whole afterwards, so nothing in them needs to keep a stage, a
    template or a customer alive; each that did would be an error in Odoo's log.
    """
    env.cr.execute(
        """SELECT conrelid::regclass::text, quote_ident(conname) FROM pg_constraint
            WHERE contype = 'f' AND conrelid::regclass::text LIKE 'crl\\_%'"""
    )
    for table, name in env.cr.fetchall():
        env.cr.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
