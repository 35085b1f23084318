import { useState } from 'preact/hooks';
import type { Run } from '../../api/types.ts';
import { Confirm } from '../../ui/confirm.ts';
import { html } from '../../ui/html.ts';
import { Refused } from '../../ui/parts.ts';
import { useAction } from '../../ui/use-load.ts';
import { useSession } from '../context.ts';

/** What can be done to a run that goes on: tell it something, raise its limit, end it. */
export const Steer = ({ run, changed }: { run: Run; changed: () => void }) => {
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
      html`<form class="row end" onSubmit=${resume}>
        <label>New limit, in $ <input inputmode="decimal" size="10" placeholder="as before" value=${maxCostUsd} onInput=${(event: Event) => setMaxCostUsd((event.target as HTMLInputElement).value)} /></label>
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
