import {useService} from "@web/core/utils/hooks";

/** @returns {Function} opens the page of a record: `(model, id)` */
export function useOpenForm() {
    const action = useService("action");
    return (model, id) =>
        action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
}
