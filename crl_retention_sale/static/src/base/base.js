import {Component, onWillStart, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {KeepLast} from "@web/core/utils/concurrency";
import {useService} from "@web/core/utils/hooks";
import {useSetupAction} from "@web/search/action_hook";
import {Layout} from "@web/search/layout";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {BaseChart} from "./base_chart";
import {BaseCohorts} from "./base_cohorts";
import {BaseMonths} from "./base_months";
import {BaseTarget} from "./base_target";
import {showCount, showRate} from "./base_format";

/** How many customers there are, who comes and goes, and who buys again. */
export class CustomerBase extends Component {
    static template = "crl_retention_sale.CustomerBase";
    static components = {Layout, BaseChart, BaseCohorts, BaseMonths, BaseTarget};
    static props = {...standardActionServiceProps};
    static displayName = _t("Customer Base");

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.display = {controlPanel: {}};
        this.showCount = showCount;
        this.showRate = showRate;
        this.keepLast = new KeepLast();
        this.state = useState({
            choices: null,
            base: null,
            cohorts: null,
            // what was looked at before a figure was opened
            filters: {},
            months: 13,
            isCumulative: false,
            isCount: false,
            ...this.props.state?.base,
        });
        useSetupAction({
            getLocalState: () => {
                const {filters, months, isCumulative, isCount} = this.state;
                return {base: {filters, months, isCumulative, isCount}};
            },
        });
        onWillStart(async () => {
            const [choices] = await Promise.all([
                this.orm.call("crl.base", "get_choices"),
                this.load(),
            ]);
            this.state.choices = choices;
        });
    }

    // ---- What is shown ----

    get selects() {
        const labels = {
            team_id: _t("Sales team"),
            user_id: _t("Salesperson"),
            country_id: _t("Country"),
            segment_id: _t("Segment"),
        };
        return Object.entries(labels)
            .map(([name, label]) => ({name, label, options: this.state.choices[name]}))
            .filter(({name, options}) => options.length || this.state.filters[name]);
    }

    get isFiltered() {
        return Object.values(this.state.filters).some(Boolean);
    }

    get rows() {
        return this.state.base.rows;
    }

    /** The month that runs. */
    get present() {
        return this.rows.at(-1);
    }

    /** The last month that is over. */
    get over() {
        return this.rows.at(-2);
    }

    get isEmpty() {
        return this.rows.every((row) => !row.start && !row.end && !row.lost);
    }

    get definition() {
        return _t(
            "Who buys is a customer for %s days after it. Who buys again in time stays one; who does not is lost, and won back with the next purchase.",
            this.state.base.activity_days,
        );
    }

    load() {
        const {filters, months, isCumulative} = this.state;
        return this.keepLast.add(
            Promise.all([
                this.orm.call("crl.base", "get_months", [months, filters]),
                this.orm.call("crl.base", "get_cohorts", [
                    Math.min(months, 24),
                    filters,
                    isCumulative,
                ]),
            ]).then(([base, cohorts]) => Object.assign(this.state, {base, cohorts})),
        );
    }

    // ---- What is done ----

    narrow(name, value) {
        this.state.filters[name] = Number(value) || false;
        return this.load();
    }

    showAll() {
        this.state.filters = {};
        return this.load();
    }

    changeMonths(months) {
        this.state.months = Number(months);
        return this.load();
    }

    accumulate(isCumulative) {
        this.state.isCumulative = isCumulative;
        return this.load();
    }

    async open(figure, month, number = null) {
        const {filters, isCumulative} = this.state;
        const args = [figure, month, filters, number, isCumulative];
        await this.action.doAction(
            await this.orm.call("crl.base", "open_figure", args),
        );
    }

    async openPivot() {
        await this.action.doAction(
            await this.orm.call("crl.base", "open_cohorts", [this.state.filters]),
        );
    }

    async setTarget(points) {
        await this.orm.call("crl.base", "set_target", [points]);
        await this.load();
    }
}

registry.category("actions").add("crl_retention_sale.base", CustomerBase);
