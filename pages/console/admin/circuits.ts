import { useState } from 'preact/hooks';
import type { CircuitView, RestView } from '../../api/types.ts';
import { Confirm } from '../../ui/confirm.ts';
import { html } from '../../ui/html.ts';
import { milliseconds } from '../../ui/milliseconds.ts';
import { Empty, Id, Refused, Status, Table, Time } from '../../ui/parts.ts';
import { useLoad } from '../../ui/use-load.ts';
import { curl, useSession } from '../context.ts';
import { linkTo } from '../router.ts';
import { Health } from './health.ts';

const LIVE_MS = 3_000;

interface Change {
  readonly title: string;
  readonly verb: string;
  readonly says: string;
  readonly method: 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: { readonly state: string };
}

const isolate = (name: string): Change => ({
  title: `Isolate ${name}?`,
  verb: 'Isolate',
  says: 'Every call is refused until the circuit is closed, or is answered by a fallback model.',
  method: 'PUT',
  path: `/admin/circuits/${name}`,
  body: { state: 'isolated' },
});

const close = (name: string): Change => ({
  title: `Close ${name}?`,
  verb: 'Close',
  says: 'Calls go to it again, and its failures are forgotten.',
  method: 'PUT',
  path: `/admin/circuits/${name}`,
  body: { state: 'closed' },
});

const endRest = (name: string): Change => ({
  title: `End the rest of ${name}?`,
  verb: 'End the rest',
  says: 'Calls use this key for this model again, within about a second everywhere.',
  method: 'DELETE',
  path: `/admin/rests/${name}`,
});

/** What the simulated Claude answers with a rate limit. */
const LIMITED = { task: '[[fault:429 retry-after=60]] Hello' };

const Rests = ({ rests, ask }: { rests: readonly RestView[] | undefined; ask: (change: Change) => void }) => {
  const { url, stage } = useSession();
  const isSimulated = stage.claude === 'simulated';
  return html`<section class="panel" aria-label="Rests">
    <h2>Rests</h2>
    <p class="small soft">Rate limits of the provider that are being waited out.</p>
    ${
      rests?.length === 0
        ? html`<${Empty} command=${isSimulated ? curl(url, '/agent/run', { method: 'POST', body: LIMITED }) : undefined}>The provider limits nothing now.<//>`
        : html`<${Table} label="Rests" head=${['Name', 'Model', 'Kind', 'Until', '']}>
            ${rests?.map(
              ({ name, model, kind, until }) => html`<tr key=${name}>
                <td class="when"><${Id} id=${name} href=${linkTo('circuits')} /></td><td>${model}</td><td>${kind}</td><td><${Time} at=${until} /></td>
                <td class="num"><button type="button" onClick=${() => ask(endRest(name))}>End</button></td>
              </tr>`,
            )}
          <//>`
    }
  </section>`;
};

const Circuit = ({ circuit, ask }: { circuit: CircuitView; ask: (change: Change) => void }) => {
  const { name, state, failures, openedAt, retryAfterMs, isolatedBy, reason } = circuit;
  return html`<tr>
    <td class="when"><${Id} id=${name} href=${linkTo('circuits')} /></td>
    <td class=${reason === null ? '' : 'fold-text'}>
      <${Status} status=${state} />
      ${isolatedBy !== null && html`<div class="small">by <${Id} id=${isolatedBy} href=${linkTo('audit')} />${reason !== null && html`: ${reason}`}</div>`}
    </td>
    <td class="num">${failures}</td>
    <td><${Time} at=${openedAt} /></td>
    <td class="num">${retryAfterMs === null ? '–' : milliseconds(retryAfterMs)}</td>
    <td class="num">
      ${state !== 'closed' && html`<button type="button" onClick=${() => ask(close(name))}>Close</button> `}
      ${state !== 'isolated' && html`<button type="button" class="danger" onClick=${() => ask(isolate(name))}>Isolate</button>`}
    </td>
  </tr>`;
};

/** How the dependencies are, and what is left alone of them. */
export const Circuits = () => {
  const { client } = useSession();
  const [asked, setAsked] = useState<Change | null>(null);
  const [reason, setReason] = useState('');
  const circuits = useLoad(
    (signal) => client.json<{ circuits: CircuitView[] }>('/admin/circuits', { signal }),
    [],
    LIVE_MS,
  );
  const rests = useLoad((signal) => client.json<{ rests: RestView[] }>('/admin/rests', { signal }), [], LIVE_MS);
  const ask = (change: Change) => {
    setReason('');
    setAsked(change);
  };
  const body = asked?.body && { ...asked.body, ...(reason.trim() !== '' && { reason: reason.trim() }) };
  const act = async () => {
    if (asked === null) return;
    const { method, path } = asked;
    await client.json(path, { method, ...(body !== undefined && { body }) });
    circuits.reload();
    rests.reload();
  };
  return html`<h1>Circuits</h1>
    <${Health} />
    <${Refused} error=${circuits.error ?? rests.error} />
    <section class="panel" aria-label="Circuits">
      <h2>Circuits</h2>
      <${Table} label="Circuits" head=${['Name', 'State', '#Failures', 'Since', '#Tries again in', '']}>
        ${circuits.data?.circuits.map((circuit) => html`<${Circuit} key=${circuit.name} circuit=${circuit} ask=${ask} />`)}
      <//>
    </section>
    <${Rests} rests=${rests.data?.rests} ask=${ask} />
    ${
      asked !== null &&
      html`<${Confirm} title=${asked.title} verb=${asked.verb} danger=${asked.verb === 'Isolate'}
        request=${`${asked.method} ${asked.path}${body === undefined ? '' : `\n${JSON.stringify(body)}`}`}
        act=${act} close=${() => setAsked(null)}><p>${asked.says}</p>
        ${
          body !== undefined &&
          html`<label>Reason, which others see (optional)
            <input value=${reason} maxlength="200" onInput=${(event: Event) => setReason((event.target as HTMLInputElement).value)} />
          </label>`
        }<//>`
    }`;
};
