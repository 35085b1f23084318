import { useState } from 'preact/hooks';
import type { callView } from '../../../lib/usage/reports/report-body.ts';
import { query } from '../../api/client.ts';
import { html } from '../../ui/html.ts';
import { Empty, Id, Refused, Status, Table, Time, Usd } from '../../ui/parts.ts';
import { useLoad } from '../../ui/use-load.ts';
import { curl, useSession } from '../context.ts';

type Call = ReturnType<typeof callView>;

interface Page {
  readonly calls: readonly Call[];
  readonly nextCursor: string | null;
}

/** Each page is a query of a day's records. */
const LIVE_MS = 15_000;
const QUESTION = { model: 'claude-haiku-5-5', max_tokens: 64, messages: [{ role: 'user', content: 'Hello' }] };

const Row = ({ call }: { call: Call }) => html`<tr>
  <td><${Id} id=${call.callId} /></td>
  <td><${Status} status=${call.answered ? 'succeeded' : 'failed'} /></td>
  <td>${call.model}</td>
  <td class="num">${call.attempts}</td>
  <td><${Id} id=${call.keyId} /></td>
  <td><${Time} at=${call.at} /></td>
  <td class="num">${call.inputTokens}</td>
  <td class="num">${call.outputTokens}</td>
  <td class="num"><${Usd} value=${call.costUsd} />${call.estimatedUsd !== '0' && html` <span class="pill warn">estimated</span>`}</td>
</tr>`;

/** What clients of the gateway asked in the last 24 hours, newest first, as it is on the books. The first page is live. */
export const Calls = () => {
  const { client, url } = useSession();
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const cursor = cursors.at(-1);
  const path = `/usage/calls${query({ limit: 25, cursor })}`;
  const { data, error } = useLoad(
    (signal) => client.json<Page>(path, { signal }),
    [path],
    cursor === undefined ? LIVE_MS : undefined,
  );
  const isOlder = typeof data?.nextCursor === 'string';
  return html`<div class="row spread">
      <h1>Gateway calls</h1>
      <span class="soft small" role="status">${cursor === undefined ? 'Live' : `Page ${cursors.length + 1}`}</span>
    </div>
    <${Refused} error=${error} />
    <section class="panel">
      ${
        data?.calls.length === 0
          ? html`<${Empty} command=${isOlder ? undefined : curl(url, '/v1/messages', { method: 'POST', body: QUESTION })}>
              ${isOlder ? 'There are only runs here.' : 'No client has asked the gateway in the last 24 hours.'}
            <//>`
          : html`<${Table} label="Gateway calls" tight head=${['Call', 'Answer', 'Model', '#Attempts', 'Key', 'At', '#Input', '#Output', '#Cost']}>
              ${data?.calls.map((call) => html`<${Row} key=${call.callId} call=${call} />`)}
            <//>`
      }
      <div class="row">
        ${cursors.length > 0 && html`<button type="button" onClick=${() => setCursors(cursors.slice(0, -1))}>Newer</button>`}
        ${isOlder && html`<button type="button" onClick=${() => setCursors([...cursors, data.nextCursor ?? ''])}>Older</button>`}
      </div>
    </section>`;
};
