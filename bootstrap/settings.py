"""Where things live, and the few settings a person can give in the environment.

=================== ==========================================================
``ODOO_PATH``       folder of an Odoo 19 source to use instead of finding one
``PGHOST``          PostgreSQL server to use (with PGPORT, PGUSER, PGPASSWORD)
``CRL_PG``          ``system`` or ``embedded``: the PostgreSQL to prefer
``CRL_PG_DURABLE``  ``1``: keep every commit on disk (slower)
``CRL_PORT``        port of the demo, 8069 unless told
``CRL_DB``          name of the demo database, ``crl_demo`` unless told
``CRL_CACHE``       folder for everything fetched, ``.cache`` unless told
``CRL_DEBIAN_MIRROR`` a Debian mirror, where the machine is not a Debian
``PYTHON``          Python 3.10 to 3.13 to use
=================== ==========================================================
"""

import hashlib
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = Path(os.environ.get("CRL_CACHE") or ROOT / ".cache").resolve()
REQUIREMENTS = ROOT / "requirements"

VENV = CACHE / "venv"
ODOO_FOLDER = CACHE / "odoo"
ODOO_NOTE = CACHE / "odoo.json"
DATA_DIR = CACHE / "data"
LAUNCHER = CACHE / "launcher" / "odoo"
LOGS = CACHE / "log"

ODOO_SERIES = "19.0"

DEMO_DB = os.environ.get("CRL_DB") or "crl_demo"
DEMO_PORT = int(os.environ.get("CRL_PORT") or 8069)


def folder_key():
    """A short name for this cache folder, to tell checkouts apart in shared places."""
    return hashlib.sha256(str(CACHE).encode()).hexdigest()[:10]
