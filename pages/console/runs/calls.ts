import { useState } from 'preact/hooks';
import type { callView } from '../../../lib/usage/reports/report-body.ts';
import { query } from '../../api/client.ts';
import { Entry } from '../../ui/entry.ts';
import { html } from '../../ui/html.ts';
import { Clock, Empty, Id, Refused, Status, Table, Usd } from '../../ui/parts.ts';
import { useLoad } from '../../ui/use-load.ts';
import { curl, useSession } from '../context.ts';
import { linkTo, type Place } from '../router.ts';

type Call = ReturnType<typeof callView>;

interface Page {
  readonly calls: readonly Call[];
  readonly nextCursor: string | null;
}

/** Each page is a query of a day's records. */
const LIVE_MS = 15_000;
const QUESTION = { model: 'claude-haiku-5-5', max_tokens: 64, messages: [{ role: 'user', content: 'Hello' }] };

const NO_FILTER = { model: '', keyId: '', userId: '', answered: '' };
type Name = keyof typeof NO_FILTER;

/** `#/gateway/keyId/key_1` shows the calls with that key. */
const filterAt = ([name, value = '']: Place): typeof NO_FILTER =>
  name !== undefined && Object.hasOwn(NO_FILTER, name) ? { ...NO_FILTER, [name]: value } : NO_FILTER;

/** Of the last 24 hours a time of day is one instant: its day would push the cost out of the window. */
const Row = ({ call }: { call: Call }) => html`<tr>
  <td><${Id} id=${call.callId} href=${linkTo('find', call.callId)} /></td>
  <td><${Status} status=${call.answered ? 'succeeded' : 'failed'} /></td>
  <td>${call.model}</td>
  <td class="num">${call.attempts}</td>
  <td><${Id} id=${call.keyId} href=${linkTo('gateway', 'keyId', call.keyId)} /></td>
  <td>${call.userId === null ? html`<span class="soft">–</span>` : html`<${Id} id=${call.userId} href=${linkTo('gateway', 'userId', call.userId)} />`}</td>
  <td><${Clock} at=${call.at} /></td>
  <td class="num">${call.inputTokens}</td>
  <td class="num">${call.outputTokens}</td>
  <td class="num"><${Usd} value=${call.costUsd} />${call.estimatedUsd !== '0' && html` <span class="pill warn">estimated</span>`}</td>
</tr>`;

const saysNothing = (isFiltered: boolean, isOlder: boolean): string => {
  if (isOlder)
    return isFiltered ? 'No call here fits these filters; there are older ones.' : 'There are only runs here.';
  return isFiltered ? 'No call fits these filters.' : 'No client has asked the gateway in the last 24 hours.';
};

const CallList = ({ first }: { first: typeof NO_FILTER }) => {
  const { client, url } = useSession();
  const [filter, setFilter] = useState(first);
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const cursor = cursors.at(-1);
  const path = `/usage/calls${query({ ...filter, limit: 25, cursor })}`;
  const { data, error } = useLoad(
    (signal) => client.json<Page>(path, { signal }),
    [path],
    cursor === undefined ? LIVE_MS : undefined,
  );
  const show = (next: typeof NO_FILTER) => {
    // A cursor is of its own filters.
    setCursors([]);
    setFilter(next);
  };
  const enter = (name: Name) => (value: string) => show({ ...filter, [name]: value });
  const set = (name: Name) => (event: Event) => enter(name)((event.target as HTMLInputElement).value);
  const isFiltered = Object.values(filter).some((value) => value !== '');
  const isOlder = typeof data?.nextCursor === 'string';
  const command = isOlder || isFiltered ? undefined : curl(url, '/v1/messages', { method: 'POST', body: QUESTION });
  const models = [...new Set(data?.calls.map(({ model }) => model))];
  return html`<div class="row spread">
      <h1>Gateway calls</h1>
      <span class="soft small" role="status">${cursor === undefined ? 'Live' : `Page ${cursors.length + 1}`}</span>
    </div>
    <form class="panel row end" aria-label="Filters" onSubmit=${(event: Event) => event.preventDefault()}>
      <label>Answer
        <select name="answered" value=${filter.answered} onChange=${set('answered')}>
          <option value="">any</option><option value="true">answered</option><option value="false">not answered</option>
        </select>
      </label>
      <label>Model
        <${Entry} name="model" size="14" list="models" maxlength="128" value=${filter.model} commit=${enter('model')} />
        <datalist id="models">${models.map((model) => html`<option key=${model} value=${model} />`)}</datalist>
      </label>
      <label>Key <${Entry} name="keyId" size="14" maxlength="128" value=${filter.keyId} commit=${enter('keyId')} /></label>
      <label>User <${Entry} name="userId" size="14" maxlength="256" value=${filter.userId} commit=${enter('userId')} /></label>
      ${isFiltered && html`<button type="button" onClick=${() => show(NO_FILTER)}>Clear</button>`}
    </form>
    <${Refused} error=${error} />
    <section class="panel" aria-label="Calls">
      ${
        data?.calls.length === 0
          ? html`<${Empty} command=${command}>${saysNothing(isFiltered, isOlder)}<//>`
          : html`<${Table} label="Gateway calls" tight head=${['Call', 'Answer', 'Model', '#Attempts', 'Key', 'User', 'At', '#Input', '#Output', '#Cost']}>
              ${data?.calls.map((call) => html`<${Row} key=${call.callId} call=${call} />`)}
            <//>`
      }
      <div class="row">
        ${cursors.length > 0 && html`<button type="button" onClick=${() => setCursors(cursors.slice(0, -1))}>Newer</button>`}
        ${isOlder && html`<button type="button" onClick=${() => setCursors([...cursors, data.nextCursor ?? ''])}>Older</button>`}
      </div>
    </section>`;
};

/** What clients of the gateway asked in the last 24 hours, newest first, as it is on the books. The first page is live. */
export const Calls = ({ place }: { place: Place }) =>
  html`<${CallList} key=${place.join('/')} first=${filterAt(place)} />`;
