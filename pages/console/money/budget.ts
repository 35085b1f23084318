import type { Budget, Period } from '../../api/types.ts';
import { html } from '../../ui/html.ts';
import { Time, Usd } from '../../ui/parts.ts';
import { isMore, percentOf, roughly } from './amounts.ts';
import { type Cost, costOn, type Days } from './days.ts';
import { reachedBy, THRESHOLDS } from './thresholds.ts';

/** The end of the bar is the last. */
const TICKS = THRESHOLDS.filter((threshold) => threshold < 100);

const Bar = ({ limitUsd, spentUsd, reservedUsd }: Period & { readonly limitUsd: string }) => {
  const spent = Math.max(0, percentOf(spentUsd, limitUsd));
  const width = (percent: number) => ({ width: `${Math.min(100, percent)}%` });
  return html`<div class="meter" role="meter" aria-label="Spent of the limit" aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.min(100, Math.round(spent))}>
      <span class="spent" style=${width(spent)}></span>
      <span class="reserved" style=${width(percentOf(reservedUsd, limitUsd))}></span>
      ${TICKS.map((threshold) => html`<span key=${threshold} class="tick" style=${{ left: `${threshold}%` }}></span>`)}
    </div>
    <div class="scale small soft" aria-hidden="true">${TICKS.map((threshold) => html`<span key=${threshold} style=${{ left: `${threshold}%` }}>${threshold} %</span>`)}</div>`;
};

/** The part that no answer confirmed: it stays an estimate until the provider's report is compared. */
const Estimated = ({ costUsd, estimatedUsd }: Cost) =>
  html`<${Usd} value=${estimatedUsd} /> <span class="soft small">${percentOf(estimatedUsd, costUsd)} %</span>`;

const PeriodView = ({
  title,
  name,
  period,
  cost,
}: {
  title: string;
  name: string;
  period: Period;
  cost: Cost | null;
}) => {
  const { limitUsd, spentUsd, reservedUsd, remainingUsd, forecastUsd, resetsAt } = period;
  const reached = reachedBy(spentUsd, limitUsd);
  const isOver = limitUsd !== null && forecastUsd !== null && isMore(forecastUsd, limitUsd);
  return html`<section class="panel" aria-label=${title} data-period=${name}>
    <div class="row spread">
      <div class="row"><h2>${title}</h2>${reached !== null && html`<span class=${`pill ${reached === 100 ? 'bad' : 'warn'}`} data-field="threshold">${reached} % reached</span>`}</div>
      <span class="small soft">until <${Time} at=${resetsAt} /></span>
    </div>
    ${limitUsd !== null && html`<${Bar} ...${{ ...period, limitUsd }} />`}
    <dl class="short">
      <div><dt>Spent</dt><dd data-field="spent"><${Usd} value=${spentUsd} /></dd></div>
      <div><dt>Reserved</dt><dd data-field="reserved"><${Usd} value=${reservedUsd} /></dd></div>
      <div><dt>Left</dt><dd data-field="left"><${Usd} value=${remainingUsd} none="no limit" /></dd></div>
      <div><dt title="at its end, if it goes on as it has so far">Forecast</dt><dd data-field="forecast"><span title=${forecastUsd ?? ''}><${Usd} value=${forecastUsd && roughly(forecastUsd)} none="too early" /></span>${isOver && html` <span class="pill bad">over the limit</span>`}</dd></div>
      <div><dt>Limit</dt><dd><${Usd} value=${limitUsd} none="none" /></dd></div>
      <div><dt title="the part of what was spent that no answer confirmed">Estimated</dt><dd data-field="estimated">${cost === null ? '–' : html`<${Estimated} ...${cost} />`}</dd></div>
    </dl>
  </section>`;
};

/** The day that ends at this instant. */
const dayBefore = (at: string): string => new Date(Date.parse(at) - 1).toISOString().slice(0, 10);

/** What was spent, what running calls hold back, and what is left, of today and of the month (UTC). */
export const BudgetView = ({ budget: { day, month }, days }: { budget: Budget; days: Days | undefined }) =>
  html`<div class="two">
    <${PeriodView} title="Today" name="day" period=${day} cost=${days === undefined ? null : costOn(days, dayBefore(day.resetsAt))} />
    <${PeriodView} title="This month" name="month" period=${month} cost=${days?.totals ?? null} />
  </div>`;

/** The same of the budget that all tenants have together today. */
export const StageBudget = ({ period, days }: { period: Period; days: Days }) =>
  html`<${PeriodView} title="The whole stage today" name="stage" period=${period} cost=${costOn(days, dayBefore(period.resetsAt))} />`;
