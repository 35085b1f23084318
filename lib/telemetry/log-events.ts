import { type Redacted, safe } from '../kernel/redacted.ts';
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
    case 'model.retried':
    case 'model.fell-back':
    case 'model.passed-over':
    case 'model.retiring':
    case 'model.cooled':
    case 'run.degraded':
    case 'circuit.unguarded':
    case 'limit.unguarded':
    case 'budget.threshold':
    case 'budget.delayed':
    case 'budget.unsettled':
    case 'usage.adjusted':
    case 'usage.unpriced':
      return 'warn';
    case 'limit.refused':
    case 'budget.refused':
      return 'info';
    case 'budget.reconciled':
      return event.outcome === 'lost' ? 'warn' : 'info';
    case 'budgets.reconciled':
      return event.failed > 0 ? 'warn' : 'debug';
    case 'circuit.changed':
      return event.to === 'closed' ? 'info' : 'warn';
    case 'model.attempted':
      return event.outcome === 'answered' ? 'info' : 'warn';
    case 'run.finished':
      return event.status === 'failed' ? 'warn' : 'info';
    case 'tool.finished':
      return event.outcome === 'ok' ? 'info' : 'warn';
    case 'dependency.probed':
      return event.status === 'healthy' ? 'debug' : 'warn';
    case 'alert.sent':
      return 'info';
    case 'cache.looked':
      return event.outcome === 'failed' ? 'warn' : 'debug';
    case 'run.started':
    case 'dependencies.probed':
      return 'debug';
    case 'request.finished':
      return null;
  }
};

/** Writes each event as one log line of its own fields. */
export const logEvents =
  (log: Log): Listener =>
  (event) => {
    const { type, ...fields } = event;
    const level = levelOf(event);
    if (level !== null) log[level](TITLES[type], fields);
  };

/** What each event is called in the log. */
export const TITLES = {
  'run.started': safe`run started`,
  'run.finished': safe`run finished`,
  'model.attempted': safe`model attempted`,
  'model.retried': safe`model retried`,
  'model.fell-back': safe`model fell back`,
  'model.passed-over': safe`model passed over`,
  'model.retiring': safe`model retiring`,
  'model.cooled': safe`model cooled`,
  'credential.rejected': safe`credential rejected`,
  'cache.looked': safe`cache looked`,
  'run.degraded': safe`run degraded`,
  'tool.finished': safe`tool finished`,
  'circuit.changed': safe`circuit changed`,
  'circuit.unguarded': safe`circuit unguarded`,
  'usage.unrecorded': safe`usage unrecorded`,
  'usage.unpriced': safe`usage unpriced`,
  'store.failed': safe`store failed`,
  'limit.refused': safe`limit refused`,
  'limit.unguarded': safe`limit unguarded`,
  'budget.refused': safe`budget refused`,
  'budget.threshold': safe`budget threshold`,
  'budget.delayed': safe`budget delayed`,
  'budget.unsettled': safe`budget unsettled`,
  'budget.reconciled': safe`budget reconciled`,
  'usage.adjusted': safe`usage adjusted`,
  'budget.drifted': safe`budget drifted`,
  'budgets.reconciled': safe`budgets reconciled`,
  'request.finished': safe`request finished`,
  'dependency.probed': safe`dependency probed`,
  'dependencies.probed': safe`dependencies probed`,
  'alert.sent': safe`alert sent`,
  'alert.failed': safe`alert failed`,
} satisfies Record<BallastEvent['type'], Redacted>;
