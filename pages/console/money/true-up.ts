import { query } from '../../api/client.ts';
import { html } from '../../ui/html.ts';
import { Copy, Empty, Refused, Table, Usd } from '../../ui/parts.ts';
import { useLoad } from '../../ui/use-load.ts';
import { stageOf, useSession } from '../context.ts';
import { isNothing, percentOf } from './amounts.ts';
import { lastMonths } from './times.ts';

interface Month {
  readonly key: string;
  readonly costUsd: string;
  readonly estimatedUsd: string;
  readonly adjustedUsd: string;
}

const MONTHS = 6;

const MonthRow = ({ month: { key, costUsd, estimatedUsd, adjustedUsd }, command }: { month: Month; command: string }) =>
  html`<tr>
    <td class="when">${key}</td>
    <td class="num"><${Usd} value=${costUsd} /></td>
    <td class="num"><${Usd} value=${estimatedUsd} /> <span class="soft small">${percentOf(estimatedUsd, costUsd)} %</span></td>
    <td class="num"><${Usd} value=${adjustedUsd} /></td>
    <td class="num"><${Copy} text=${command} label=${`Copy the command for ${key}`} /></td>
  </tr>`;

/** What was booked in each month, the part that is an estimate, and what was adjusted since; with the command that compares it with the bill. */
export const TrueUp = ({ path }: { path: string }) => {
  const session = useSession();
  const range = lastMonths(new Date(), MONTHS);
  const target = `${path}${query({ groupBy: 'month', ...range })}`;
  const { data, error } = useLoad(
    (signal) => session.client.json<{ groups: readonly Month[] }>(target, { signal }),
    [target],
  );
  const months = data?.groups.toReversed() ?? [];
  const commandFor = (month: string) =>
    `npm run true-up -- --stage ${stageOf(session) ?? 'local'} \\\n  --month ${month} --report report.csv`;
  const latest = months[0]?.key ?? range.to.slice(0, 7);
  return html`<section class="panel" aria-label="True-up">
    <h2>True-up</h2>
    <p class="small soft">What no answer confirmed is booked on the safe side, as an estimate. If a call that was given up as lost ends after all, an adjustment takes back what was too much. The command compares a month with the provider’s own report, <code>report.csv</code>.</p>
    <${Refused} error=${error} />
    ${
      months.length > 0 &&
      html`<${Table} label="Months" head=${['Month', '#Booked', '#Estimated', '#Adjusted', '#Compare']}>
        ${months.map((month) => html`<${MonthRow} key=${month.key} month=${month} command=${commandFor(month.key)} />`)}
      <//>`
    }
    ${data !== undefined && months.every(({ adjustedUsd }) => isNothing(adjustedUsd)) && html`<${Empty} command=${commandFor(latest)}>Nothing was adjusted in the last ${MONTHS} months.<//>`}
  </section>`;
};
