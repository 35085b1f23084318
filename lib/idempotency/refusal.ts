import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import type { Decision } from './decision.ts';

type Refusing = Exclude<Decision, { kind: 'replay' | 'take-over' }>;

/** What a request is told that may neither begin nor be answered. */
export const refusalOf = (decision: Refusing): AppError => {
  switch (decision.kind) {
    case 'in-progress':
      return new AppError(
        'idempotency-in-progress',
        safe`The first request with this Idempotency-Key is still running.`,
        {
          retryAfterMs: decision.retryAfterMs,
        },
      );
    case 'reused-key':
      return new AppError(
        'idempotency-key-reused',
        safe`This Idempotency-Key was used for another method, path or body.`,
      );
    case 'effects':
      return new AppError(
        'run-conflict',
        safe`The first request with this Idempotency-Key was lost after a tool with effects had begun; it is not repeated.`,
      );
    case 'too-large':
      return new AppError(
        'run-conflict',
        safe`The first request with this Idempotency-Key has ended; its answer was too large to be stored.`,
        { members: decision.runId === null ? {} : { runId: decision.runId } },
      );
  }
};
