from odoo import api, models
from odoo.tools import SQL

from ..tools import rhythm


class CrlRhythm(models.AbstractModel):
    """``tools/rhythm.py`` as SQL: the rhythm of any number of customers or products."""

    _name = "crl.rhythm"
    _description = "Rhythm of Purchases"

    @api.model
    def _get_days_sql(self, days, keys):
        """Days of purchases, each with the ``gap`` to the next one and its ``place``
        counted from the last one, beside the columns of the rows.

        :param SQL days: a query with the column ``date``, one row a day
        :param SQL keys: its columns that say whose day it is
        """
        return SQL(
            """SELECT d.*, LAG(d.date) OVER latest_first - d.date AS gap,
                      ROW_NUMBER() OVER latest_first AS place
                 FROM (%s) d
               WINDOW latest_first AS (PARTITION BY %s ORDER BY d.date DESC)""",
            days,
            keys,
        )

    @api.model
    def _get_gaps_sql(self):
        """The gaps that count, as an aggregate over rows of ``_get_days_sql``."""
        return SQL(
            """ARRAY_AGG(gap ORDER BY gap) FILTER (WHERE place BETWEEN 2 AND %s)""",
            rhythm.LATEST_GAPS + 1,
        )

    @api.model
    def _get_gap_sql(self, gaps):
        """``find_gap``, from a column with such an aggregate.

        Sorted as they are, the median lies in the middle, and gaps that are not too
        long come first.
        """
        # spelt out: a query within it is begun anew for each row
        given = SQL("CARDINALITY(%s)", gaps)
        kept = SQL(
            "width_bucket(%s * %s / 2, %s)",
            rhythm.EXCEPTION,
            _get_middle_sql(gaps, given),
            gaps,
        )
        return SQL(
            "CASE WHEN %s >= %s THEN %s / 2.0::double precision END",
            given,
            rhythm.LEAST_GAPS,
            _get_middle_sql(gaps, kept),
        )

    @api.model
    def _get_expected_sql(self, last, gap):
        """``get_expected``."""
        return SQL("%s + CEIL(%s)::int", last, gap)

    @api.model
    def _get_latest_sql(self, last, gap, factor):
        """``get_latest``; nothing without a gap."""
        return SQL(
            """CASE WHEN %(gap)s IS NOT NULL
                    THEN %(last)s + GREATEST(
                        FLOOR(%(factor)s::double precision * %(gap)s)::int, %(least)s)
               END""",
            last=last,
            factor=factor,
            gap=gap,
            least=rhythm.LEAST_LATE_DAYS,
        )


def _get_middle_sql(gaps, count):
    """The sum of the two in the middle of the first so many, as SQL; of an odd number
    the same one twice."""
    return SQL(
        "(%(gaps)s[(%(count)s + 1) / 2] + %(gaps)s[(%(count)s + 2) / 2])",
        gaps=gaps,
        count=count,
    )
