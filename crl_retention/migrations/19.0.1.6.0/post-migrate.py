from odoo.tools.sql import column_exists


def migrate(cr, version):
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
