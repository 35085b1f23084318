import type { Alarms } from '../../api/types.ts';
import { Command } from '../../ui/command.ts';
import { html } from '../../ui/html.ts';
import { Copy, Empty, Id, Time } from '../../ui/parts.ts';
import { Prose } from '../../ui/prose.ts';
import { stageOf, useSession } from '../context.ts';
import { linkTo } from '../router.ts';
import { Severity } from './severity.ts';

type On = NonNullable<Alarms['on']>[number];

const STATES: Readonly<Record<On['state'], string | null>> = {
  on: null,
  flapping: 'It goes on and off: nothing more is said of it until it has not changed for ten minutes.',
  silenced: null,
};

const withUnit = (value: number, unit: string | null): string => `${value}${unit === null ? '' : ` ${unit}`}`;

/** Empty: CloudWatch has told neither. */
const measured = ({ value, threshold, comparison, unit }: On): string =>
  [
    value !== null && `Value: ${withUnit(value, unit)}.`,
    threshold !== null && `Threshold: ${comparison === null ? '' : `${comparison} `}${withUnit(threshold, unit)}.`,
  ]
    .filter((part) => part !== false)
    .join(' ');

const AlarmOn = ({ alarm: on }: { alarm: On }) => {
  const { alarm, name, severity, state, since, silencedBy, children, means, action, look, url } = on;
  const says = measured(on);
  return html`<li class="on">
    <div class="row spread">
      <div class="row">
        <${Severity} severity=${severity} />
        <strong><${Id} id=${alarm} href=${name === null ? undefined : linkTo('alarms', name)} /></strong>
        ${state !== 'on' && html`<span class="pill">${state}</span>`}
      </div>
      <span class="small soft">since <${Time} at=${since} /></span>
    </div>
    ${STATES[state] !== null && html`<p class="small">${STATES[state]}</p>`}
    ${silencedBy !== null && html`<p class="small">Nobody is notified of it: <a href=${linkTo('alarms', silencedBy)}>${silencedBy}</a> tells of it too.</p>`}
    ${says !== '' && html`<p class="small">${says}</p>`}
    ${children.length > 0 && html`<p class="small">Because of ${children.join(', ')}.</p>`}
    ${means !== null && html`<p><strong>What it means:</strong> <${Prose} text=${means} /></p>`}
    ${action !== null && html`<p><strong>What to do:</strong> <${Prose} text=${action} /></p>`}
    ${look !== null && html`<${Command} text=${look} label=${`To look at ${alarm}`} />`}
    <p class="row small soft">${name !== null && html`<span>More in <code>docs/alarms.md#${name}</code></span>`}${url !== null && html`<a href=${url} rel="noreferrer">Open it in CloudWatch</a>`}</p>
  </li>`;
};

const watched = (stage: string): string =>
  `aws cloudwatch describe-alarms --state-value ALARM --alarm-name-prefix ballast-${stage}- --query 'MetricAlarms[].AlarmName'`;

const None = ({ stage }: { stage: string | null }) =>
  stage === null
    ? html`<${Empty} command="npm run alarm -- circuit-open ALARM">There is no CloudWatch on this machine, so no alarm goes off by itself.<//>`
    : html`<${Empty} command=${watched(stage)}>No alarm is on, as far as the stage was told. CloudWatch itself says it to this command.<//>`;

/** The alarms that are on: since when, and what to do. */
export const AlarmsOn = ({ on }: { on: Alarms['on'] }) => {
  const stage = stageOf(useSession());
  return html`<section class="panel" aria-label="On now">
    <div class="row spread">
      <h2>On now</h2>
      <span class="small soft" role="status">${on === null ? '' : on.length === 0 ? 'none' : `${on.length} on`}</span>
    </div>
    ${
      on === null
        ? html`<p class="problem" role="alert">The table that knows it cannot be read.</p>`
        : on.length === 0
          ? html`<${None} stage=${stage} />`
          : html`<ul class="plain">${on.map((alarm) => html`<${AlarmOn} key=${alarm.alarm} alarm=${alarm} />`)}</ul>
              ${stage !== null && html`<p class="small soft">As far as the stage was told. <${Copy} text=${watched(stage)} label="Copy the command that asks CloudWatch" /></p>`}`
    }
  </section>`;
};
