import type { Budget } from '../../api/types.ts';
import { html } from '../../ui/html.ts';
import { Time, Usd } from '../../ui/parts.ts';
import { percentOf } from './amounts.ts';

type Period = Budget['day'];

const PeriodView = ({ title, name, period }: { title: string; name: string; period: Period }) => {
  const { limitUsd, spentUsd, reservedUsd, remainingUsd, forecastUsd, resetsAt } = period;
  const spent = limitUsd === null ? 0 : Math.max(0, percentOf(spentUsd, limitUsd));
  const reserved = limitUsd === null ? 0 : percentOf(reservedUsd, limitUsd);
  return html`<section class="panel" aria-label=${title} data-period=${name}>
    <div class="row spread"><h2>${title}</h2><span class="small soft">until <${Time} at=${resetsAt} /></span></div>
    ${
      limitUsd !== null &&
      html`<div class="meter" role="meter" aria-label="Spent of the limit" aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.min(100, Math.round(spent))}>
        <span class="spent" style=${{ width: `${Math.min(100, spent)}%` }}></span>
        <span class="reserved" style=${{ width: `${Math.min(100, reserved)}%` }}></span>
      </div>`
    }
    <dl class="short">
      <div><dt>Spent</dt><dd data-field="spent"><${Usd} value=${spentUsd} /></dd></div>
      <div><dt>Reserved</dt><dd data-field="reserved"><${Usd} value=${reservedUsd} /></dd></div>
      <div><dt>Left</dt><dd data-field="left"><${Usd} value=${remainingUsd} none="no limit" /></dd></div>
      <div><dt title="at its end, if it goes on as it has so far">Forecast</dt><dd data-field="forecast"><${Usd} value=${forecastUsd} none="too early" /></dd></div>
      <div><dt>Limit</dt><dd><${Usd} value=${limitUsd} none="none" /></dd></div>
    </dl>
  </section>`;
};

/** What was spent, what running calls hold back, and what is left, of today and of the month (UTC). */
export const BudgetView = ({ budget }: { budget: Budget }) =>
  html`<div class="two">
    <${PeriodView} title="Today" name="day" period=${budget.day} />
    <${PeriodView} title="This month" name="month" period=${budget.month} />
  </div>`;
