import { useState } from 'preact/hooks';
import { query } from '../../api/client.ts';
import type { Budget } from '../../api/types.ts';
import { html } from '../../ui/html.ts';
import { Empty, Id, Refused, Table, Usd } from '../../ui/parts.ts';
import { useLoad } from '../../ui/use-load.ts';
import { curl, useSession } from '../context.ts';
import { linkTo } from '../router.ts';
import { percentOf, roughly } from './amounts.ts';
import { reachedBy } from './thresholds.ts';

type By = 'key' | 'user';

interface Group extends Budget {
  readonly key: string;
  readonly name: string | null;
}

interface Page {
  readonly groups: readonly Group[];
  readonly nextCursor: string | null;
}

const LIVE_MS = 10_000;
const LIMIT = 25;

const Reached = ({ day: { spentUsd, limitUsd } }: Group) => {
  const reached = reachedBy(spentUsd, limitUsd);
  if (limitUsd === null) return html`<span class="soft">no limit</span>`;
  return html`<span class="bar" style=${{ width: `${Math.min(100, percentOf(spentUsd, limitUsd))}%` }}></span>
    ${reached !== null && html`<span class=${`pill ${reached === 100 ? 'bad' : 'warn'}`}>${reached} %</span>`}`;
};

const Name = ({
  by,
  group: { key, name },
  link,
}: {
  by: By;
  group: Group;
  link: (key: string) => string | undefined;
}) => {
  if (key === '') return html`<span class="soft">who names none</span>`;
  return html`${by === 'key' && html`<span>${name ?? html`<span class="soft">revoked</span>`} </span>`}<${Id} id=${key} href=${link(key)} />`;
};

/** What each key or end user has spent, holds and has left. `path`: of the tenant's budget; `tenant`: another's than the caller's. */
export const GroupBudgets = ({ path, tenant }: { path: string; tenant?: string }) => {
  const { client, url } = useSession();
  const [by, setBy] = useState<By>('key');
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const target = `${path}${query({ groupBy: by, limit: LIMIT, cursor: cursors.at(-1) })}`;
  const { data, error } = useLoad((signal) => client.json<Page>(target, { signal }), [target], LIVE_MS);
  const choose = (event: Event) => {
    setCursors([]);
    setBy((event.target as HTMLSelectElement).value === 'user' ? 'user' : 'key');
  };
  const link = (key: string) => {
    if (tenant === undefined) return linkTo('gateway', by === 'key' ? 'keyId' : 'userId', key);
    return by === 'key' ? linkTo('tenants', tenant, key) : undefined;
  };
  const command = curl(url, '/agent/run', { method: 'POST', body: { task: 'What is 17 * 23?', userId: 'ada' } });
  const next = data?.nextCursor ?? null;
  return html`<section class="panel" aria-label="Keys and end users">
    <div class="row spread">
      <h2>Budgets of ${by === 'key' ? 'keys' : 'end users'}</h2>
      <select name="budgetsOf" aria-label="Whose budgets" value=${by} onChange=${choose}><option value="key">keys</option><option value="user">end users</option></select>
    </div>
    <${Refused} error=${error} />
    ${
      data?.groups.length === 0
        ? by === 'key'
          ? html`<${Empty}>This tenant has no key, so nothing was spent.<//>`
          : html`<${Empty} command=${command}>Nothing was spent for an end user in this month. A run with a userId fills this.<//>`
        : html`<${Table} label=${`Budgets of ${by === 'key' ? 'keys' : 'end users'}`} tight head=${[by === 'key' ? 'Key' : 'User', 'Of its limit', '#Spent today', '#Reserved', '#Left today', '#Limit a day', '#Spent this month', '#Reserved ', '#Forecast']}>
            ${data?.groups.map(
              (group) => html`<tr key=${group.key}>
                <td class="fold-text"><${Name} by=${by} group=${group} link=${link} /></td>
                <td class="share"><${Reached} ...${group} /></td>
                <td class="num"><${Usd} value=${group.day.spentUsd} /></td><td class="num"><${Usd} value=${group.day.reservedUsd} /></td>
                <td class="num"><${Usd} value=${group.day.remainingUsd} /></td><td class="num"><${Usd} value=${group.day.limitUsd} /></td>
                <td class="num"><${Usd} value=${group.month.spentUsd} /></td><td class="num"><${Usd} value=${group.month.reservedUsd} /></td>
                <td class="num"><${Usd} value=${group.month.forecastUsd && roughly(group.month.forecastUsd)} none="too early" /></td>
              </tr>`,
            )}
          <//>`
    }
    <div class="row">
      ${cursors.length > 0 && html`<button type="button" onClick=${() => setCursors(cursors.slice(0, -1))}>Before</button>`}
      ${next !== null && html`<button type="button" onClick=${() => setCursors([...cursors, next])}>More</button>`}
      <span class="small soft">Limits are of a day (UTC). ${by === 'key' ? 'A key gets its own when it is made.' : 'Those of end users are one setting of the tenant.'}</span>
    </div>
  </section>`;
};
