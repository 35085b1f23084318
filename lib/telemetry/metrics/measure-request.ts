import type { BallastEvent } from '../events.ts';
import { measured, type Measurement } from './metric-names.ts';

type Request = Extract<BallastEvent, { readonly type: 'request.finished' }>;

/** Functions that take work. */
const WORK: ReadonlySet<string> = new Set(['run-agent', 'messages', 'submit-run', 'ask-provider']);

/**
 * Whether work has ended with a request. Of anything else the good answers, such as those to whoever polls a list, would hide
 * that all work fails; so would that an asynchronous run was taken, which counts when it ends.
 */
const isWork = ({ function: name, method }: Request, failed: number): boolean =>
  WORK.has(name) && method === 'POST' && (name !== 'submit-run' || failed > 0);

/** Of a request whose client left, as no code of an error says it. */
const ABANDONED = 499;

/** Failures of 5xx that are told at once: in a latency they would hide how long the others took, as refusals would. */
export const AT_ONCE: ReadonlySet<string> = new Set(['circuit-open', 'store-unavailable']);

/** What an answered request adds. */
export const ofRequest = (event: Request): Measurement[] => {
  const { function: name, status, statusLine, error, durationMs, inFlight } = event;
  const failed = error !== null && status >= 500 ? 1 : 0;
  const isRefused = status >= 400 && status < 500;
  return [
    ...measured({ function: name }, { Requests: 1, ServerErrors: failed }),
    ...(isRefused || AT_ONCE.has(error ?? '') ? [] : measured({ function: name }, { RequestDuration: durationMs })),
    ...(WORK.has(name) ? measured({ function: name }, { RequestsInFlight: inFlight }) : []),
    ...measured({ code: error ?? (status === ABANDONED ? 'abandoned' : 'ok') }, { Outcomes: 1 }),
    ...(isRefused || !isWork(event, failed) ? [] : measured({}, { FailedCalls: failed })),
    ...(statusLine >= 500 ? measured({}, { OwnServerAnswers: 1 }) : []),
  ];
};
