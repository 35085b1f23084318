import { useState } from 'preact/hooks';
import type { Run } from '../../api/types.ts';
import { Confirm } from '../../ui/confirm.ts';
import { html } from '../../ui/html.ts';
import { Refused, Usd } from '../../ui/parts.ts';
import { useAction } from '../../ui/use-load.ts';
import { useSession } from '../context.ts';
import type { SeenEvent } from './use-events.ts';

/** Which limit has no room, as the run said last. */
const Limit = ({ events }: { events: readonly SeenEvent[] }) => {
  const said = events.findLast(({ event, data }) => event === 'run.waiting' && data['reason'] === 'budget')?.data;
  if (typeof said?.['detail'] !== 'string') return null;
  return html`<div data-field="limit">
    <p>${said['detail']}</p>
    <dl class="short">
      <div><dt>Limit</dt><dd><${Usd} value=${said['limitUsd']} /></dd></div>
      <div><dt>Spent</dt><dd><${Usd} value=${said['usedUsd']} /></dd></div>
      <div><dt>Reserved</dt><dd><${Usd} value=${said['reservedUsd']} /></dd></div>
      <div><dt>The next call may cost</dt><dd><${Usd} value=${said['askedUsd']} /></dd></div>
    </dl>
  </div>`;
};

/** What can be done to a run that goes on: tell it something, raise its limit, end it. */
export const Steer = ({ run, events, changed }: { run: Run; events: readonly SeenEvent[]; changed: () => void }) => {
  const { client } = useSession();
  const [content, setContent] = useState('');
  const [interrupt, setInterrupt] = useState(false);
  const [maxCostUsd, setMaxCostUsd] = useState('');
  const [asks, setAsks] = useState(false);
  const sending = useAction();
  const resuming = useAction();
  const path = `/agent/runs/${run.runId}`;
  const post = (to: string, body?: unknown) =>
    client.json(`${path}/${to}`, { method: 'POST', ...(body !== undefined && { body }) });
  const send = (event: Event) => {
    event.preventDefault();
    void sending.run(async () => {
      await post('messages', { content, ...(interrupt && { interrupt }) });
      setContent('');
    });
  };
  const resume = (event: Event) => {
    event.preventDefault();
    void resuming.run(async () => {
      await post('resume', maxCostUsd === '' ? {} : { maxCostUsd });
      changed();
    });
  };
  return html`<section class="panel" aria-label="Steer">
    <div class="row spread">
      <h2>Steer</h2>
      <button type="button" class="danger" onClick=${() => setAsks(true)}>Cancel the run</button>
    </div>
    ${
      run.status === 'awaiting_budget' &&
      html`<${Limit} events=${events} />
      <form class="row end" onSubmit=${resume}>
        <label>New limit of the run, in $ <input inputmode="decimal" size="10" placeholder="as before" value=${maxCostUsd} onInput=${(event: Event) => setMaxCostUsd((event.target as HTMLInputElement).value)} /></label>
        <button class="main" disabled=${resuming.busy}>Resume</button>
        <${Refused} error=${resuming.error} />
      </form>`
    }
    <form class="row end" onSubmit=${send}>
      <label class="grow">Message, which the next model call reads
        <input value=${content} maxlength="10000" required onInput=${(event: Event) => setContent((event.target as HTMLInputElement).value)} />
      </label>
      <label class="check"><input type="checkbox" checked=${interrupt} onChange=${(event: Event) => setInterrupt((event.target as HTMLInputElement).checked)} />Interrupt the call in flight</label>
      <button disabled=${sending.busy || content.trim() === ''}>Send</button>
    </form>
    <${Refused} error=${sending.error} />
    ${
      asks &&
      html`<${Confirm} title="Cancel this run?" verb="Cancel the run" danger request=${`POST ${path}/cancel`}
        act=${async () => (await post('cancel'), changed())} close=${() => setAsks(false)}>
        <p>It ends as cancelled. A model call in flight is aborted and paid as far as it went.</p>
      <//>`
    }
  </section>`;
};
