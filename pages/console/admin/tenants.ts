import { useState } from 'preact/hooks';
import { ApiError, query } from '../../api/client.ts';
import type { TenantView } from '../../api/types.ts';
import { Confirm } from '../../ui/confirm.ts';
import { html } from '../../ui/html.ts';
import { Id, Refused, Status, Table, Time, Usd } from '../../ui/parts.ts';
import { useLoad } from '../../ui/use-load.ts';
import { useSession } from '../context.ts';
import { go, linkTo, type Place } from '../router.ts';
import { TenantPage } from './tenant-page.ts';

interface Page {
  readonly tenants: readonly TenantView[];
  readonly nextCursor: string | null;
}

const NewTenant = () => {
  const { client } = useSession();
  const [tenantId, setTenantId] = useState('');
  const [asks, setAsks] = useState(false);
  const path = `/admin/tenants/${tenantId}`;
  const submit = (event: Event) => {
    event.preventDefault();
    setAsks(true);
  };
  const make = async () => {
    // PUT would replace every setting of a tenant that is there already.
    const isThere = await client.json(path).then(
      () => true,
      (error: unknown) => {
        if (error instanceof ApiError && error.status === 404) return false;
        throw error;
      },
    );
    if (!isThere) await client.json(path, { method: 'PUT', body: {} });
    go('tenants', tenantId);
  };
  return html`<form class="row end" onSubmit=${submit} aria-label="New tenant">
    <label>Id of a new tenant <input name="tenantId" required pattern="[a-z0-9\\-]{1,64}" title="1 to 64 of a to z, 0 to 9 and -" value=${tenantId} onInput=${(event: Event) => setTenantId((event.target as HTMLInputElement).value)} /></label>
    <button>Create…</button>
    ${asks && html`<${Confirm} title=${`Create ${tenantId}?`} verb="Create" request=${`PUT ${path}\n{}`} act=${make} close=${() => setAsks(false)} />`}
  </form>`;
};

const List = () => {
  const { client } = useSession();
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const path = `/admin/tenants${query({ limit: 50, cursor: cursors.at(-1) })}`;
  const { data, error } = useLoad((signal) => client.json<Page>(path, { signal }), [path]);
  return html`<h1>Tenants</h1>
    <${Refused} error=${error} />
    <section class="panel">
      <${Table} label="Tenants" tight head=${['Tenant', 'Name', 'Status', '#Budget a day', '#Budget a month', '#Requests a minute', 'Changed']}>
        ${data?.tenants.map(
          (tenant) => html`<tr key=${tenant.tenantId}>
            <td class="fold-text whole"><${Id} id=${tenant.tenantId} href=${linkTo('tenants', tenant.tenantId)} /></td>
            <td class="fold-text">${tenant.name}</td><td><${Status} status=${tenant.status} /></td>
            <td class="num"><${Usd} value=${tenant.dailyBudgetUsd} /></td><td class="num"><${Usd} value=${tenant.monthlyBudgetUsd} /></td>
            <td class="num">${tenant.requestsPerMinute ?? '–'}</td><td><${Time} at=${tenant.updatedAt} /></td>
          </tr>`,
        )}
      <//>
      <div class="row">
        ${cursors.length > 0 && html`<button type="button" onClick=${() => setCursors(cursors.slice(0, -1))}>Before</button>`}
        ${typeof data?.nextCursor === 'string' && html`<button type="button" onClick=${() => setCursors([...cursors, data.nextCursor ?? ''])}>More</button>`}
      </div>
      <${NewTenant} />
    </section>`;
};

export const Tenants = ({ place: [tenantId, keyId] }: { place: Place }) =>
  tenantId === undefined
    ? html`<${List} />`
    : html`<${TenantPage} key=${tenantId} tenantId=${tenantId} keyId=${keyId} />`;
