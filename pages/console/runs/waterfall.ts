import type { Step, Trace } from '../../api/types.ts';
import { html } from '../../ui/html.ts';
import { milliseconds } from '../../ui/milliseconds.ts';
import { Clock, Id, Status, Table, Usd } from '../../ui/parts.ts';
import { useShown } from '../../ui/use-shown.ts';
import { linkTo } from '../router.ts';

type Attempt = NonNullable<Step['attemptDetails']>[number];

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value, null, 2));

const Attempts = ({ attempts }: { attempts: readonly Attempt[] }) =>
  html`<${Table} label="Attempts" tight head=${['Model', 'Began', 'Result', 'Retry reason', '#Pause', '#First content', '#Time', '#Tokens in, out', '#Reserved', '#Cost', 'Request']}>
    ${attempts.map(
      (each) => html`<tr key=${each.startedAt}>
        <td>${each.model}</td>
        <td><${Clock} at=${each.startedAt} /></td>
        <td>${each.error === undefined ? html`<${Status} status=${each.status} />` : html`<span class="pill bad">${each.error.code}</span>`}</td>
        <td>${each.retry?.reason ?? html`<span class="soft">–</span>`}</td>
        <td class="num">${each.retry === undefined ? '–' : milliseconds(each.retry.delayMs)}</td>
        <td class="num">${each.firstContentMs === null ? '–' : milliseconds(each.firstContentMs)}</td>
        <td class="num">${milliseconds(each.durationMs)}</td>
        <td class="num">${each.usage.inputTokens}, ${each.usage.outputTokens}</td>
        <td class="num"><${Usd} value=${each.reservedUsd} /></td>
        <td class="num"><${Usd} value=${each.costUsd} />${each.estimated !== undefined && html` <span class="soft small" title=${`${each.estimated}: nobody counted its tokens`}>estimated</span>`}</td>
        <td>${each.requestId === null ? '–' : html`<${Id} id=${each.requestId} />`}</td>
      </tr>`,
    )}
  <//>`;

const notes = (step: Step): string =>
  [
    step.decision !== undefined && `decided: ${step.decision}${step.decidedBy ? ` by ${step.decidedBy}` : ''}`,
    step.error !== undefined && `${step.error.code}${step.error.detail === '' ? '' : `: ${step.error.detail}`}`,
    step.fallback === true && 'its fallback stood in',
    step.interrupted === true && 'broken off by a message',
    step.resumed === true && 'ended by a person',
    step.attempts > 1 && `${step.attempts} attempts`,
    step.lostUsd !== undefined && `$${step.lostUsd} of it lost with a process`,
  ]
    .filter((note) => note !== false)
    .join(' · ');

/** A step as a bar in the time of its run; it unfolds into its attempts and, where content is kept, what went in and out. */
const StepRow = ({
  step,
  from,
  spanMs,
  runId,
  isMarked,
}: {
  step: Step;
  from: number;
  spanMs: number;
  runId: string;
  isMarked: boolean;
}) => {
  const details = useShown(isMarked ? step.toolUseId : undefined, true);
  const offset = ((Date.parse(step.startedAt) - from) / spanMs) * 100;
  const width = (step.durationMs / spanMs) * 100;
  const style = {
    left: `${Math.min(99, Math.max(0, offset))}%`,
    width: `${Math.min(100 - Math.max(0, offset), width)}%`,
  };
  const failed = step.status === 'failed' ? 'failed' : '';
  const row = html`<span class="name">${step.kind === 'model' ? '' : html`<span class="soft">${step.kind} </span>`}${step.name}</span>
    <span class="track"><span class=${`span ${step.kind} ${failed}`} style=${style}></span></span>
    <span class="num small">${milliseconds(step.durationMs)}</span>
    <span class="num small">${step.costUsd === undefined ? '' : html`<${Usd} value=${step.costUsd} />`}</span>`;
  const said = notes(step);
  const unfolds =
    (step.attemptDetails?.length ?? 0) > 0 || step.input !== undefined || said !== '' || step.toolUseId !== undefined;
  if (!unfolds) return html`<div class="step">${row}</div>`;
  return html`<details ref=${details}>
    <summary>${row}</summary>
    <div class="within">
      ${said !== '' && html`<p class="small">${said}</p>`}
      ${step.toolUseId !== undefined && html`<p class="small">Call <${Id} id=${step.toolUseId} href=${linkTo('runs', runId, step.toolUseId)} /></p>`}
      ${step.attemptDetails !== undefined && html`<${Attempts} attempts=${step.attemptDetails} />`}
      ${step.input !== undefined && html`<h3>In</h3><pre tabindex="0" class="wrap">${shown(step.input)}</pre>`}
      ${step.output !== undefined && html`<h3>Out</h3><pre tabindex="0" class="wrap">${shown(step.output)}</pre>`}
    </div>
  </details>`;
};

/** What a run did, step by step, each at its place in time. */
export const Waterfall = ({ trace, marked }: { trace: Trace; marked: string | undefined }) => {
  const { runId, traceId, steps, omitted } = trace;
  const panel = useShown(marked === traceId ? marked : undefined, true);
  const from = Math.min(...steps.map(({ startedAt }) => Date.parse(startedAt)));
  const to = Math.max(...steps.map(({ startedAt, durationMs }) => Date.parse(startedAt) + durationMs));
  const spanMs = Math.max(1, to - from);
  return html`<section class="panel" aria-label="Steps" ref=${panel}>
    <div class="row spread"><h2>Steps</h2><span class="small">Trace <${Id} id=${traceId} href=${linkTo('runs', runId, traceId)} /></span></div>
    ${trace.task !== undefined && html`<details><summary class="small soft">Task</summary><pre tabindex="0" class="wrap">${trace.task}</pre></details>`}
    ${trace.task === undefined && steps.length > 0 && html`<p class="small soft">What was asked, and what tools were given and gave, is not kept. <code>CONTENT_RETENTION=run</code> keeps it, for runs that begin with it: <code>docs/data.md</code>.</p>`}
    <div class="fall">
      ${steps.map((step, at) => html`<${StepRow} key=${at} step=${step} from=${from} spanMs=${spanMs} runId=${runId} isMarked=${marked !== undefined && step.toolUseId === marked} />`)}
    </div>
    ${omitted !== undefined && html`<p class="small soft">${omitted.steps} steps after the first ${omitted.after} are not kept.</p>`}
    ${steps.length === 0 && html`<p class="soft">It made no step.</p>`}
  </section>`;
};
