import { displayed, type Redacted } from '../kernel/redacted.ts';
import type { WriteCanonical } from './context/canonical-line.ts';
import type { BallastEvent, Listener } from './events.ts';
import type { Log } from './log.ts';

/** `null`: whoever emitted it writes its line. */
const levelOf = (event: BallastEvent): keyof Log | null => {
  switch (event.type) {
    case 'usage.unrecorded':
    case 'credential.rejected':
    case 'store.failed':
    case 'budget.drifted':
    case 'alert.failed':
      return 'error';
    case 'hook.failed':
    case 'spans.lost':
    case 'model.retried':
    case 'model.fell-back':
    case 'model.passed-over':
    case 'model.retiring':
    case 'model.cooled':
    case 'run.degraded':
    case 'run.stuck':
    case 'circuit.changed':
    case 'circuit.unguarded':
    case 'limit.unguarded':
    case 'budget.threshold':
    case 'budget.delayed':
    case 'budget.unsettled':
    case 'usage.adjusted':
    case 'usage.unpriced':
      return 'warn';
    case 'limit.refused':
    case 'input.refused':
    case 'tool.held':
    case 'budget.refused':
      return 'info';
    case 'budget.reconciled':
      return event.outcome === 'lost' ? 'warn' : 'info';
    case 'budgets.reconciled':
    case 'runs.swept':
      return event.failed > 0 ? 'warn' : 'debug';
    case 'model.attempted':
      return event.outcome === 'answered' ? 'info' : 'warn';
    case 'run.finished':
      return event.status === 'failed' ? 'warn' : 'info';
    case 'tool.finished':
      return event.outcome === 'fallback' || event.outcome === 'error' ? 'warn' : 'info';
    case 'dependency.probed':
      return event.status === 'healthy' ? 'debug' : 'warn';
    case 'webhook.attempted':
      if (event.outcome === 'failed') return 'error';
      return event.outcome === 'pending' ? 'warn' : 'info';
    case 'alert.sent':
    case 'secrets.redacted':
    case 'user.erased':
      return 'info';
    case 'cache.looked':
      return event.outcome === 'failed' ? 'warn' : 'debug';
    case 'run.started':
    case 'dependencies.probed':
      return 'debug';
    case 'tool.logged':
      return event.level;
    case 'request.finished':
      return null;
  }
};

/** What an event is called in the log: `model.fell-back` is `model fell back`. */
export const titleOf = (type: BallastEvent['type']): Redacted => displayed(type.replaceAll(/[.-]/g, ' '));

export interface LogsOfEvents {
  readonly stage: Log;
  /** Of agents that have a level of their own, by name. */
  readonly ofAgents?: ReadonlyMap<string, Log>;
  /** Writes the line of a run of an agent, at every level. Default: as the others of the run. */
  readonly canonical?: (agent: string) => WriteCanonical;
}

/** Writes each event as one log line of its own fields; that of a tool in the tool's own words. */
export const logEvents =
  ({ stage, ofAgents = new Map(), canonical }: LogsOfEvents): Listener =>
  (event) => {
    const level = levelOf(event);
    if (level === null) return;
    const log = ('agent' in event ? ofAgents.get(event.agent ?? '') : undefined) ?? stage;
    if (event.type === 'tool.logged') {
      const { runId, agent, tool } = event;
      return log[level](event.message, { ...event.fields, runId, agent, tool });
    }
    const { type, ...fields } = event;
    if (event.type === 'run.finished' && canonical !== undefined) {
      const isWarning = event.status === 'failed';
      const wentWell = event.status === 'succeeded' && event.degraded === null;
      return canonical(event.agent)(titleOf(type), fields, wentWell, isWarning ? 'warn' : 'info');
    }
    log[level](titleOf(type), fields);
  };
