"""The command ``crl``: its words and options."""

import argparse
import sys
from collections.abc import Sequence
from typing import TypeAlias

import crl_client
from crl_client import commands
from crl_client.api import MAX_BATCH
from crl_client.errors import CrlError
from crl_client.export import FORMATS, KINDS
from crl_client.load import BATCH
from crl_client.profiles import PROTOCOLS

Actions: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

EXIT_CODES = """exit codes:
  0   all done
  1   some rows or customers were refused, or the engine is not well
  2   a wrong option, file or column
  3   the server cannot be reached, or does not take the key
  4   the server had an error, or refused all of it
  130 interrupted: say the same again to go on
"""
INTERRUPTED = 130


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="crl",
        description="Customer retention in Odoo, from the command line.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--version", action="version", version=f"crl {crl_client.__version__}"
    )
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "-p", "--profile", default="", help="the server; that of the last login"
    )
    common.add_argument(
        "--timeout",
        type=_seconds,
        default=60,
        help="seconds to wait for an answer (%(default)s)",
    )
    common.add_argument(
        "-q", "--quiet", action="store_true", help="no progress, only the result"
    )
    actions = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_login(actions)
    _add_load(actions, common)
    _add_enroll(actions, common)
    _add_export(actions, common)
    action = actions.add_parser(
        "status", parents=[common], help="is the server well, and what is waiting"
    )
    action.set_defaults(run=commands.status)
    return parser


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= 3600:
        raise ValueError
    return seconds


def _pair(text: str) -> tuple[str, str]:
    name, sign, column = text.partition("=")
    if not (name and sign and column):
        raise argparse.ArgumentTypeError(f"{text!r} is not like partner=COLUMN")
    return name, column


def _add_login(actions: Actions) -> None:
    action = actions.add_parser(
        "login",
        help="keep the API key of a server",
        description="The key is asked without echo, or read from CRL_API_KEY or stdin.",
    )
    action.add_argument("url", metavar="URL", help="like https://odoo.example.com")
    action.add_argument("--db", default="", help="where the server has several")
    action.add_argument("--user", default="", help="login; needed for XML-RPC alone")
    action.add_argument("-p", "--profile", default="", help="name it, to have several")
    action.add_argument("--protocol", default="", choices=PROTOCOLS)
    action.add_argument(
        "--insecure", action="store_true", help="send the key over plain http"
    )
    action.add_argument("--timeout", type=_seconds, default=60)
    action.set_defaults(run=commands.login, quiet=False)
    action = actions.add_parser("logout", help="forget a server and its key")
    action.add_argument("-p", "--profile", default="")
    action.set_defaults(run=commands.logout)
    action = actions.add_parser("profiles", help="the servers that are known")
    action.add_argument("--use", metavar="NAME", default="", help="take this one")
    action.set_defaults(run=commands.profiles)


def _add_load(actions: Actions, common: argparse.ArgumentParser) -> None:
    load = actions.add_parser("load", help="load a file")
    kinds = load.add_subparsers(dest="kind", metavar="KIND", required=True)
    action = kinds.add_parser(
        "indicators",
        parents=[common],
        help="values of indicators",
        description="Load values of indicators from a CSV, XLSX or JSONL file. Rows "
        "that are refused go to a report, with line and reason; the others are loaded. "
        "A load that was killed goes on when it is said again.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    action.add_argument("file", metavar="FILE")
    group = action.add_argument_group("what is where in the file")
    group.add_argument(
        "--map",
        nargs="+",
        action="extend",
        type=_pair,
        default=[],
        metavar="NAME=COLUMN",
        help="NAME is partner, indicator, raw, date, or the code of an indicator; "
        "guessed from the first line where it is not said",
    )
    group.add_argument("--indicator", default="", metavar="CODE", help="of all rows")
    group.add_argument(
        "--wide", action="store_true", help="each column is an indicator, by its code"
    )
    group.add_argument("--date", default="", help="of rows without one; now")
    group.add_argument(
        "--ids", action="store_true", help="customers are Odoo's own numbers (ids)"
    )
    group = action.add_argument_group("how it is written")
    group.add_argument("--encoding", default="", help="found out where it is not said")
    group.add_argument("--separator", default="", help="of a CSV; found out")
    group.add_argument("--sheet", default="", help="of a workbook; the first")
    group.add_argument("--decimal", default=".", choices=(".", ","))
    group.add_argument("--date-format", default="", help="like %%d/%%m/%%Y; ISO")
    action.add_argument(
        "--batch-size",
        type=int,
        default=BATCH,
        help=f"rows a request, {MAX_BATCH} at most (%(default)s)",
    )
    action.add_argument(
        "-n", "--dry-run", action="store_true", help="check, and change nothing"
    )
    action.add_argument(
        "--offline", action="store_true", help="with --dry-run: ask no server"
    )
    action.add_argument(
        "--report", default="", help="of refused rows (FILE.refused.csv)"
    )
    action.set_defaults(run=commands.load_indicators)


def _add_enroll(actions: Actions, common: argparse.ArgumentParser) -> None:
    action = actions.add_parser(
        "enroll", parents=[common], help="enroll customers in a procedure"
    )
    action.add_argument("--cadence", required=True, metavar="NAME|ID")
    action.add_argument(
        "--partners",
        required=True,
        metavar="FILE|IDS",
        help="ids like 17,42, or a file with one reference, email or id a line",
    )
    action.add_argument(
        "--ids", action="store_true", help="the numbers in the file are Odoo's ids"
    )
    action.add_argument("--date-start", default="", metavar="DAY", help="today")
    action.add_argument(
        "-n", "--dry-run", action="store_true", help="say who gets in, change nothing"
    )
    action.add_argument("--report", default="", help="CSV of what became of each")
    action.set_defaults(run=commands.enroll)


def _add_export(actions: Actions, common: argparse.ArgumentParser) -> None:
    action = actions.add_parser("export", parents=[common], help="read records")
    action.add_argument("kind", choices=tuple(KINDS))
    action.add_argument(
        "--since", default="", help="changed since this UTC day or moment"
    )
    action.add_argument(
        "--format", default="", choices=FORMATS, help="by the file's name"
    )
    action.add_argument("-o", "--output", default="-", help="file; - is the terminal")
    action.set_defaults(run=commands.export)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; what goes wrong is a sentence and an exit code."""
    options = build_parser().parse_args(arguments)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
        return code
    except CrlError as error:
        sys.stderr.write(f"crl: {error}\n")
        return error.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("crl: Interrupted. Say the same again to go on.\n")
        return INTERRUPTED
    except BrokenPipeError:
        # who read our output has gone; Python would complain at its end
        sys.stderr.close()
        return INTERRUPTED
