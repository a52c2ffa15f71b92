from . import account_move, account_move_return
from . import crl_engine
from . import crl_order_event
from . import crl_order_event_end, crl_order_event_start, crl_order_event_return
from . import crl_purchase, crl_purchase_truth, crl_purchase_credit
from . import crl_purchase_recount
from . import crl_purchase_first
from . import crl_rhythm, crl_buyer, crl_buyer_sql, crl_buyer_refresh
from . import crl_purchase_value, crl_indicator_value, crl_relationship_value
from . import crl_cadence_order, crl_enrollment_order, crl_touchpoint_order
from . import crl_enrollment_order_lost
from . import crl_touchpoint_log_order
from . import crl_campaign
from . import crl_letter_words, res_partner_letter_facts
from . import crl_quota
from . import crl_screen, crl_segment_sheet
from . import res_company, res_company_value, res_company_trigger
from . import res_config_settings, res_config_settings_trigger
from . import res_partner_lookup, res_partner_purchase
from . import res_partner_timeline
from . import res_partner_value
from . import res_users
from . import sale_order, sale_order_taken_back
from . import sale_order_line
from . import sale_order_told, sale_order_value
from . import crl_run_out, crl_run_out_refresh, crl_run_out_ask
from . import crl_cadence_run_out, crl_enrollment_run_out, crl_touchpoint_run_out
from . import crl_touchpoint_points, crl_order_event_run_out, crl_screen_run_out
from . import res_partner_run_out
from . import product_product, product_template, res_company_run_out
from . import crl_base, crl_base_cohort, crl_base_figure, crl_base_goal
from . import crl_base_target, crl_customer_stay, crl_purchase_stay, res_company_base
from . import res_partner_base, res_users_base
