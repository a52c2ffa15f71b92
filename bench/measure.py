"""Time, queries and memory of a piece of work, and where its queries come from."""

import cProfile
import gc
import pstats
import re
import resource
import statistics
import sys
import time
from collections import Counter, defaultdict
from contextlib import contextmanager

ADDON = "crl_retention"


class Meter:
    """Runs pieces of work in one process and database and keeps their figures.

    Every piece is flushed and committed, so that none leaves its work to the next.
    """

    def __init__(self, env):
        self.env = env
        self.runs = defaultdict(list)

    def run(self, label, records, work):
        """Do ``work`` and keep what ``records`` of it took.

        :returns: what ``work`` returned
        """
        cursor = self.env.cr
        self.env.flush_all()
        cursor.commit()
        self.env.invalidate_all()
        gc.collect()
        queries = cursor.sql_log_count
        begun = time.perf_counter()
        result = work()
        self.env.flush_all()
        cursor.commit()
        seconds = time.perf_counter() - begun
        self.runs[label].append((records, seconds, cursor.sql_log_count - queries))
        return result

    def figures(self):
        """Medians over the runs of each piece of work."""
        found = {}
        for label, runs in self.runs.items():
            records = runs[0][0]
            seconds = statistics.median(run[1] for run in runs)
            found[label] = {
                "records": records,
                "runs": len(runs),
                "seconds": round(seconds, 4),
                "per_second": round(records / seconds, 1),
                "queries_per_record": round(
                    statistics.median(run[2] for run in runs) / records, 3
                ),
            }
        return found


def peak_memory():
    """The most memory this process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def shape(query):
    """A query without its values, so that equal ones can be counted."""
    code = getattr(query, "code", None) or str(query)
    code = re.sub(r"\s+", " ", code).strip()
    code = re.sub(r"'[^']*'", "'…'", code)
    code = re.sub(r"\b\d+\b", "0", code)
    return re.sub(r"\((%s|0|\(%s.*?\))(, ?(%s|0|\(%s.*?\)))+\)", "(…)", code)


def caller():
    """Who asked: the line of our addon nearest to the query, and of Odoo's."""
    frame = sys._getframe(2)
    nearest = ""
    while frame:
        path = frame.f_code.co_filename
        place = f"{path.rpartition('/')[2]}:{frame.f_lineno} {frame.f_code.co_name}"
        if f"/{ADDON}/" in path:
            return f"{place}  <- {nearest}" if nearest else place
        if "/addons/" in path and not nearest:
            nearest = place
        frame = frame.f_back
    return nearest or "?"


@contextmanager
def counted_queries(counts):
    """Count the queries by their shape and by who asked, into a Counter."""
    from odoo.sql_db import Cursor

    original = Cursor.execute

    def execute(self, query, *args, **kwargs):
        counts[caller(), shape(query)[:150]] += 1
        return original(self, query, *args, **kwargs)

    Cursor.execute = execute
    try:
        yield counts
    finally:
        Cursor.execute = original


def profile(meter, label, records, work):
    """Print who asks which queries, and where the time goes."""
    counts = Counter()
    profiler = cProfile.Profile()
    with counted_queries(counts):
        profiler.enable()
        work()
        meter.env.flush_all()
        profiler.disable()
    meter.env.cr.commit()
    print(f"\n## {label}: {sum(counts.values())} queries for {records} records")
    for (place, query), count in counts.most_common(25):
        if count > 1:
            print(f"{count:6}  {count / records:6.2f}/rec  {place}\n{'':24}{query}")
    stats = pstats.Stats(profiler, stream=sys.stdout)
    stats.sort_stats("cumulative").print_stats(rf"/{ADDON}/", 25)
    stats.sort_stats("tottime").print_stats(12)
