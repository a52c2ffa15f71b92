import {registry} from "@web/core/registry";
import {ListRenderer} from "@web/views/list/list_renderer";
import {X2ManyField, x2ManyField} from "@web/views/fields/x2many/x2many_field";

/**
 * The steps of a procedure under a heading for each stage. A step dragged under
 * another heading moves to that stage.
 */
export class CadenceStepsRenderer extends ListRenderer {
    static rowsTemplate = "crl_retention.CadenceStepsRenderer.Rows";

    get canResequenceRows() {
        return !this.props.readonly;
    }

    getActiveColumns() {
        // the headings tell the stage
        return super.getActiveColumns().filter((column) => column.name !== "stage_id");
    }

    /** Whether a heading comes before the row. */
    startsStage(record) {
        const {records} = this.props.list;
        const previous = records[records.indexOf(record) - 1];
        return previous?.data.stage_id?.id !== record.data.stage_id?.id;
    }

    addToStage(record) {
        const {records} = this.props.list;
        const stage = record.data.stage_id;
        const sequences = records
            .filter((step) => step.data.stage_id?.id === stage.id)
            .map((step) => step.data.sequence);
        this.add({
            context: {
                default_stage_id: stage.id,
                default_sequence: Math.max(...sequences) + 10,
            },
        });
    }

    async sortDrop(movedId, _groupId, {element, previous}) {
        element.classList.remove("o_row_draggable");
        // a heading belongs to the step it stands above
        const heading = previous?.dataset.before;
        const {list} = this.props;
        try {
            await list.model.mutex.exec(() =>
                this.moveStep(list, movedId, previous?.dataset.id, heading),
            );
        } finally {
            element.classList.add("o_row_draggable");
        }
    }

    async moveStep(list, movedId, previousId, headingId) {
        const moved = list.records.find((step) => step.id === movedId);
        const others = list.records.filter((step) => step !== moved);
        const above = others.find((step) => step.id === previousId);
        const under = list.records.find((step) => step.id === headingId);
        // dropped on its own heading, or above everything: it stays in its stage
        const neighbour = above || (under && under !== moved ? under : others[0]);
        if (!neighbour) {
            return;
        }
        const index = above ? others.indexOf(above) + 1 : others.indexOf(neighbour);
        const {stage_id, stage_sequence} =
            under === moved ? moved.data : neighbour.data;
        others.splice(index, 0, moved);
        if (moved.data.stage_id?.id !== stage_id.id) {
            await moved._update(
                {stage_id, stage_sequence},
                {withoutParentUpdate: true},
            );
        }
        const stage = others.filter((step) => step.data.stage_id?.id === stage_id.id);
        for (const [position, step] of stage.entries()) {
            const sequence = 10 * (position + 1);
            if (step.data.sequence !== sequence) {
                await step._update({sequence}, {withoutParentUpdate: true});
            }
        }
        await list._sort();
        await list._onUpdate();
    }
}

export class CadenceStepsField extends X2ManyField {
    static components = {...X2ManyField.components, ListRenderer: CadenceStepsRenderer};
}

registry.category("fields").add("crl_cadence_steps", {
    ...x2ManyField,
    component: CadenceStepsField,
    additionalClasses: [...(x2ManyField.additionalClasses || []), "o_field_one2many"],
});
