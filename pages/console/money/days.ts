import { query } from '../../api/client.ts';
import type { Period } from '../../api/types.ts';
import { html } from '../../ui/html.ts';
import { Empty } from '../../ui/parts.ts';
import { useLoad } from '../../ui/use-load.ts';
import { curl, useSession } from '../context.ts';
import { greatest, isNothing, percentOf } from './amounts.ts';

/** What was spent in a time, and the part of it that no answer confirmed. */
export interface Cost {
  readonly costUsd: string;
  readonly estimatedUsd: string;
}

/** The month so far, day by day (UTC). */
export interface Days {
  readonly to: string;
  readonly totals: Cost;
  readonly groups: readonly (Cost & { readonly key: string })[];
  /** Of all tenants: today's budget of the stage; `null`: it has none. */
  readonly stageBudget?: Period | null;
}

const LIVE_MS = 10_000;

/** The days of this month, of the report at `path`. */
export const useDays = (path: string, tenant?: string): Days | undefined => {
  const { client } = useSession();
  const target = `${path}${query({ groupBy: 'day', tenant })}`;
  return useLoad((signal) => client.json<Days>(target, { signal }), [target], LIVE_MS).data;
};

/** What was spent on this day. */
export const costOn = ({ groups }: Days, day: string): Cost =>
  groups.find(({ key }) => key === day) ?? { costUsd: '0', estimatedUsd: '0' };

const daysIn = (month: string): number => {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number, 0)).getUTCDate();
};

/** The cost of each day of the month as a column. The table by day says the same in figures. */
export const DaysChart = ({ days }: { days: Days }) => {
  const { url } = useSession();
  const month = days.to.slice(0, 7);
  const most = greatest(days.groups.map(({ costUsd }) => costUsd));
  const all = Array.from({ length: daysIn(month) }, (_, at) => `${month}-${String(at + 1).padStart(2, '0')}`);
  return html`<section class="panel" aria-label="Daily cost">
    <div class="row spread"><h2>Daily cost</h2><span class="small soft">${month} (UTC) · the highest day: $${most}</span></div>
    ${isNothing(most) && html`<${Empty} command=${curl(url, '/agent/run', { method: 'POST', body: { task: 'What is 17 * 23?' } })}>Nothing was spent in this month yet. A run fills this.<//>`}
    ${
      !isNothing(most) &&
      html`<div class="days" role="img" aria-label=${`The cost of each day of ${month}; the highest is $${most}`}>
      ${all.map((day) => {
        const { costUsd } = costOn(days, day);
        const share = Math.max(0, percentOf(costUsd, most));
        return html`<span key=${day} class="day" title=${`${day}: $${costUsd}`}>
          <span class="column" style=${{ height: `${share}%` }}></span><span class="soft">${Number(day.slice(8))}</span>
        </span>`;
      })}
    </div>`
    }
  </section>`;
};
