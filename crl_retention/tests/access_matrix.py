"""Who may do what with which records. A new model needs a row here.

Records are those of three customers: ``A`` of the rep, ``B`` of a colleague in another
team, ``E`` of a stranger in another company; ``S`` belongs to no company. Dialogs are
those that the rep, the colleague and the stranger opened.

``r`` reads, searches, counts, groups and exports; ``w`` writes; ``c`` creates one like
it; ``u`` deletes; ``m`` posts in its chatter. ``rep leader: r:A`` says that the rep and
their leader read the records of A. Roles that are not named reach nothing.

The addons that stand on this one have a table of their own, with what they need of
this one's; ``access_case.AccessMatrixCase`` tries them.
"""

ROLES = {
    "public": "base.group_public",
    "portal_a": "base.group_portal",  # a contact person of customer A
    "portal_b": "base.group_portal",
    "nobody": "",
    "settings": "base.group_system",
    # answers for everybody: through crl.reception alone, and reads no record
    "reception": "crl_retention.crl_retention_group_reception",
    "rep": "crl_retention.crl_retention_group_user",
    "colleague": "crl_retention.crl_retention_group_user",
    "leader": "crl_retention.crl_retention_group_user",
    "all": "crl_retention.crl_retention_group_all",
    "admin": "crl_retention.crl_retention_group_portfolio",
    "manager": "crl_retention.crl_retention_group_manager",
    "marketing": "crl_retention.crl_retention_group_marketing",
    "direction": "crl_retention.crl_retention_group_direction",
    "stranger": "crl_retention.crl_retention_group_user",
}

#: Records of the engine: read by whose they are, changed through verbs alone.
ENGINE = {
    "rep leader": "r:A",
    "colleague": "r:B",
    "all admin manager direction": "r:AB",
    "stranger": "r:E",
}
#: How we work: everybody with a role reads it, the manager writes it.
CONFIGURATION = {
    "rep colleague leader all admin marketing direction": "r:AS",
    "manager": "r:AS w:AS c:AS u:AS",
    "stranger": "r:ES",
}
LISTS = {
    "rep colleague leader all admin marketing direction stranger": "r:S",
    "manager": "r:S w:S c:S u:S",
}
#: Dialogs: everybody who acts opens them; what is typed there is seen by nobody else.
DIALOG = {
    "rep": "r:A w:A c:ABE",
    "colleague": "r:B w:B c:ABE",
    "stranger": "r:E w:E c:ABE",
    "leader all admin manager": "c:ABE",
}
#: What a dialog writes anew each time it is asked.
RESULTS = {
    "rep": "r:A w:A c:ABE u:A",
    "colleague": "r:B w:B c:ABE u:B",
    "stranger": "r:E w:E c:ABE u:E",
    "leader all admin manager": "c:ABE",
}
#: Dialogs of the manager; those tried here are opened by nobody who is.
MANAGERS = {"manager": "c:ABE"}

