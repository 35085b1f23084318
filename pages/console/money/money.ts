import { useState } from 'preact/hooks';
import type { Budget } from '../../api/types.ts';
import { html } from '../../ui/html.ts';
import { Refused } from '../../ui/parts.ts';
import { useLoad } from '../../ui/use-load.ts';
import { useMay, useSession } from '../context.ts';
import { BudgetView, StageBudget } from './budget.ts';
import { DaysChart, useDays } from './days.ts';
import { GroupBudgets } from './group-budgets.ts';
import { UsageReport } from './report.ts';
import { TrueUp } from './true-up.ts';

const LIVE_MS = 3_000;

/** The budgets and the usage of the caller's tenant, or for an administrator of all. */
export const Money = () => {
  const { client, caller } = useSession();
  const isAdmin = useMay('admin');
  const [whose, setWhose] = useState<'own' | 'all'>(isAdmin ? 'all' : 'own');
  const { data: budget, error } = useLoad((signal) => client.json<Budget>('/usage/budget', { signal }), [], LIVE_MS);
  const days = useDays(whose === 'own' ? '/usage' : '/admin/usage');
  return html`<div class="row spread">
      <h1>Money</h1>
      ${
        isAdmin &&
        html`<label>Whose
          <select name="whose" value=${whose} onChange=${(event: Event) => setWhose((event.target as HTMLSelectElement).value === 'all' ? 'all' : 'own')}>
            <option value="own">${caller.tenantId}</option><option value="all">all tenants</option>
          </select>
        </label>`
      }
    </div>
    <${Refused} error=${error} />
    ${whose === 'own' && budget !== undefined && html`<${BudgetView} budget=${budget} days=${days} />`}
    ${whose === 'all' && days?.stageBudget && html`<${StageBudget} period=${days.stageBudget} days=${days} />`}
    ${days !== undefined && html`<${DaysChart} days=${days} />`}
    ${whose === 'own' && html`<${GroupBudgets} path="/usage/budget" />`}
    ${whose === 'own' ? html`<${UsageReport} key="own" path="/usage" />` : html`<${UsageReport} key="all" path="/admin/usage" first="tenant" />`}
    <${TrueUp} path=${whose === 'own' ? '/usage' : '/admin/usage'} />`;
};
