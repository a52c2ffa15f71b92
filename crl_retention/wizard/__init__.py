from . import crl_ask
from . import crl_cadence_preview
from . import crl_enroll
from . import crl_relationship_stage
from . import crl_touchpoint_move
from . import crl_touchpoint_result
from . import crl_why
from . import mail_activity_schedule
