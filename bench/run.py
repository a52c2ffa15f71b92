"""``make bench``: what the engine costs, as ratios against the least it could cost.

    bench/run.py [CUSTOMERS] [--rounds 3] [--lanes N] [--large ROWS]
                 [--indicators ROWS] [--desk ROWS] [--sale ROWS]
                 [--profile] [--keep]

Everything runs in one process on a fresh database. Each figure is the median of the
rounds, each round works on customers of its own, and each ratio compares two figures
of this run: the floor is Odoo's own batched ``create`` of the same rows. Nothing here
passes or fails. The figures go to ``.cache/bench.json``.
"""

import argparse
import json
import os
import time

from bench import desk, indicators, lanes, large, purchases, reception
from bench.measure import peak_memory
from bench.report import ratios, show
from bench.work import Bench
from bootstrap import addons, databases, odoo, settings


def environment(name):
    """A superuser's environment on a database, in this process."""
    from odoo import SUPERUSER_ID, api
    from odoo.modules.registry import Registry
    from odoo.tools import config

    config.parse_config(
        ["-d", name, "--no-http", "--max-cron-threads=0", "--log-level=error"],
        setup_logging=True,
    )
    return api.Environment(Registry(name).cursor(), SUPERUSER_ID, {})


def make_database(server, name, addon):
    own = addons.standing_on(addon)
    base = databases.template(server, addons.dependencies(own))
    databases.copy(server, base, name)
    databases.install(server, name, [*own, "base_automation"])


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("customers", nargs="?", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--large", type=int, help="idle runs and lists among so many customers as well"
    )
    parser.add_argument(
        "--indicators", type=int, help="values of so many customers loaded and measured"
    )
    parser.add_argument(
        "--desk", type=int, help="My Desk in a browser, among so many customers"
    )
    parser.add_argument("--sale", type=int, help="a night with so many orders")
    parser.add_argument(
        "--lanes",
        type=int,
        help="so many due contacts for two workers, and for a server",
    )
    parser.add_argument(
        "--profile", action="store_true", help="tell who asks which queries"
    )
    parser.add_argument("--keep", action="store_true", help="keep the database")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    server = odoo.prepare()
    name = f"crl_test_{os.getpid()}_bench"
    addon = "crl_retention_sale" if arguments.sale else "crl_retention"
    make_database(server, name, addon)
    env = environment(name)
    try:
        bench = Bench(env, arguments.customers, arguments.rounds)
        begun = time.monotonic()
        for number in range(arguments.rounds):
            bench.round(number)
        figures = bench.meter.figures()
        compared = ratios(figures)
        show(figures, compared)
        memory = peak_memory()
        print(f"\n{time.monotonic() - begun:.0f} s, {memory} MB at most")
        report = {"customers": arguments.customers, "memory_mb": memory}
        report |= {"figures": figures, "ratios": compared}
        if arguments.lanes:
            report["lanes"] = lanes.measure(bench, arguments.lanes)
            report["lanes"]["server"] = lanes.serve(bench, arguments.lanes)
            print()
            for label, value in report["lanes"].items():
                print(f"{label:12}{value}")
        rows = arguments.large or arguments.indicators or arguments.desk
        if rows:
            large.fill(env, rows)
        if arguments.large:
            report["large"] = large.measure(env)
            print(f"\nAmong {arguments.large} customers, warm:")
            report["reception"] = reception.measure(env)
            for label, milliseconds in {
                **report["large"],
                **report["reception"],
            }.items():
                print(f"{milliseconds:9.1f} ms  {label}")
        if arguments.indicators:
            figures = indicators.measure(env, arguments.indicators, arguments.rounds)
            report["indicators"] = figures
            print(f"\nIndicators: {json.dumps(figures, indent=1)}")
        if arguments.desk:
            report["desk"] = desk.measure(env, arguments.rounds)
            print(f"\nMy Desk: {json.dumps(report['desk'], indent=1)}")
        if arguments.sale:
            purchases.fill(env, arguments.sale)
            report["sale"] = purchases.measure(env, arguments.rounds)
            print(f"\nOrders: {json.dumps(report['sale'], indent=1)}")
        path = settings.CACHE / "bench.json"
        path.write_text(json.dumps(report, indent=1) + "\n")
        if arguments.profile:
            bench.profile()
    finally:
        env.cr.close()
        if not arguments.keep:
            databases.drop(server, name)


if __name__ == "__main__":
    main()
