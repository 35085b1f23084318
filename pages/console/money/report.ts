import { useState } from 'preact/hooks';
import { query } from '../../api/client.ts';
import { html } from '../../ui/html.ts';
import { milliseconds } from '../../ui/milliseconds.ts';
import { Empty, Refused, Table, Usd } from '../../ui/parts.ts';
import { useAction, useLoad } from '../../ui/use-load.ts';
import { curl, useSession } from '../context.ts';
import { greatest, percentOf } from './amounts.ts';
import { readCsv } from './csv.ts';
import { Named } from './named.ts';
import { timesAt } from './times.ts';

interface Group {
  readonly key: string | readonly string[];
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadInputTokens: number;
  readonly cacheCreationInputTokens: number;
  readonly costUsd: string;
  readonly estimatedUsd: string;
}

interface ToolGroup {
  readonly key: string;
  readonly calls: number;
  readonly errors: number;
  readonly meanMs: number;
  readonly p95Ms: number;
}

interface Report {
  readonly from: string;
  readonly to: string;
  readonly totals: Omit<Group, 'key'>;
  readonly groups: readonly (Group | ToolGroup)[];
  readonly nextCursor: string | null;
}

const DIMENSIONS = [
  'day',
  'month',
  'model',
  'agent',
  'key',
  'user',
  'session',
  'tool',
  'model,user',
  'agent,model',
] as const;
const LIVE_MS = 10_000;
const LIMIT = 100;

const isTool = (group: Group | ToolGroup): group is ToolGroup => 'calls' in group;

interface UsageProps {
  readonly groups: readonly Group[];
  readonly totals: Report['totals'];
  readonly by: string;
  readonly tenant: string | undefined;
}

const Usage = ({ groups, totals, by, tenant }: UsageProps) => {
  const most = greatest(groups.map(({ costUsd }) => costUsd));
  const cells = (each: Omit<Group, 'key'>) => html`
    <td class="num">${each.requests}</td><td class="num">${each.inputTokens}</td><td class="num">${each.outputTokens}</td>
    <td class="num">${each.cacheReadInputTokens}</td><td class="num">${each.cacheCreationInputTokens}</td>
    <td class="num"><${Usd} value=${each.estimatedUsd} /></td><td class="num"><${Usd} value=${each.costUsd} /></td>`;
  return html`<${Table} label="Usage" head=${[by, 'Share', '#Requests', '#Input', '#Output', '#Cache read', '#Cache written', '#Estimated', '#Cost']}>
    ${groups.map(
      (each) => html`<tr key=${String(each.key)}>
        <td class=${by === 'day' || by === 'month' ? 'when' : ''}><${Named} by=${by} group=${each.key} tenant=${tenant} /></td>
        <td class="share"><span class="bar" style=${{ width: `${percentOf(each.costUsd, most)}%` }}></span></td>
        ${cells(each)}
      </tr>`,
    )}
    <tr data-row="totals"><th scope="row">All</th><td></td>${cells(totals)}</tr>
  <//>`;
};

const Tools = ({ groups }: { groups: readonly ToolGroup[] }) =>
  html`<${Table} label="Tools" head=${['Tool', '#Calls', '#Errors', '#Mean', '#95 %']}>
    ${groups.map(
      (each) => html`<tr key=${each.key}>
        <td>${each.key}</td><td class="num">${each.calls}</td><td class="num">${each.errors}</td>
        <td class="num">${milliseconds(each.meanMs)}</td><td class="num">${milliseconds(each.p95Ms)}</td>
      </tr>`,
    )}
  <//>`;

/** What was used, by one or two dimensions, as a table and as CSV. `path`: of the report; `tenant`: one of all. */
export const UsageReport = ({ path, tenant, first }: { path: string; tenant?: string; first?: string }) => {
  const { client, url } = useSession();
  const [asked, setAsked] = useState({ groupBy: first ?? 'day', from: '', to: '' });
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const downloading = useAction();
  const target = `${path}${query({ ...asked, tenant, limit: LIMIT, cursor: cursors.at(-1) })}`;
  const { data, error } = useLoad((signal) => client.json<Report>(target, { signal }), [target], LIVE_MS);
  const change = (changed: Partial<typeof asked> = {}) => {
    setCursors([]);
    setAsked((before) => ({ ...before, ...changed }));
  };
  const set = (name: keyof typeof asked) => (event: Event) =>
    change({ [name]: (event.target as HTMLInputElement).value });
  const times = timesAt(new Date());
  const timeOf = ({ from, to }: typeof asked) =>
    Object.entries(times).find(([, time]) => time.from === from && time.to === to)?.[0] ?? '';
  const setTime = (name: string) => change(times[name]);
  // A link could not carry the key, and must not.
  const download = () =>
    void downloading.run(async () => {
      const csv = await readCsv(client, path, { ...asked, tenant });
      const link = document.createElement('a');
      link.href = URL.createObjectURL(csv);
      link.download = `usage-${tenant ?? 'all'}-${data?.from ?? ''}-${data?.to ?? ''}.csv`;
      link.click();
      URL.revokeObjectURL(link.href);
    });
  const groups = data?.groups ?? [];
  const next = data?.nextCursor ?? null;
  const offered =
    first === undefined
      ? DIMENSIONS
      : [
          first,
          ...DIMENSIONS.filter((each) =>
            tenant !== undefined ? each !== first && each !== 'tool' : ['day', 'model'].includes(each),
          ),
        ];
  return html`<section class="panel" aria-label="Usage">
    <h2>Usage</h2>
    <form class="row end" onSubmit=${(event: Event) => event.preventDefault()}>
      <label>By
        <select name="groupBy" value=${asked.groupBy} onChange=${set('groupBy')}>
          ${offered.map((each) => html`<option key=${each} value=${each}>${each.replace(',', ' and ')}</option>`)}
        </select>
      </label>
      <label>Time
        <select name="time" value=${timeOf(asked)} onChange=${(event: Event) => setTime((event.target as HTMLSelectElement).value)}>
          ${Object.keys(times).map((each) => html`<option key=${each} value=${each}>${each}</option>`)}
          <option value="" hidden>other days</option>
        </select>
      </label>
      <label>From (UTC) <input type="date" value=${asked.from} onChange=${set('from')} /></label>
      <label>To (UTC) <input type="date" value=${asked.to} onChange=${set('to')} /></label>
      <button type="button" disabled=${downloading.busy} onClick=${download}>Download CSV</button>
      ${data !== undefined && html`<span class="soft small">${data.from} to ${data.to}</span>`}
    </form>
    <${Refused} error=${error ?? downloading.error} />
    ${
      data !== undefined && groups.length === 0
        ? html`<${Empty} command=${curl(url, '/agent/run', { method: 'POST', body: { task: 'What is 17 * 23?' } })}>Nothing was used in this time. A run fills this.<//>`
        : groups.some(isTool)
          ? html`<${Tools} groups=${groups} />`
          : data !== undefined &&
            html`<${Usage} groups=${groups} totals=${data.totals} by=${asked.groupBy} tenant=${tenant} />`
    }
    ${
      (cursors.length > 0 || next !== null) &&
      html`<div class="row">
        ${cursors.length > 0 && html`<button type="button" onClick=${() => setCursors(cursors.slice(0, -1))}>Before</button>`}
        ${next !== null && html`<button type="button" onClick=${() => setCursors([...cursors, next])}>More</button>`}
        <span class="small soft">${LIMIT} at a time. All is over every one, and the CSV has them all.</span>
      </div>`
    }
  </section>`;
};
