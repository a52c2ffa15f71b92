"""Load values of indicators into Odoo's ``crl_retention``, enroll customers, export.

The command is ``crl``; programs use :class:`Client`.
"""

from crl_client.api import Client, RowResult
from crl_client.enroll import EnrollResult
from crl_client.errors import (
    CrlError,
    LoginError,
    Refused,
    ServerError,
    Unclear,
    Unreachable,
    UsageError,
)
from crl_client.status import Status
from crl_client.transport import Patience, Transport

__version__ = "1.0.0"

__all__ = [
    "Client",
    "CrlError",
    "EnrollResult",
    "LoginError",
    "Patience",
    "Refused",
    "RowResult",
    "ServerError",
    "Status",
    "Transport",
    "Unclear",
    "Unreachable",
    "UsageError",
]
