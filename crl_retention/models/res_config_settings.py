from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    crl_clock_mode = fields.Selection(
        related="company_id.crl_clock_mode", readonly=False
    )
    crl_clock_hours = fields.Integer(
        related="company_id.crl_clock_hours", readonly=False
    )
    crl_message_order = fields.Selection(
        related="company_id.crl_message_order", readonly=False
    )
    crl_catch_up_days = fields.Integer(
        related="company_id.crl_catch_up_days", readonly=False
    )
    crl_wait_days = fields.Integer(related="company_id.crl_wait_days", readonly=False)
    crl_book_visits = fields.Boolean(
        related="company_id.crl_book_visits", readonly=False
    )
    crl_travel_speed = fields.Integer(
        related="company_id.crl_travel_speed", readonly=False
    )
    crl_quiet_hours = fields.Boolean(
        related="company_id.crl_quiet_hours", readonly=False
    )
    crl_email_gap_hours = fields.Integer(
        related="company_id.crl_email_gap_hours", readonly=False
    )
    crl_sms_gap_hours = fields.Integer(
        related="company_id.crl_sms_gap_hours", readonly=False
    )
    crl_weekly_marketing = fields.Integer(
        related="company_id.crl_weekly_marketing", readonly=False
    )
    crl_daily_calls = fields.Integer(
        related="company_id.crl_daily_calls", readonly=False
    )
    crl_daily_visits = fields.Integer(
        related="company_id.crl_daily_visits", readonly=False
    )
    crl_daily_letters = fields.Integer(
        related="company_id.crl_daily_letters", readonly=False
    )
    crl_label_format = fields.Selection(
        related="company_id.crl_label_format", readonly=False
    )
    crl_envelope_format = fields.Selection(
        related="company_id.crl_envelope_format", readonly=False
    )
    crl_service_ignores_blacklist = fields.Boolean(
        related="company_id.crl_service_ignores_blacklist", readonly=False
    )
    crl_marketing_basis = fields.Selection(
        related="company_id.crl_marketing_basis", readonly=False
    )
    crl_opt_in_country_ids = fields.Many2many(
        related="company_id.crl_opt_in_country_ids", readonly=False
    )
    crl_consent_months = fields.Integer(
        related="company_id.crl_consent_months", readonly=False
    )
    crl_log_months = fields.Integer(related="company_id.crl_log_months", readonly=False)
    crl_health_at_risk = fields.Float(
        related="company_id.crl_health_at_risk", readonly=False
    )
    crl_health_watch = fields.Float(
        related="company_id.crl_health_watch", readonly=False
    )
    crl_health_alert_days = fields.Integer(
        related="company_id.crl_health_alert_days", readonly=False
    )
    crl_health_points = fields.Float(
        related="company_id.crl_health_points", readonly=False
    )
    crl_target_new_accounts = fields.Integer(
        related="company_id.crl_target_new_accounts", readonly=False
    )
    crl_target_meetings = fields.Integer(
        related="company_id.crl_target_meetings", readonly=False
    )
    crl_visit_minutes = fields.Integer(
        related="company_id.crl_visit_minutes", readonly=False
    )
    crl_travel_minutes = fields.Integer(
        related="company_id.crl_travel_minutes", readonly=False
    )
    group_crl_reception = fields.Boolean(
        "Every Employee Answers",
        implied_group="crl_retention.crl_retention_group_reception",
    )
    crl_portfolio_admin_id = fields.Many2one(
        related="company_id.crl_portfolio_admin_id", readonly=False
    )
    crl_manager_id = fields.Many2one(
        related="company_id.crl_manager_id", readonly=False
    )
