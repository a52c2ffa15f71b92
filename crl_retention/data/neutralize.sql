-- a copy of the database enrolls nobody and sends nothing
UPDATE crl_cadence SET auto_enroll = FALSE, start_from = NULL;
UPDATE ir_cron c SET active = FALSE
  FROM ir_model_data d
 WHERE d.model = 'ir.cron' AND d.module = 'crl_retention' AND d.res_id = c.id;

-- nor later, when somebody tries the copy's queues
UPDATE mail_mail m SET state = 'cancel'
  FROM crl_touchpoint t
 WHERE t.mail_message_id = m.mail_message_id AND m.state = 'outgoing';
UPDATE sms_sms s SET state = 'canceled'
  FROM crl_touchpoint t
 WHERE t.mail_message_id = s.mail_message_id AND s.state = 'outgoing';

UPDATE mailing_mailing m SET state = 'draft'
  FROM crl_newsletter_sender s
 WHERE s.mailing_id = m.id AND m.state IN ('in_queue', 'sending');

-- the links customers hold open the real database alone
UPDATE crl_touchpoint SET access_token = NULL WHERE access_token IS NOT NULL;
