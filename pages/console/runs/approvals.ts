import { useState } from 'preact/hooks';
import { query } from '../../api/client.ts';
import type { Approval, Run, RunSummary } from '../../api/types.ts';
import { html } from '../../ui/html.ts';
import { Empty, Id, Refused, Time } from '../../ui/parts.ts';
import { useAction, useLoad } from '../../ui/use-load.ts';
import { curl, useMay, useSession } from '../context.ts';
import { linkTo } from '../router.ts';

const LIVE_MS = 3_000;

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

/** One tool call that waits for a person, with what it would run with, which may be edited. */
export const Decide = ({ runId, approval, decided }: { runId: string; approval: Approval; decided: () => void }) => {
  const { client } = useSession();
  const mayDecide = useMay('runs:approve');
  const asked = JSON.stringify(approval.input, null, 2);
  const [input, setInput] = useState(asked);
  const [reason, setReason] = useState('');
  const { busy, error, run } = useAction();
  const edited = parsed(input);
  const isEdited = JSON.stringify(edited) !== JSON.stringify(approval.input);
  const decide = (decision: 'approve' | 'deny' | 'edit') => () =>
    void run(async () => {
      const body = { decision, ...(decision === 'edit' && { input: edited }), ...(reason !== '' && { reason }) };
      await client.json(`/agent/runs/${runId}/approvals/${approval.toolUseId}`, { method: 'POST', body });
      decided();
    });
  return html`<section class="panel" aria-label=${`Approval of ${approval.tool}`}>
    <div class="row spread">
      <h2><code>${approval.tool}</code> waits for you</h2>
      <span class="small">asked <${Time} at=${approval.requestedAt} /></span>
    </div>
    <div class="row small">
      <span>Run <${Id} id=${runId} href=${linkTo('runs', runId)} /></span>
      <span>Call <${Id} id=${approval.toolUseId} href=${linkTo('runs', runId, approval.toolUseId)} /></span>
    </div>
    <label>Input
      <textarea class="code" rows=${Math.min(12, asked.split('\n').length + 1)} spellcheck=${false} value=${input}
        aria-invalid=${edited === undefined} onInput=${(event: Event) => setInput((event.target as HTMLTextAreaElement).value)}></textarea>
    </label>
    ${edited === undefined && html`<span class="small" role="alert">This is no JSON.</span>`}
    <label>Reason, which the model reads (optional)
      <input value=${reason} maxlength="2000" onInput=${(event: Event) => setReason((event.target as HTMLInputElement).value)} />
    </label>
    <div class="row">
      ${
        isEdited
          ? html`<button type="button" class="main" disabled=${busy || edited === undefined || !mayDecide} onClick=${decide('edit')}>Run with this input</button>
              <button type="button" onClick=${() => setInput(asked)}>Undo the edit</button>`
          : html`<button type="button" class="main" disabled=${busy || !mayDecide} onClick=${decide('approve')}>Approve</button>`
      }
      <button type="button" class="danger" disabled=${busy || !mayDecide} onClick=${decide('deny')}>Deny</button>
      ${!mayDecide && html`<span class="small soft">This key lacks the scope runs:approve.</span>`}
    </div>
    <${Refused} error=${error} />
  </section>`;
};

interface Page {
  readonly runs: readonly RunSummary[];
  readonly nextCursor: string | null;
}

/** The tool calls of the tenant that wait for a person, of 20 runs at a time. */
export const Approvals = () => {
  const { client, url } = useSession();
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const path = `/agent/runs${query({ status: 'awaiting_approval', limit: 20, cursor: cursors.at(-1) })}`;
  const { data, error, reload } = useLoad(
    async (signal) => {
      const { runs, nextCursor } = await client.json<Page>(path, { signal });
      const asking = await Promise.all(runs.map(({ runId }) => client.json<Run>(`/agent/runs/${runId}`, { signal })));
      const waiting = asking.flatMap(({ runId, approvals }) => approvals.map((approval) => ({ runId, approval })));
      return { waiting, nextCursor };
    },
    [path],
    LIVE_MS,
  );
  const next = data?.nextCursor ?? null;
  const isWhole = cursors.length === 0 && next === null;
  const command = curl(url, '/agent/runs', {
    method: 'POST',
    body: { agent: 'clerk', task: 'Refund $12.50 for order A-17.' },
  });
  return html`<h1>Approvals</h1>
    <${Refused} error=${error} />
    ${// Two runs may have calls of one tool-use id: what was typed for one must not stand in the form of the other.
    data?.waiting.map(
      ({ runId, approval }) =>
        html`<${Decide} key=${`${runId}/${approval.toolUseId}`} runId=${runId} approval=${approval} decided=${reload} />`,
    )}
    ${
      data?.waiting.length === 0 &&
      html`<section class="panel">
        ${
          isWhole
            ? html`<${Empty} command=${command}>Nothing waits for a person. An agent with a tool that needs approval fills this, such as <code>clerk</code>.<//>`
            : html`<${Empty}>Nothing waits on this page.<//>`
        }
      </section>`
    }
    ${
      !isWhole &&
      data !== undefined &&
      html`<div class="row">
        ${cursors.length > 0 && html`<button type="button" onClick=${() => setCursors(cursors.slice(0, -1))}>Newer</button>`}
        ${next !== null && html`<button type="button" onClick=${() => setCursors([...cursors, next])}>Older</button> <span class="small soft">There are older ones.</span>`}
      </div>`
    }`;
};
