import {ActivityCalendarCommonPopover} from "@mail/views/web/calendar/calendar_common/activity_calendar_common_popover";
import {patch} from "@web/core/utils/patch";

patch(ActivityCalendarCommonPopover.prototype, {
    get crlAsksResult() {
        return Boolean(this.props.record.rawRecord.crl_asks_result);
    },

    async onClickCrlDone() {
        const {close, model, record} = this.props;
        const action = await this.orm.call("mail.activity", "action_done", [
            [record.rawRecord.id],
        ]);
        close();
        if (action?.type) {
            await this.actionService.doAction(action, {onClose: () => model.load()});
        } else {
            await model.load();
        }
    },
});
