import { useState } from 'preact/hooks';
import { query } from '../../api/client.ts';
import type { AgentView, RunSummary } from '../../api/types.ts';
import { Entry } from '../../ui/entry.ts';
import { html } from '../../ui/html.ts';
import { milliseconds } from '../../ui/milliseconds.ts';
import { Empty, Id, Refused, Status, Table, Time } from '../../ui/parts.ts';
import { useLoad } from '../../ui/use-load.ts';
import { curl, useMay, useSession } from '../context.ts';
import { linkTo, type Place } from '../router.ts';

const STATUSES = [
  'queued',
  'running',
  'awaiting_approval',
  'awaiting_budget',
  'succeeded',
  'incomplete',
  'failed',
  'cancelled',
  'timed_out',
] as const;

/** Statuses of runs that go on. */
export const OPEN: ReadonlySet<string> = new Set(STATUSES.slice(0, 4));

const LIVE_MS = 2_000;

interface Page {
  readonly runs: readonly RunSummary[];
  readonly nextCursor: string | null;
}

const NO_FILTER = { status: '', agent: '', userId: '', sessionId: '', from: '', to: '' };

/** `#/runs/userId/ada` shows the runs of that end user; `null`: it is no filter. */
export const filterAt = ([name, value = '']: Place): typeof NO_FILTER | null =>
  name !== undefined && Object.hasOwn(NO_FILTER, name) ? { ...NO_FILTER, [name]: value } : null;

const OrNone = ({ id, name }: { id: string | null | undefined; name: 'userId' | 'sessionId' }) =>
  typeof id === 'string'
    ? html`<${Id} id=${id} href=${linkTo('runs', name, id)} />`
    : html`<span class="soft">–</span>`;

const Row = ({ run }: { run: RunSummary }) => html`<tr>
  <td class="whole"><${Id} id=${run.runId} href=${linkTo('runs', run.runId)} /></td>
  <td><${Status} status=${run.status} /></td>
  <td>${run.agent}</td>
  <td>${run.mode}</td>
  <td><${OrNone} id=${run.userId} name="userId" /></td>
  <td><${OrNone} id=${run.sessionId} name="sessionId" /></td>
  <td><${Time} at=${run.createdAt} /></td>
  <td class="num">${OPEN.has(run.status) ? '–' : milliseconds(Date.parse(run.updatedAt) - Date.parse(run.createdAt))}</td>
</tr>`;

/** The runs of the tenant, newest first. The first page is live; older ones stand still. */
export const RunList = ({ first }: { first: typeof NO_FILTER | null }) => {
  const { client, url, caller } = useSession();
  const mayWrite = useMay('runs:write');
  const [filter, setFilter] = useState(first ?? NO_FILTER);
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const cursor = cursors.at(-1);
  const path = `/agent/runs${query({ ...filter, limit: 25, cursor })}`;
  const live = cursor === undefined ? LIVE_MS : undefined;
  const { data, error } = useLoad((signal) => client.json<Page>(path, { signal }), [path], live);
  const { data: listed } = useLoad(
    async (signal) => (mayWrite ? client.json<{ agents: AgentView[] }>('/agents', { signal }) : { agents: [] }),
    [],
  );
  const enter = (name: keyof typeof NO_FILTER) => (value: string) => {
    setCursors([]);
    setFilter((before) => ({ ...before, [name]: value }));
  };
  const set = (name: keyof typeof NO_FILTER) => (event: Event) => enter(name)((event.target as HTMLInputElement).value);
  const isFiltered = Object.values(filter).some((value) => value !== '');
  return html`<div class="row spread">
      <h1>Runs</h1>
      <span class="soft small" role="status">${cursor === undefined ? 'Live' : `Page ${cursors.length + 1}`}</span>
    </div>
    <form class="panel row end" onSubmit=${(event: Event) => event.preventDefault()}>
      <label>Status
        <select name="status" value=${filter.status} onChange=${set('status')}>
          <option value="">any</option>
          ${STATUSES.map((status) => html`<option key=${status} value=${status}>${status.replaceAll('_', ' ')}</option>`)}
        </select>
      </label>
      <label>Agent
        <${Entry} name="agent" size="12" list="agents" value=${filter.agent} commit=${enter('agent')} />
        <datalist id="agents">${listed?.agents.map(({ name }) => html`<option key=${name} value=${name} />`)}</datalist>
      </label>
      <label>User <${Entry} name="userId" size="12" value=${filter.userId} commit=${enter('userId')} /></label>
      <label>Session <${Entry} name="sessionId" size="12" value=${filter.sessionId} commit=${enter('sessionId')} /></label>
      <label>From (UTC) <input type="date" value=${filter.from} onChange=${set('from')} /></label>
      <label>To (UTC) <input type="date" value=${filter.to} onChange=${set('to')} /></label>
      ${isFiltered && html`<button type="button" onClick=${() => (setCursors([]), setFilter(NO_FILTER))}>Clear</button>`}
    </form>
    <${Refused} error=${error} />
    <section class="panel">
      ${
        data !== undefined && data.runs.length === 0
          ? html`<${Empty} command=${isFiltered ? undefined : curl(url, '/agent/run', { method: 'POST', body: { task: 'What is 17 * 23?' } })}>
              ${
                isFiltered
                  ? 'No run fits these filters.'
                  : `No run of the tenant ${caller.tenantId} yet: a key shows those of its own. Ask an agent under Try, or by this command.`
              }
            <//>`
          : html`<${Table} label="Runs" tight head=${['Run', 'Status', 'Agent', 'Mode', 'User', 'Session', 'Created', '#Took']}>
              ${data?.runs.map((run) => html`<${Row} key=${run.runId} run=${run} />`)}
            <//>`
      }
      <div class="row">
        ${cursors.length > 0 && html`<button type="button" onClick=${() => setCursors(cursors.slice(0, -1))}>Newer</button>`}
        ${typeof data?.nextCursor === 'string' && html`<button type="button" onClick=${() => setCursors([...cursors, data.nextCursor ?? ''])}>Older</button>`}
      </div>
    </section>`;
};
