import { label } from '../../kernel/redacted.ts';
import type { RunEvent } from '../log-entry.ts';

/** Events of names, ids, counts and codes alone; the last one of a run says what the run's row says. */
const WITHOUT_CONTENT: ReadonlySet<string> = new Set([
  'run.queued',
  'run.started',
  'run.waiting',
  'run.resumed',
  'model.started',
  'text.reset',
  'approval.decided',
  'message.received',
  'run.succeeded',
  'run.failed',
  'run.cancelled',
]);

type Data = Readonly<Record<string, unknown>>;

const changed = (event: RunEvent, changes: Data): RunEvent => {
  const data = event.data as Data;
  const isSame = Object.entries(changes).every(([name, value]) => data[name] === value);
  return isSame ? event : { ...event, data: { ...data, ...changes } };
};

const erased = (event: RunEvent, isAnswer: boolean): RunEvent => {
  if (WITHOUT_CONTENT.has(event.event)) return event;
  switch (event.event) {
    case 'text.delta':
      return isAnswer ? event : changed(event, { text: '' });
    case 'approval.requested':
      return changed(event, { input: null });
    case 'tool.started':
    case 'tool.finished':
      // A name that the model made up can hold anything.
      return changed(event, { name: label(String((event.data as Data)['name'])) });
    default:
      return Object.keys(event.data).length === 0 ? event : { ...event, data: {} };
  }
};

/**
 * What is left of the events of a run that has ended, so that their ids, names and order stay: no text but the answer's, which
 * the run's row has too, and no input of a tool. To be asked of the newest events first and then of those before them.
 */
export const createEventEraser = (): ((events: readonly RunEvent[]) => readonly RunEvent[]) => {
  let isAnswer: boolean | null = null;
  return (events) =>
    events
      .toReversed()
      .map((event) => {
        isAnswer = event.event !== 'text.reset' && (isAnswer ?? event.event === 'run.succeeded');
        return erased(event, isAnswer);
      })
      .toReversed();
};
