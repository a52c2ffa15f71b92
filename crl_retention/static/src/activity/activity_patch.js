import {Activity} from "@mail/core/web/activity";
import {ActivityListPopoverItem} from "@mail/core/web/activity_list_popover_item";
import {ActivityMarkAsDone} from "@mail/core/web/activity_markasdone_popover";
import {patch} from "@web/core/utils/patch";

// The dialog has a note of its own: Odoo's feedback popover before it is left out.

patch(Activity.prototype, {
    async onClickMarkAsDone() {
        const {activity, onActivityChanged, reloadParentView} = this.props;
        if (!activity.crl_asks_result) {
            return super.onClickMarkAsDone(...arguments);
        }
        const thread = this.thread;
        await activity.crlAskResult();
        onActivityChanged(thread);
        await thread.fetchNewMessages();
        // the customer's stage and dates have changed
        await reloadParentView();
    },
});

patch(ActivityListPopoverItem.prototype, {
    async onClickMarkAsDone() {
        const {activity, onActivityChanged, onClickEditActivityButton} = this.props;
        if (!activity.crl_asks_result) {
            return super.onClickMarkAsDone(...arguments);
        }
        // closes the popover, which would lie above the dialog
        onClickEditActivityButton?.();
        await activity.crlAskResult();
        onActivityChanged?.();
    },
});

patch(ActivityMarkAsDone.prototype, {
    async onClickDone() {
        if (this.props.activity.crl_asks_result) {
            this.props.close?.();
        }
        return super.onClickDone(...arguments);
    },
});
