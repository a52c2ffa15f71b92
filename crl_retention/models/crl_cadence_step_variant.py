from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import difference
from .crl_cadence_freeze import filter_changed

#: The two texts of each medium.
PAIRS = {
    "mail_template_id": "mail_template_b_id",
    "sms_template_id": "sms_template_b_id",
}
#: The fewest messages of each text before anything is said about them.
MIN_MESSAGES = 100


class CrlCadenceStep(models.Model):
    """Two texts of one message: a fixed share of the customers gets the second, and
    always the same customers, whatever is restarted or changed elsewhere."""

    _inherit = "crl.cadence.step"

    mail_template_b_id = fields.Many2one(
        "mail.template",
        "Second Email Text",
        domain=[("model", "=", "crl.touchpoint")],
        ondelete="restrict",
    )
    sms_template_b_id = fields.Many2one(
        "sms.template",
        "Second SMS Text",
        domain=[("model", "=", "crl.touchpoint")],
        ondelete="restrict",
    )
    variant_share = fields.Integer(
        "Get the Second (%)",
        default=50,
        help="Share of the customers. Which of them is fixed; a larger share only adds "
        "customers.",
    )
    variant_since = fields.Datetime(readonly=True, copy=False)
    variant_version = fields.Integer(
        readonly=True,
        copy=False,
        help="Messages are counted from the version on that has the present texts.",
    )
    variant_a_text = fields.Char("First Text", compute="_compute_variant_texts")
    variant_b_text = fields.Char("Second Text", compute="_compute_variant_texts")
    variant_result = fields.Char("Which Is Better", compute="_compute_variant_texts")

    _variant_share_range = models.Constraint(
        "CHECK(variant_share BETWEEN 0 AND 100)",
        "The share of the second text must be between 0 and 100 %.",
    )

    @api.constrains(*PAIRS, *PAIRS.values())
    def _check_variants(self):
        for step in self:
            for first, second in PAIRS.items():
                if step[second] and not step[first]:
                    raise ValidationError(
                        self.env._("“%s”: choose the first text as well.", step.name)
                    )

    @api.model_create_multi
    def create(self, vals_list):
        steps = super().create(vals_list)
        steps._begin_variants()
        return steps

    def write(self, vals):
        changed = filter_changed(self, vals, [*PAIRS, *PAIRS.values(), "channel"])
        result = super().write(vals)
        changed._begin_variants()
        return result

    def _begin_variants(self):
        """Count anew: the texts are others now."""
        live = self.filtered(lambda step: not step.version_id)
        for number, steps in live.grouped(lambda s: s.cadence_id.version).items():
            now = fields.Datetime.now()
            steps.write({"variant_since": now, "variant_version": number})

    @api.depends(*PAIRS, *PAIRS.values())
    @api.depends_context("lang")
    def _compute_variant_texts(self):
        for step in self:
            step.variant_a_text = step.variant_b_text = step.variant_result = False
            if not (step._origin and any(step[name] for name in PAIRS.values())):
                continue
            counts = step._origin._count_variants()
            step.variant_a_text, step.variant_b_text = (
                self.env._(
                    "%(sent)s sent, %(answered)s answered, %(positive)s content",
                    **counts[variant],
                )
                for variant in ("a", "b")
            )
            step.variant_result = step._get_variant_result(counts)

    def _get_variant_domain(self):
        """The messages that went out with the present texts."""
        self.ensure_one()
        return [
            ("step_id", "=", self.id),
            ("variant", "!=", False),
            ("state", "=", "done"),
            ("date_done", ">=", self.variant_since),
            ("enrollment_id.version", ">=", self.variant_version),
        ]

    def _count_variants(self):
        """``{variant: {sent, answered, positive}}`` of all customers."""
        counts = {v: {"sent": 0, "answered": 0, "positive": 0} for v in ("a", "b")}
        groups = (
            self.env["crl.touchpoint"]
            .sudo()  # whoever reads the step reads its numbers
            ._read_group(
                self._get_variant_domain(),
                ["variant", "verdict"],
                ["__count", "feedback_date:count"],
            )
        )
        for variant, verdict, sent, answered in groups:
            counts[variant]["sent"] += sent
            counts[variant]["answered"] += answered
            counts[variant]["positive"] += answered if verdict == "positive" else 0
        return counts

    @api.model
    def _get_variant_result(self, counts):
        """What the answers tell about two texts, in a plain sentence."""
        first, second = counts["a"], counts["b"]
        shares = (
            second["answered"],
            second["sent"],
            first["answered"],
            first["sent"],
        )
        verdict = difference.judge(*shares, sample=MIN_MESSAGES)
        if verdict == "few":
            return self.env._(
                "Not enough data yet: at least %s messages of each text are needed.",
                MIN_MESSAGES,
            )
        if verdict == "same":
            return self.env._("No difference can be told yet.")
        return (
            self.env._("The second text is answered more often.")
            if verdict == "more"
            else self.env._("The first text is answered more often.")
        )

    def action_variant(self):
        """Open the messages with one of the texts (context ``crl_variant``)."""
        self.env["crl.actor"]._check_one(self)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crl_retention.crl_touchpoint_action"
        )
        variant = self.env.context.get("crl_variant") == "b" and "b" or "a"
        action["domain"] = [*self._get_variant_domain(), ("variant", "=", variant)]
        action["context"] = {"search_default_filter_all": 1}
        return action
