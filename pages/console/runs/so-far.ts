import type { Run } from '../../api/types.ts';
import { html } from '../../ui/html.ts';
import { milliseconds } from '../../ui/milliseconds.ts';
import { Status, Table } from '../../ui/parts.ts';
import { NOTHING, type Seen, seen } from '../try/progress.ts';
import type { SeenEvent } from './use-events.ts';

const stateOf = (step: Seen, isLast: boolean, run: Run): string => {
  if (step.kind === 'tool' && step.durationMs !== null) return step.isError ? 'failed' : 'succeeded';
  return isLast || step.kind === 'tool' ? run.status : 'succeeded';
};

/** The steps of a run that goes on, as its events tell them: its trace is stored when it ends. */
export const SoFar = ({ run, events }: { run: Run; events: readonly SeenEvent[] }) => {
  const { steps } = events.reduce(seen, NOTHING);
  const last = steps.length - 1;
  return html`<section class="panel" aria-label="Steps so far">
    <h2>Steps so far</h2>
    ${
      steps.length === 0
        ? html`<p class="soft">It has made no step yet.</p>`
        : html`<${Table} label="Steps of the run so far" tight head=${['Step', 'Kind', 'Name', 'State', '#Took']}>
            ${steps.map(
              (step, at) => html`<tr key=${at}>
                <td>${at + 1}</td><td>${step.kind}</td><td>${step.name}</td>
                <td><${Status} status=${stateOf(step, at === last && run.approvals.length === 0, run)} /></td>
                <td class="num">${step.kind === 'tool' && step.durationMs !== null ? milliseconds(step.durationMs) : '–'}</td>
              </tr>`,
            )}
            ${run.approvals.map(
              ({ toolUseId, tool }, at) => html`<tr key=${toolUseId}>
                <td>${steps.length + at + 1}</td><td>approval</td><td>${tool}</td>
                <td><${Status} status="awaiting_approval" /></td><td class="num">–</td>
              </tr>`,
            )}
          <//>`
    }
    <p class="small soft">Attempts, times, tokens and cost of each step are stored when the run ends, and shown then; what is settled so far stands above.</p>
  </section>`;
};
