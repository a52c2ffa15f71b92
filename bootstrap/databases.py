"""Databases with their files: copies, and the templates everything starts from.

Installing Odoo's own addons takes most of the time of an installation. A template holds
just those, once, and each run gets its own copy in a fraction of a second.
"""

import hashlib
import os
import shutil

from bootstrap import addons, odoo, settings, source
from bootstrap.shell import Failure, locked, must, say, tail

TEMPLATE_PREFIX = "crl_template_"


def exists(server, name):
    rows = server.sql("SELECT datname FROM pg_database WHERE NOT datistemplate")
    return name in rows


def filestore(name):
    return settings.DATA_DIR / "filestore" / name


def drop(server, name):
    """Remove a database and its files, whoever is still connected to it."""
    must(
        [server.client("dropdb"), "--if-exists", "--force", name],
        f"The database {name} could not be dropped.",
        env=server.environ(),
    )
    shutil.rmtree(filestore(name), ignore_errors=True)


def copy(server, origin, target):
    """Replace ``target`` by a copy; files are shared, for Odoo never rewrites one."""
    if origin == target:
        raise Failure("A database cannot be copied onto itself.")
    if not exists(server, origin):
        raise Failure(f"There is no database {origin}.")
    drop(server, target)
    must(
        [server.client("createdb"), "-T", origin, target],
        f"The database {origin} could not be copied: is an Odoo still using it?",
        env=server.environ(),
    )
    if filestore(origin).is_dir():
        shutil.copytree(filestore(origin), filestore(target), copy_function=os.link)


def template_name(modules, demo):
    """A name that changes with Odoo's version and with the addons inside."""
    origin = source.ensure()
    key = f"{origin.version}|{origin.tree}|{','.join(modules)}"
    kind = "demo" if demo else "plain"
    return f"{TEMPLATE_PREFIX}{kind}_{hashlib.sha256(key.encode()).hexdigest()[:8]}"


def drop_templates(server):
    """Remove the templates of another Odoo, or of addons nobody needs any more."""
    own = addons.manifests()
    sets = [addons.dependencies(addons.standing_on(name)) for name in own]
    sets.append(addons.dependencies(addons.names(with_tests=False)))
    wanted = {template_name(modules, demo) for modules in sets for demo in (0, 1)}
    for name in server.sql("SELECT datname FROM pg_database"):
        stale = name.startswith(TEMPLATE_PREFIX) and name not in wanted
        if stale and not name.endswith("_draft"):
            drop(server, name)


def template(server, modules, demo=False):
    """The template with Odoo's own addons installed, made when missing."""
    name = template_name(modules, demo)
    with locked(settings.CACHE / f"{name}.lock"):
        if exists(server, name):
            return name
        say(f"Installing Odoo's own addons once ({', '.join(modules)})")
        drop_templates(server)
        draft = f"{name}_draft"
        drop(server, draft)
        install(server, draft, modules, demo=demo)
        server.sql(f'ALTER DATABASE "{draft}" RENAME TO "{name}"')
        shutil.rmtree(filestore(name), ignore_errors=True)
        if filestore(draft).is_dir():
            filestore(draft).rename(filestore(name))
    return name


def install(server, name, modules, *, update=(), demo=False):
    """Install addons into a database and upgrade others, or tell where it is logged."""
    arguments = ["-d", name, "--stop-after-init", "--no-http", "--max-cron-threads=0"]
    if modules:
        arguments += ["-i", ",".join(modules)]
    if update:
        arguments += ["-u", ",".join(update)]
    if demo:
        arguments.append("--with-demo")
    settings.LOGS.mkdir(parents=True, exist_ok=True)
    log = settings.LOGS / f"install-{name}.log"
    code = odoo.call(server, arguments, log)
    if code or not exists(server, name):
        listed = ", ".join((*modules, *update))
        raise Failure(
            f"Odoo could not install {listed}; the end of {log}:\n"
            f"{tail(log.read_text(errors='replace'), 20)}"
        )
