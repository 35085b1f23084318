import { useState } from 'preact/hooks';
import type { Budget, TenantView } from '../../api/types.ts';
import { Confirm } from '../../ui/confirm.ts';
import { html } from '../../ui/html.ts';
import { Id, Refused, Status, Time } from '../../ui/parts.ts';
import { useLoad } from '../../ui/use-load.ts';
import { useSession } from '../context.ts';
import { BudgetView } from '../money/budget.ts';
import { useDays } from '../money/days.ts';
import { GroupBudgets } from '../money/group-budgets.ts';
import { UsageReport } from '../money/report.ts';
import { linkTo } from '../router.ts';
import { Keys } from './keys.ts';
import { SettingsForm } from './settings-form.ts';

interface Deed {
  readonly title: string;
  readonly verb: string;
  readonly says: string;
  readonly path: string;
}

const cancelRuns = (tenantId: string): Deed => ({
  title: `Cancel every run of ${tenantId}?`,
  verb: 'Cancel the runs',
  says: 'Each unfinished run ends as cancelled; calls in flight are aborted.',
  path: `/admin/tenants/${tenantId}/runs/cancel`,
});

const forgetAnswers = (tenantId: string): Deed => ({
  title: `Make cached answers of ${tenantId} stale?`,
  verb: 'Invalidate',
  says: 'The next question of each kind is answered by a model again, and paid.',
  path: `/admin/tenants/${tenantId}/cache/invalidate`,
});

/** One tenant: its settings, keys, budgets and usage. */
export const TenantPage = ({ tenantId, keyId }: { tenantId: string; keyId: string | undefined }) => {
  const { client } = useSession();
  const path = `/admin/tenants/${tenantId}`;
  const [deed, setDeed] = useState<Deed | null>(null);
  const { data, error, reload } = useLoad(
    async (signal) => {
      const response = await client.ask(path, { signal });
      return { etag: response.headers.get('etag'), tenant: (await response.json()) as TenantView };
    },
    [path],
  );
  const { data: budget } = useLoad((signal) => client.json<Budget>(`${path}/budget`, { signal }), [path, data?.etag]);
  const days = useDays('/admin/usage', tenantId);
  // What is not there has no keys and no money either: that is said once.
  if (data === undefined)
    return html`<h1>Tenant</h1>${error !== undefined && html`<${Refused} error=${error} /><p><a href=${linkTo('tenants')}>All tenants</a></p>`}`;
  const { tenant, etag } = data;
  return html`<div class="row spread">
      <h1>Tenant</h1>
      <div class="row"><${Status} status=${tenant.status} /><${Id} id=${tenantId} href=${linkTo('tenants', tenantId)} /></div>
    </div>
    <${Refused} error=${error} />
    ${budget !== undefined && html`<${BudgetView} budget=${budget} days=${days} />`}
    <${SettingsForm} tenant=${tenant} etag=${etag} reload=${reload} />
    <${Keys} tenantId=${tenantId} marked=${keyId} />
    <${GroupBudgets} path=${`${path}/budget`} tenant=${tenantId} />
    <${UsageReport} path="/admin/usage" tenant=${tenantId} first="day" />
    <section class="panel row spread" aria-label="Deeds">
      <span class="small soft">Created <${Time} at=${tenant.createdAt} />, changed <${Time} at=${tenant.updatedAt} /></span>
      <span class="row">
        <button type="button" onClick=${() => setDeed(forgetAnswers(tenantId))}>Invalidate the cache…</button>
        <button type="button" class="danger" onClick=${() => setDeed(cancelRuns(tenantId))}>Cancel all runs…</button>
      </span>
    </section>
    ${
      deed !== null &&
      html`<${Confirm} title=${deed.title} verb=${deed.verb} danger request=${`POST ${deed.path}`}
        act=${async () => void (await client.json(deed.path, { method: 'POST' }))} close=${() => setDeed(null)}><p>${deed.says}</p><//>`
    }`;
};
