import { safe, type Redacted } from '../kernel/redacted.ts';
import type { BallastEvent, Listener } from './events.ts';
import type { Log } from './log.ts';

const levelOf = (event: BallastEvent): keyof Log => {
  switch (event.type) {
    case 'usage.unrecorded':
    case 'store.failed':
      return 'error';
    case 'model.retried':
      return 'warn';
    case 'model.attempted':
      return event.outcome === 'answered' ? 'info' : 'warn';
    case 'run.finished':
      return event.status === 'failed' ? 'warn' : 'info';
    case 'tool.finished':
      return event.outcome === 'ok' ? 'info' : 'warn';
    case 'run.started':
      return 'debug';
  }
};

/** Writes each event as one log line of its own fields. */
export const logEvents =
  (log: Log): Listener =>
  (event) => {
    const { type, ...fields } = event;
    log[levelOf(event)](TITLES[type], fields);
  };

/** What each event is called in the log. */
const TITLES = {
  'run.started': safe`run started`,
  'run.finished': safe`run finished`,
  'model.attempted': safe`model attempted`,
  'model.retried': safe`model retried`,
  'tool.finished': safe`tool finished`,
  'usage.unrecorded': safe`usage unrecorded`,
  'store.failed': safe`store failed`,
} satisfies Record<BallastEvent['type'], Redacted>;
