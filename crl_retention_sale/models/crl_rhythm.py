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
        return SQL(
            """(SELECT (%(gaps)s[(kept + 1) / 2] + %(gaps)s[(kept + 2) / 2])
                       / 2.0::double precision
                  FROM (SELECT width_bucket(
                                   %(exception)s * (%(gaps)s[(given + 1) / 2]
                                                    + %(gaps)s[(given + 2) / 2]) / 2,
                                   %(gaps)s) AS kept
                          FROM CARDINALITY(%(gaps)s) AS given
                         WHERE given >= %(least)s) AS counted)""",
            gaps=gaps,
            exception=rhythm.EXCEPTION,
            least=rhythm.LEAST_GAPS,
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
