import { html } from '../../ui/html.ts';
import { Refused } from '../../ui/parts.ts';
import type { SeenEvent, Watched } from './use-events.ts';

/** Characters of an event that are shown: the API has the rest. */
const MOST = 400;

/** Adjacent pieces of text are one line: a run may have thousands. */
const lines = (
  events: readonly SeenEvent[],
): readonly { readonly id: string; readonly event: string; readonly says: string }[] => {
  const shown: { id: string; event: string; says: string }[] = [];
  for (const { id, event, data } of events) {
    const before = shown.at(-1);
    if (event === 'text.delta' && before?.event === event) before.says += String(data['text']);
    else if (event === 'text.delta') shown.push({ id: id ?? '', event, says: String(data['text']) });
    else shown.push({ id: id ?? '', event, says: Object.keys(data).length === 0 ? '' : JSON.stringify(data) });
  }
  return shown;
};

const STATES: Readonly<Record<Watched['state'], string>> = {
  watching: 'Live',
  'coming back': 'Disconnected; coming back',
  refused: 'Not watched: refused',
  ended: 'Ended',
};

/** The events of a run as they come. */
export const EventLog = ({ watched }: { watched: Watched }) =>
  html`<section class="panel" aria-label="Events">
    <div class="row spread"><h2>Events</h2><span class="soft small" role="status">${STATES[watched.state]}</span></div>
    <${Refused} error=${watched.error} />
    <ol class="log" tabindex="0" aria-label="Events of the run">
      ${lines(watched.events).map(
        ({ id, event, says }) =>
          html`<li key=${id}><span class="soft">${id}</span><span>${event}</span><span class="soft says">${says.length > MOST ? `${says.slice(0, MOST)}…` : says}</span></li>`,
      )}
    </ol>
  </section>`;
