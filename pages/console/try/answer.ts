import { ApiError } from '../../api/client.ts';
import type { Trace } from '../../api/types.ts';
import { html } from '../../ui/html.ts';
import { milliseconds } from '../../ui/milliseconds.ts';
import { Id, Refused, Status, Usd } from '../../ui/parts.ts';
import { useLoad } from '../../ui/use-load.ts';
import { useMay, useSession } from '../context.ts';
import { linkTo } from '../router.ts';
import type { Progress, Seen } from './progress.ts';

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value, null, 2));

/** A tool call, which unfolds: what it was given and gave, as its events told, or as the stage keeps it. */
const ToolCall = ({
  step,
  trace,
  href,
}: {
  step: Seen & { kind: 'tool' };
  trace: Trace | undefined;
  href: string | undefined;
}) => {
  const kept = trace?.steps.find(({ toolUseId, kind }) => kind === 'tool' && toolUseId === step.toolUseId);
  const { input, output } = step.input === undefined ? { ...kept } : step;
  const state = step.durationMs === null ? 'running' : step.isError ? 'failed' : 'succeeded';
  return html`<details class="tool">
    <summary>
      <code>${step.name}</code>
      <${Status} status=${state} />
      ${step.durationMs !== null && html`<span class="soft small">${milliseconds(step.durationMs)}</span>`}
    </summary>
    <div class="within">
      <span class="small">Call <${Id} id=${step.toolUseId} href=${href} /></span>
      ${kept?.error !== undefined && html`<span>${kept.error.code}: ${kept.error.detail}</span>`}
      ${
        input !== undefined &&
        html`<h3>In</h3><pre tabindex="0" class="wrap">${shown(input)}</pre>
          ${output !== undefined && html`<h3>Out</h3><pre tabindex="0" class="wrap">${shown(output)}</pre>`}`
      }
    </div>
  </details>`;
};

/** A run as it goes on: its steps, its text, and how it ended. */
export const Answer = ({ progress, busy }: { progress: Progress; busy: boolean }) => {
  const { client } = useSession();
  const mayRead = useMay('runs:read');
  const { runId, steps, text, answer, problem } = progress;
  const ended = (answer !== null || problem !== null) && runId !== null && mayRead;
  const { data: trace } = useLoad(
    async (signal) => (ended ? client.json<Trace>(`/agent/runs/${runId}/trace`, { signal }) : undefined),
    [ended, runId],
  );
  return html`<section class="panel" aria-label="Answer" aria-busy=${busy}>
    <div class="row spread">
      <h2>Answer</h2>
      ${runId !== null && html`<${Id} id=${runId} href=${mayRead ? linkTo('runs', runId) : undefined} />`}
    </div>
    ${steps.map((step, at) =>
      step.kind === 'tool'
        ? html`<${ToolCall} key=${step.toolUseId} step=${step} trace=${trace} href=${mayRead && runId !== null ? linkTo('runs', runId, step.toolUseId) : undefined} />`
        : html`<p key=${at} class="small soft">${step.name} is asked</p>${step.said !== undefined && html`<div class="output said">${step.said}</div>`}`,
    )}
    <div class="output" aria-live="polite">${text}${busy && text === '' && html`<span class="soft">…</span>`}</div>
    ${problem !== null && html`<${Refused} error=${new ApiError(problem.status, problem)} />`}
    ${
      answer !== null &&
      html`<dl>
        <div>
          <dt>Status</dt>
          <dd><${Status} status=${answer.status} /> <span class="soft small">${answer.stopReason}</span></dd>
        </div>
        <div>
          <dt>Model</dt>
          <dd>
            ${answer.model}${answer.degraded !== null && html` <span class="pill warn">${answer.degraded.servedBy}: ${answer.degraded.reason}</span>`}
          </dd>
        </div>
        <div>
          <dt>Cost</dt>
          <dd data-field="cost"><${Usd} value=${answer.usage.costUsd} /></dd>
        </div>
        <div>
          <dt>Tokens in, out</dt>
          <dd>${answer.usage.inputTokens}, ${answer.usage.outputTokens}</dd>
        </div>
        <div>
          <dt>Calls of models, tools</dt>
          <dd>${answer.usage.modelCalls}, ${answer.usage.toolCalls}</dd>
        </div>
        <div>
          <dt>Time</dt>
          <dd>${milliseconds(answer.durationMs)}</dd>
        </div>
      </dl>`
    }
  </section>`;
};
