import { useState } from 'preact/hooks';
import type { ShownTest } from '../../../lib/administration/administer-alarms.ts';
import type { Alarms as Listed } from '../../api/types.ts';
import { Command } from '../../ui/command.ts';
import { Confirm } from '../../ui/confirm.ts';
import { html } from '../../ui/html.ts';
import { Empty, Refused } from '../../ui/parts.ts';
import { Prose } from '../../ui/prose.ts';
import { useLoad } from '../../ui/use-load.ts';
import { useShown } from '../../ui/use-shown.ts';
import { stageOf, useSession } from '../context.ts';
import type { Place } from '../router.ts';
import { targetCommand } from '../set-up/checklist.ts';
import { AlarmsOn } from './alarms-on.ts';
import { Severity } from './severity.ts';

type Alarm = Listed['alarms'][number];

const LIVE_MS = 15_000;

const Tests = ({ tests }: { tests: readonly ShownTest[] }) =>
  html`<div role="status"><ul class="plain">${tests.map(
    ({ target, delivered }) =>
      html`<li key=${target}><span class=${`pill ${delivered ? 'good' : 'bad'}`}>${delivered ? (target === 'mail' ? 'given to SNS' : 'delivered') : 'not delivered'}</span> ${target}</li>`,
  )}</ul></div>`;

const Targets = ({ targets }: { targets: Listed['targets'] }) => {
  const session = useSession();
  const [asks, setAsks] = useState(false);
  const [tests, setTests] = useState<readonly ShownTest[] | null>(null);
  const path = '/admin/alarms/test';
  const act = async () =>
    setTests((await session.client.json<{ targets: ShownTest[] }>(path, { method: 'POST' })).targets);
  return html`<section class="panel" aria-label="Who is notified">
    <div class="row spread">
      <h2>Who is notified</h2>
      ${targets !== null && targets.length > 0 && html`<button type="button" onClick=${() => setAsks(true)}>Send a test…</button>`}
    </div>
    ${
      targets === null
        ? html`<${Empty} command=${targetCommand(stageOf(session))}>The secret that names the targets cannot be read, so nobody but the mail is notified.<//>`
        : targets.length === 0
          ? html`<${Empty} command=${targetCommand(stageOf(session))}>Nobody is notified of alarms: no target is set.<//>`
          : html`<div class="row">${targets.map((target) => html`<span key=${target} class="pill good">${target}</span>`)}</div>`
    }
    ${tests !== null && html`<${Tests} tests=${tests} />`}
    ${
      asks &&
      html`<${Confirm} title="Send a test?" verb="Send" request=${`POST ${path}`} act=${act} close=${() => setAsks(false)}>
        <p>Each target gets one message, which says that it is a test.</p>
      <//>`
    }
  </section>`;
};

const AlarmView = ({
  alarm: { name, severity, means, action, look, made },
  isOpen,
}: {
  alarm: Alarm;
  isOpen: boolean;
}) => {
  const details = useShown(isOpen ? name : undefined, true);
  return html`<details class="tool" ref=${details}>
    <summary><code>${name}</code><${Severity} severity=${severity} />${!made && html`<span class="pill">not made in this stage</span>`}<span class="soft small"><${Prose} text=${means} /></span></summary>
    <div class="within">
      <p><strong>What it means:</strong> <${Prose} text=${means} /></p>
      <p><strong>What to do:</strong> <${Prose} text=${action} /></p>
      <${Command} text=${look} label=${`To look at ${name}`} />
      <p class="small soft">More in <code>docs/alarms.md#${name}</code></p>
    </div>
  </details>`;
};

/** The alarms that are on, whom they reach, and each that there may be with its text. */
export const Alarms = ({ place: [named] }: { place: Place }) => {
  const { client } = useSession();
  const [words, setWords] = useState('');
  const { data, error } = useLoad((signal) => client.json<Listed>('/admin/alarms', { signal }), [], LIVE_MS);
  const found = data?.alarms.filter((alarm) =>
    Object.values(alarm).join(' ').toLowerCase().includes(words.toLowerCase()),
  );
  return html`<h1>Alarms</h1>
    <${Refused} error=${error} />
    ${data !== undefined && html`<${AlarmsOn} on=${data.on} /><${Targets} targets=${data.targets} />`}
    <section class="panel" aria-label="What is notified">
      <div class="row spread end">
        <h2>What is notified</h2>
        <label>Find <input type="search" value=${words} onInput=${(event: Event) => setWords((event.target as HTMLInputElement).value)} /></label>
      </div>
      ${found?.map((alarm) => html`<${AlarmView} key=${alarm.name} alarm=${alarm} isOpen=${alarm.name === named} />`)}
      ${found?.length === 0 && html`<p class="soft">No alarm has these words.</p>`}
    </section>`;
};
