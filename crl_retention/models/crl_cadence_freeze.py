from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError

#: What may change under way, because it changes neither when, what nor who.
SHARED_FIELDS = {"name", "variant_since", "variant_version"}


def get_changed(record, vals, names):
    """Which of the named fields ``vals`` would really change."""
    return [
        name
        for name in names
        if name in vals
        and (
            record._fields[name].type in ("one2many", "many2many")
            or record._fields[name].convert_to_cache(vals[name], record)
            != record._fields[name].convert_to_cache(record[name], record)
        )
    ]


def filter_changed(records, vals, names):
    """The records of which ``vals`` would really change one of the fields."""
    return records.filtered(lambda record: get_changed(record, vals, names))


class CrlCadence(models.Model):
    """How a procedure is changed while customers go through it: copy on write.

    Before what says when, what and who changes, the steps are copied and kept under
    the version's number for whoever is on it; the procedure gets the next number.
    Contacts always name the live step; ``_get_step()`` finds the copy.
    """

    _inherit = "crl.cadence"

    version_ids = fields.One2many(
        "crl.cadence.version", "cadence_id", "Former Versions"
    )

    def write(self, vals):
        filter_changed(self, vals, ["calendar_id"])._freeze()
        return super().write(vals)

    def _freeze(self):
        """Keep the present version for the customers who are on it, before a change.

        Nothing happens where nobody is: the version is still being written.

        :raises ConcurrencyError: when somebody enters just now; Odoo tries again
        """
        # whoever may write procedures; the copies and the customers are the engine's
        cadences = self.sudo()
        counts = cadences._count_running()
        for cadence in cadences:
            if counts[cadence, cadence.version]:
                version = cadence.env["crl.cadence.version"].create(
                    {
                        "cadence_id": cadence.id,
                        "number": cadence.version,
                        "calendar_id": cadence.calendar_id.id,
                    }
                )
                cadence.step_ids._copy_to(version)
                cadence.version += 1
            elif not cadence.try_lock_for_update():
                raise ConcurrencyError(
                    self.env._("Customers are being enrolled: try again in a moment.")
                )

    def _get_version(self, number):
        """A former version; empty for the present one."""
        versions = self.env["crl.cadence.version"]
        if number == self.version:
            return versions
        return next((v for v in self.version_ids if v.number == number), versions)

    def _count_running(self):
        """How many live customers are on each version: ``{(cadence, number): count}``.

        Every customer counts, also those the user does not see, and for the version
        they are about to be moved to.
        """
        counts = Counter()
        for cadence, number, target, count in (
            self.env["crl.enrollment"]
            .sudo()  # as told above
            ._read_group(
                [("cadence_id", "in", self.ids), ("is_live", "=", True)],
                ["cadence_id", "version", "version_target"],
                ["__count"],
            )
        ):
            counts[cadence, target or number] += count
        return counts


class CrlCadenceStep(models.Model):
    """A live step, or the copy of one that a former version keeps."""

    _inherit = "crl.cadence.step"

    version_id = fields.Many2one(
        "crl.cadence.version",
        "Former Version",
        index="btree_not_null",
        ondelete="cascade",
        copy=False,
        readonly=True,
    )
    origin_id = fields.Many2one(
        "crl.cadence.step",
        "Live Step",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        readonly=True,
    )

    @api.model_create_multi
    def create(self, vals_list):
        self.env["crl.cadence"].browse(
            {
                vals["cadence_id"]
                for vals in vals_list
                if vals.get("cadence_id") and not vals.get("version_id")
            }
        )._freeze()
        return super().create(vals_list)

    def write(self, vals):
        self._check_live()
        changed = filter_changed(self, vals, self._get_version_fields())
        cadences = changed.cadence_id
        if changed and vals.get("cadence_id"):
            cadences |= cadences.browse(vals["cadence_id"])
        cadences._freeze()
        return super().write(vals)

    def _update_field_translations(self, field_name, translations, *args, **kwargs):
        self._check_live()
        if not self.version_id and field_name in self._get_version_fields():
            self.cadence_id._freeze()
        return super()._update_field_translations(
            field_name, translations, *args, **kwargs
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_kept(self):
        self._check_live()
        self.cadence_id._freeze()
        kept = self.with_context(active_test=False).search(
            [("origin_id", "in", self.ids)], limit=1
        )
        if kept:
            raise UserError(
                self.env._(
                    "Customers go through a version with “%s”: archive the step "
                    "instead.",
                    kept.origin_id.name,
                )
            )

    def _check_live(self):
        # a copy gets its translations after it was made
        making = self.env.su and self.env.context.get("crl_freeze")
        if self.version_id and not making:
            raise UserError(
                self.env._("A former version stays as it was: change the present one.")
            )

    def _validate_fields(self, field_names, excluded_names=()):
        # a former version was right in its time
        live = self.filtered(lambda step: not step.version_id)
        return super(CrlCadenceStep, live)._validate_fields(field_names, excluded_names)

    @api.model
    def _get_version_fields(self):
        """Fields that cannot change under way: all but those in SHARED_FIELDS."""
        return [
            name
            for name, field in self._fields.items()
            if field.store
            and not (field.compute or field.related)
            and name not in {*models.MAGIC_COLUMNS, "version_id", "origin_id"}
            and name not in SHARED_FIELDS
        ]

    def _copy_to(self, version):
        """Copy live steps, with their translations, as they stay in a version."""
        for step in self.with_context(crl_freeze=True):
            step.copy(
                {
                    "active": False,
                    "cadence_id": version.cadence_id.id,
                    "version_id": version.id,
                    "origin_id": step.id,
                    "stage_sequence": step.stage_sequence,
                    "stage_months": step.stage_months,
                }
            )

    def _get_origin(self):
        """The live step, which contacts and keys name whatever the version."""
        self.ensure_one()
        return self.origin_id or self


class CrlStage(models.Model):
    """Months and order of a stage are part of the versions of its procedures."""

    _inherit = "crl.stage"

    def write(self, vals):
        changed = filter_changed(self, vals, ["sequence", "duration_months"])
        # a stage is everybody's, also in procedures of other companies
        self.env["crl.cadence.step"].sudo().search(
            [("stage_id", "in", changed.ids)]
        ).cadence_id._freeze()
        return super().write(vals)
