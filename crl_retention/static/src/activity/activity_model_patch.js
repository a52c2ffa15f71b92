import {Activity} from "@mail/core/common/activity_model";
import {_t} from "@web/core/l10n/translation";
import {patch} from "@web/core/utils/patch";

/**
 * An activity that belongs to a contact with a customer is not closed silently: a
 * dialog asks what came of it, wherever somebody says that it is done. Whoever leaves
 * the dialog leaves the activity open.
 */
patch(Activity.prototype, {
    setup() {
        super.setup(...arguments);
        /** @type {boolean} */
        this.crl_asks_result = false;
    },

    async markAsDone(attachmentIds = []) {
        if (!this.crl_asks_result) {
            return super.markAsDone(...arguments);
        }
        await this.crlAskResult({attachmentIds});
    },

    async markAsDoneAndScheduleNext() {
        if (!this.crl_asks_result) {
            return super.markAsDoneAndScheduleNext(...arguments);
        }
        // the dialog opens the next activity by itself
        await this.crlAskResult({scheduleNext: true});
    },

    /**
     * Resolves when the dialog is closed, with a result or without.
     *
     * @param {Object} [param0]
     * @param {number[]} [param0.attachmentIds]
     * @param {boolean} [param0.scheduleNext]
     */
    async crlAskResult({attachmentIds = [], scheduleNext = false} = {}) {
        const {id, res_id, res_model} = this;
        await new Promise((resolve, reject) => {
            this.store.env.services.action
                .doAction(
                    {
                        type: "ir.actions.act_window",
                        name: _t("Result of the Contact"),
                        res_model: "crl.touchpoint.result",
                        view_mode: "form",
                        views: [[false, "form"]],
                        target: "new",
                        context: {
                            default_activity_id: id,
                            default_note: this.feedback || false,
                            default_attachment_ids: attachmentIds.map(
                                (attachmentId) => [4, attachmentId],
                            ),
                            crl_schedule_next: scheduleNext,
                            dialog_size: "medium",
                        },
                    },
                    {onClose: resolve},
                )
                .catch(reject);
        });
        this.store.activityBroadcastChannel?.postMessage({
            type: "RELOAD_CHATTER",
            payload: {id: res_id, model: res_model},
        });
    },
});
