import { useEffect } from 'preact/hooks';
import { ApiError } from '../../api/client.ts';
import type { Run, Trace } from '../../api/types.ts';
import { html } from '../../ui/html.ts';
import { milliseconds } from '../../ui/milliseconds.ts';
import { Id, Refused, Status, Time, Usd } from '../../ui/parts.ts';
import { useLoad } from '../../ui/use-load.ts';
import { useMay, useSession } from '../context.ts';
import { linkTo } from '../router.ts';
import { Decide } from './approvals.ts';
import { EventLog } from './event-log.ts';
import { OPEN } from './run-list.ts';
import { SoFar } from './so-far.ts';
import { Steer } from './steer.ts';
import { useEvents } from './use-events.ts';
import { Waterfall } from './waterfall.ts';

/** Each change of a run has an event, which has the run read again; this is for what has none, such as a lost stream. */
const LIVE_MS = 5_000;

const Facts = ({ run }: { run: Run }) => {
  const seesAgents = useMay('runs:write', 'admin');
  const usage = run.usage ?? run.soFar;
  const agentPage = seesAgents ? linkTo('agents', run.agent) : undefined;
  return html`<section class="panel" aria-label="The run">
  <dl>
    <div><dt>Status</dt><dd data-field="status"><${Status} status=${run.status} />${run.stopReason !== undefined && html` <span class="soft small">${run.stopReason}</span>`}</dd></div>
    <div><dt>Agent</dt><dd><${Id} id=${run.agent} href=${agentPage} /> <span class="soft small">${run.mode}</span></dd></div>
    <div><dt>Model</dt><dd data-field="model">${run.model ?? run.soFar?.model ?? '–'}</dd></div>
    <div><dt>Cost</dt><dd data-field="cost"><${Usd} value=${usage?.costUsd} />${run.usage === undefined && usage !== undefined && html` <span class="soft small">so far</span>`}</dd></div>
    <div><dt>Tokens in, out</dt><dd data-field="tokens">${usage === undefined ? '–' : `${usage.inputTokens}, ${usage.outputTokens}`}</dd></div>
    <div><dt>Cache reads, writes</dt><dd>${usage === undefined ? '–' : `${usage.cacheReadInputTokens}, ${usage.cacheCreationInputTokens}`}</dd></div>
    <div><dt>Created</dt><dd><${Time} at=${run.createdAt} /></dd></div>
    <div><dt>Took</dt><dd data-field="took">${OPEN.has(run.status) ? '–' : milliseconds(run.durationMs ?? Date.parse(run.updatedAt) - Date.parse(run.createdAt))}</dd></div>
    ${typeof run.userId === 'string' && html`<div><dt>User</dt><dd data-field="user"><${Id} id=${run.userId} href=${linkTo('runs', 'userId', run.userId)} /></dd></div>`}
    ${run.sessionId !== undefined && html`<div><dt>Session</dt><dd><${Id} id=${run.sessionId} href=${linkTo('runs', 'sessionId', run.sessionId)} /></dd></div>`}
    ${run.cache !== undefined && run.cache !== 'bypass' && html`<div><dt>Cache</dt><dd>${run.cache}</dd></div>`}
    ${run.degraded !== undefined && run.degraded !== null && html`<div><dt>Degraded</dt><dd>${run.degraded.servedBy}: ${run.degraded.reason}</dd></div>`}
  </dl>
  ${run.error !== undefined && html`<${Refused} error=${new ApiError(run.error.status, run.error)} />`}
  ${run.output !== undefined && run.output !== '' && html`<h2>Answer</h2><div class="output">${run.output}</div>`}
  ${run.result !== undefined && html`<h2>Result</h2><pre tabindex="0">${JSON.stringify(run.result, null, 2)}</pre>`}
</section>`;
};

/** One run: how it stands, what waits for a person, its steps and its events, while it goes on and after. */
export const RunPage = ({ runId, stepId }: { runId: string; stepId: string | undefined }) => {
  const { client } = useSession();
  const maySteer = useMay('runs:write');
  const watched = useEvents(client, runId);
  const path = `/agent/runs/${runId}`;
  const {
    data: run,
    error,
    reload,
  } = useLoad(
    (signal) => client.json<Run>(`${path}?include=usage`, { signal }),
    [path],
    watched.state === 'ended' ? undefined : LIVE_MS,
  );
  const isOpen = run !== undefined && OPEN.has(run.status);
  const said = watched.events.filter(({ event }) => event !== 'text.delta').length;
  useEffect(reload, [said, watched.state]);
  const { data: trace } = useLoad(
    async (signal) => (run === undefined || isOpen ? undefined : client.json<Trace>(`${path}/trace`, { signal })),
    [path, isOpen, run === undefined],
  );
  return html`<div class="row spread"><h1>Run</h1><${Id} id=${runId} href=${linkTo('runs', runId)} /></div>
    <${Refused} error=${error} />
    ${run !== undefined && html`<${Facts} run=${run} />`}
    ${run?.approvals.map((approval) => html`<${Decide} key=${`${runId}/${approval.toolUseId}`} runId=${runId} approval=${approval} decided=${reload} />`)}
    ${run !== undefined && isOpen && run.mode === 'async' && maySteer && html`<${Steer} run=${run} events=${watched.events} changed=${reload} />`}
    ${run !== undefined && isOpen && html`<${SoFar} run=${run} events=${watched.events} />`}
    ${trace !== undefined && html`<${Waterfall} trace=${trace} marked=${stepId} />`}
    ${run !== undefined && html`<${EventLog} watched=${watched} />`}`;
};
