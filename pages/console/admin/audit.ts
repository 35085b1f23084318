import { useState } from 'preact/hooks';
import { query } from '../../api/client.ts';
import type { AuditView } from '../../api/types.ts';
import { html } from '../../ui/html.ts';
import { Empty, Id, Refused, Table, Time } from '../../ui/parts.ts';
import { useLoad } from '../../ui/use-load.ts';
import { curl, useSession } from '../context.ts';
import { linkTo } from '../router.ts';
import { differences } from './differences.ts';

export type Changes = Readonly<Record<string, { readonly from?: unknown; readonly to?: unknown }>>;

/** What changed, before and after: of lists and objects the parts that are not the same. */
export const Diff = ({ changes }: { changes: Changes }) =>
  html`${Object.entries(changes)
    .flatMap(([name, { from, to }]) => differences(name, from, to))
    .map(
      ({ name, removed, added }) =>
        html`<div key=${name} class="small diff"><code>${name}</code>
          ${removed.map((item) => html`<span key=${`-${item}`} class="from"><span class="vanish">before </span>− ${item}</span>`)}
          ${added.map((item) => html`<span key=${`+${item}`} class="to"><span class="vanish">after </span>+ ${item}</span>`)}
        </div>`,
    )}`;

/** Where the target of an entry is shown; `undefined`: nowhere of its own. */
const placeOf = ({ action, target }: AuditView): string | undefined => {
  const [kind] = action.split('.');
  if (kind === 'circuit' || kind === 'rest') return linkTo('circuits');
  if (kind === 'alarms') return linkTo('alarms');
  if (kind === 'approval') return linkTo('runs', ...target.split('/').slice(0, 2));
  return linkTo('tenants', ...target.split('/').slice(0, 2));
};

/** Who changed what, newest first. */
export const Audit = () => {
  const { client, url } = useSession();
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const path = `/admin/audit${query({ limit: 50, cursor: cursors.at(-1) })}`;
  const { data, error } = useLoad(
    (signal) => client.json<{ entries: AuditView[]; nextCursor: string | null }>(path, { signal }),
    [path],
  );
  return html`<h1>Audit</h1>
    <${Refused} error=${error} />
    <section class="panel">
      ${
        data?.entries.length === 0
          ? html`<${Empty} command=${curl(url, '/admin/tenants/acme', { method: 'PUT', body: { name: 'Acme' } })}>Nobody has changed anything yet. A change of a tenant, a key or a circuit fills this.<//>`
          : html`<${Table} label="Audit" tight head=${['When', 'Action', 'Target', 'Who', 'Changes']}>
              ${data?.entries.map((entry) => {
                const { entryId, at, action, target, actor, changes } = entry;
                return html`<tr key=${entryId}>
                  <td><${Time} at=${at} /></td><td>${action}</td><td><${Id} id=${target} href=${placeOf(entry)} /></td>
                  <td>${actor.subject ?? html`<${Id} id=${actor.keyId} href=${linkTo('tenants', actor.tenantId, actor.keyId)} />`} <span class="small"><${Id} id=${actor.tenantId} href=${linkTo('tenants', actor.tenantId)} /></span></td>
                  <td class="fold-text"><${Diff} changes=${changes} /></td>
                </tr>`;
              })}
            <//>`
      }
      <div class="row">
        ${cursors.length > 0 && html`<button type="button" onClick=${() => setCursors(cursors.slice(0, -1))}>Newer</button>`}
        ${typeof data?.nextCursor === 'string' && html`<button type="button" onClick=${() => setCursors([...cursors, data.nextCursor ?? ''])}>Older</button>`}
      </div>
    </section>`;
};