MATRIX = {
    "crl.relationship": {**ENGINE, "marketing": "r:AB"},
    "crl.enrollment": ENGINE,
    "crl.touchpoint": ENGINE,
    "crl.touchpoint.log": ENGINE,
    "crl.consent": {**ENGINE, "marketing": "r:AB"},
    "crl.alert": ENGINE,
    "crl.case": {
        "rep leader": "r:A w:A c:A m:A",
        "colleague": "r:B w:B c:B m:B",
        "all admin manager": "r:AB w:AB c:AB m:AB",
        "direction": "r:AB",
        "stranger": "r:E w:E c:E m:E",
    },
    "crl.call.window": {
        "rep leader": "r:A w:A c:A u:A",
        "colleague": "r:B w:B c:B u:B",
        "all admin manager": "r:AB w:AB c:AB u:AB",
        "direction": "r:AB",
        "stranger": "r:E w:E c:E u:E",
    },
    "crl.case.hand": ENGINE,
    "crl.quota": {
        "rep leader": "r:A",
        "colleague": "r:B",
        "all direction": "r:AB",
        "admin manager": "r:AB w:AB c:AB u:AB",
        "stranger": "r:E",
    },
    # what marketing works with; who is in a segment is nothing a rep reads
    "crl.segment": {
        "rep colleague leader all admin direction": "r:AS",
        "marketing manager": "r:AS w:AS c:AS u:AS",
        "stranger": "r:ES",
    },
    "crl.segment.member": {"all admin manager marketing direction": "r:AB"},
    # operators see what was dealt to them
    "crl.campaign": {
        "rep": "r:A",
        "colleague": "r:B",
        "all admin direction": "r:AB",
        "marketing manager": "r:AB w:AB c:AB m:AB",
        "stranger": "r:E",
    },
    "crl.campaign.member": {
        "rep": "r:A",
        "colleague": "r:B",
        "all admin manager marketing direction": "r:AB",
        "stranger": "r:E",
    },
    "crl.campaign.question": {
        "rep": "r:A",
        "colleague": "r:B",
        "all admin direction": "r:AB",
        # those here were answered, so they stay
        "marketing manager": "r:AB w:AB c:AB",
        "stranger": "r:E",
    },
    # those that can be counted; what was said in words: test_campaign_answer.py
    "crl.campaign.answer": {**ENGINE, "marketing": "r:AB"},
    "crl.newsletter": {
        "rep colleague leader all admin direction": "r:AB",
        "marketing manager": "r:AB w:AB c:AB u:AB m:AB",
        "stranger": "r:E",
    },
    # one's own words; the rest is the engine's
    "crl.newsletter.sender": {
        "rep": "r:A w:A",
        "colleague": "r:B w:B",
        "all admin manager marketing direction": "r:AB",
        "stranger": "r:E w:E",
    },
    "crl.cadence": {**CONFIGURATION, "manager": "r:AS w:AS c:AS u:AS m:AS"},
    "crl.cadence.step": CONFIGURATION,
    "crl.indicator": CONFIGURATION,
    "crl.indicator.value": {**ENGINE, "marketing": "r:AB"},
    "crl.indicator.history": {**ENGINE, "marketing": "r:AB"},
    "crl.stage.change": {**ENGINE, "marketing": "r:AB"},
    # receipts of others; one's own are read by the manager who loads
    "crl.load": {},
    "crl.indicator.entry": DIALOG,
    "crl.indicator.import": MANAGERS,
    "crl.indicator.import.column": MANAGERS,
    "crl.stage": LISTS,
    "crl.case.cause": LISTS,
    "crl.touchpoint.result": DIALOG,
    "crl.touchpoint.move": DIALOG,
    "crl.relationship.stage": DIALOG,
    "crl.enroll": DIALOG,
    "crl.enroll.line": DIALOG,
    "crl.cadence.preview": DIALOG,
    "crl.cadence.preview.line": DIALOG,
    "crl.ask": DIALOG,
    "crl.consent.entry": DIALOG,
    "crl.alert.snooze": DIALOG,
    "crl.health.override": DIALOG,
    "crl.deputy": DIALOG,
    "crl.dry.run": DIALOG,
    "crl.dry.run.line": RESULTS,
    "crl.dry.run.reason": RESULTS,
    "crl.hand.over": {"manager settings": "c:ABE"},
    "crl.privacy": MANAGERS,
    "crl.cadence.move": MANAGERS,
    "crl.health.trial": MANAGERS,
    "crl.health.trial.line": MANAGERS,
    "crl.cadence.move.line": MANAGERS,
    "crl.why": {**DIALOG, "direction": "c:ABE"},
    "crl.why.line": {**DIALOG, "direction": "c:ABE"},
    # what the engine did is of no customer; former procedures are written by it alone
    "crl.heartbeat": {"manager": "r:S"},
    "crl.cadence.version": {
        "rep colleague leader all admin manager marketing direction": "r:AS",
        "stranger": "r:ES",
    },
    # Odoo's own, on our records: a message and a file of each customer's case
    "mail.message": {
        "rep leader": "r:A w:A c:A u:A",
        "colleague": "r:B w:B c:B u:B",
        "all admin manager": "r:AB w:AB c:AB u:AB",
        "direction": "r:AB",
        "stranger": "r:E w:E c:E u:E",
    },
    "ir.attachment": {
        "rep leader": "r:A w:A c:A u:A",
        "colleague": "r:B w:B c:B u:B",
        "all admin manager": "r:AB w:AB c:AB u:AB",
        "direction": "r:AB",
        "stranger": "r:E w:E c:E u:E",
    },
}

#: Fields on the customer that say where the relationship stands, by the rows of
#: crl.relationship; what was said and done, by those of crl.touchpoint; and what
#: everybody reads and writes who may do so with the customer.
FACTS = {
    "crl_relationship_id",
    "crl_enrollment_id",
    "crl_cadence_id",
    "crl_stage_id",
    "crl_score",
    "crl_band",
    "crl_trend",
    "crl_confidence",
    "crl_last_contact_date",
    "crl_next_contact_date",
    "crl_last_verdict",
    "crl_open_case_count",
    "crl_customer_since",
    "crl_indicator_value_ids",
    "crl_segment_ids",
    "crl_campaign_member_ids",
    "crl_health_panel",
}
WORDS = {
    "crl_consent_ids",
    "crl_consent_summary",
    "crl_touchpoint_ids",
    "crl_ahead_ids",
    "crl_enrollment_ids",
    "crl_case_ids",
    "crl_alert_ids",
    "crl_touchpoint_count",
    "crl_last_words",
    "crl_side_cadences",
    "crl_call_window_ids",
    "crl_campaign_answer_ids",
}
OPEN = {
    "crl_preferred_channel",
    "crl_do_not_contact",
    # whether an address works is so for everybody
    "crl_consents",
    "crl_away_until",
    "crl_email_is_dead",
    "crl_phone_is_dead",
    "crl_closed_address",
}
