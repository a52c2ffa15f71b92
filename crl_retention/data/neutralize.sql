-- a copy of the database enrolls nobody and sends nothing
UPDATE crl_cadence SET auto_enroll = FALSE;
UPDATE ir_cron c SET active = FALSE
  FROM ir_model_data d
 WHERE d.model = 'ir.cron' AND d.module = 'crl_retention' AND d.res_id = c.id;
