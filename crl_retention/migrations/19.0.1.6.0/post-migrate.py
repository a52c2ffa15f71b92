from odoo.tools.sql import column_exists


def migrate(cr, version):
    _make_questions(cr)
    _note_values(cr)


def _make_questions(cr):
    """The questions of a campaign are records now, and no longer the lines of a text,
    whose column Odoo drops at the end of the update. What was answered so far stands in
    the notes of the contacts, and stays there."""
    if not column_exists(cr, "crl_campaign", "questions"):
        return
    cr.execute(
        r"""INSERT INTO crl_campaign_question
                   (campaign_id, sequence, name, kind,
                    create_uid, create_date, write_uid, write_date)
            SELECT c.id, 10 * line.place, btrim(line.words, E' \t'), 'text',
                   c.create_uid, c.create_date, c.write_uid, c.write_date
              FROM crl_campaign c,
                   regexp_split_to_table(c.questions, '[\r\n]+')
                   WITH ORDINALITY AS line (words, place)
             WHERE btrim(line.words, E' \t') <> ''
               AND NOT EXISTS (SELECT FROM crl_campaign_question q
                                WHERE q.campaign_id = c.id)
          ORDER BY c.id, line.place"""
    )


def _note_values(cr):
    """A computed value is written into the history when it changes, and no longer on
    the first night of the week: what changed since the last one is written now."""
    cr.execute(
        """INSERT INTO crl_indicator_history (
                  indicator_id, partner_id, company_id, week, raw, score, dedup_key)
           SELECT v.indicator_id, v.partner_id, v.company_id, m.week,
                  COALESCE(v.raw, m.week - v.since), v.score,
                  v.indicator_id || ':' || v.partner_id || ':' || m.week
             FROM crl_indicator_value v
             JOIN crl_indicator i ON i.id = v.indicator_id AND i.source = 'computed',
                  (SELECT date_trunc('week', now() AT TIME ZONE 'UTC')::date + 7)
                  AS m (week)
            WHERE v.history_score IS DISTINCT FROM v.score
               ON CONFLICT (dedup_key) DO NOTHING"""
    )
