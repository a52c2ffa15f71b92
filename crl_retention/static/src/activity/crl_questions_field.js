import {Component, xml} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {DeskQuestions} from "../desk/desk_questions";

/** Answers to the questions that stand in the field `questions`, as on My Desk. */
export class CrlQuestionsField extends Component {
    static template = xml`
        <DeskQuestions
            questions="props.record.data.questions or []"
            answers="props.record.data[props.name] or {}"
            disabled="props.readonly"
            onChange="(answers) => props.record.update({[props.name]: answers})"
        />`;
    static components = {DeskQuestions};
    static props = standardFieldProps;
}

registry.category("fields").add("crl_questions", {
    component: CrlQuestionsField,
    supportedTypes: ["json"],
    fieldDependencies: [{name: "questions", type: "json"}],
});
