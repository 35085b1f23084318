import { useState } from 'preact/hooks';
import { query } from '../../api/client.ts';
import type { AuditView } from '../../api/types.ts';
import { html } from '../../ui/html.ts';
import { Empty, Id, Refused, Table, Time } from '../../ui/parts.ts';
import { useLoad } from '../../ui/use-load.ts';
import { curl, useSession } from '../context.ts';

export type Changes = Readonly<Record<string, { readonly from?: unknown; readonly to?: unknown }>>;

const shown = (value: unknown): string => (value === undefined ? '–' : JSON.stringify(value));

/** What changed, before and after. */
export const Diff = ({ changes }: { changes: Changes }) =>
  html`${Object.entries(changes).map(
    ([name, { from, to }]) =>
      html`<div key=${name} class="small"><code>${name}</code>${' '}<span class="from"><span class="vanish">before </span>− ${shown(from)}</span>${' '}<span class="to"><span class="vanish">after </span>+ ${shown(to)}</span></div>`,
  )}`;

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
          : html`<${Table} label="Audit" head=${['When', 'Action', 'Target', 'Who', 'Changes']}>
              ${data?.entries.map(
                ({ entryId, at, action, target, actor, changes }) => html`<tr key=${entryId}>
                  <td><${Time} at=${at} /></td><td>${action}</td><td><${Id} id=${target} /></td>
                  <td>${actor.subject ?? html`<${Id} id=${actor.keyId} />`} <span class="soft small">${actor.tenantId}</span></td>
                  <td><${Diff} changes=${changes} /></td>
                </tr>`,
              )}
            <//>`
      }
      <div class="row">
        ${cursors.length > 0 && html`<button type="button" onClick=${() => setCursors(cursors.slice(0, -1))}>Newer</button>`}
        ${typeof data?.nextCursor === 'string' && html`<button type="button" onClick=${() => setCursors([...cursors, data.nextCursor ?? ''])}>Older</button>`}
      </div>
    </section>`;
};
