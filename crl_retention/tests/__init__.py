from . import test_case
from . import test_enrollment
from . import test_feedback_page
from . import test_story
from . import test_touchpoint
