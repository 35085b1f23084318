import { tenantAccount } from '../../lib/budget/account.ts';
import { createBackground } from '../../lib/kernel/background.ts';
import { createDeadline } from '../../lib/kernel/deadline.ts';
import { AppError } from '../../lib/kernel/errors.ts';
import type { PicoUsd } from '../../lib/kernel/money.ts';
import { safe } from '../../lib/kernel/redacted.ts';
import { supervisedAttempt } from '../../lib/model-call/attempt/supervised-attempt.ts';
import { createRunAccount } from '../../lib/model-call/booking/run-account.ts';
import { fault, notMade, refusal } from '../../lib/model-call/faults.ts';
import type { FaultKind, Metered, Outcome } from '../../lib/model-call/outcome.ts';
import type { ModelRequest, PoolKey, Provider } from '../../lib/model-call/provider.ts';
import type { Admission, AttemptContext } from '../../lib/model-call/types.ts';
import { createAnthropic } from '../../lib/providers/anthropic/anthropic.ts';
import { NO_TOKENS } from '../../lib/usage/record.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';

/** For who has no limits. */
export const ADMITTED: Admission = { enter: async () => null, undo: async () => {}, charge: async () => {} };

export const KEY: PoolKey = { id: 'key-id', value: 'key' };

/** A circuit in whose window nothing has failed. */
export const CALM = { window: () => ({ failures: 0, failureThreshold: 5 }) };

const metered: Metered = { tokens: NO_TOKENS, estimated: null, firstContentMs: null, upstreamRequestId: null };

export const answered = { ok: true, message: { stop_reason: 'end_turn' }, metered } as Outcome;

/** What becomes of a call that meets a fault of that kind. */
export const failing = (kind: FaultKind, details: Parameters<typeof fault>[1] = {}): Outcome => {
  if (kind === 'refused' || kind === 'run-cost' || kind === 'retired')
    return notMade(refusal(new AppError('budget-exceeded', safe`too dear`), kind));
  if (kind === 'circuit-open') return notMade(refusal(new AppError(kind, safe`open`, { retryAfterMs: 5_000 }), kind));
  return { ok: false, fault: fault(kind, details), metered };
};

export const LIMITS = { firstContentMs: 30_000, idleMs: 10_000 };

export const REQUEST: ModelRequest = {
  model: 'claude-sonnet-5-5',
  max_tokens: 1_000,
  messages: [{ role: 'user', content: 'What is ballast?' }],
};

/** What the caller of a model sees of its text, resets included. */
export interface HeardSink {
  readonly heard: string[];
  text(delta: string): void;
  reset(): void;
}

export const hearing = (): HeardSink => {
  const heard: string[] = [];
  return { heard, text: (delta) => heard.push(delta), reset: () => heard.push('<reset>') };
};

export interface Setting {
  readonly clock: FakeClock;
  readonly provider: Omit<Provider, 'ask'>;
  readonly sink: HeardSink;
  readonly context: AttemptContext;
  readonly leave: AbortController;
}

/** One run's surroundings against an upstream, on a clock that the test moves. */
export const setting = (url: string, options: { deadlineMs?: number; maxCost?: PicoUsd } = {}): Setting => {
  const clock = createFakeClock();
  const leave = new AbortController();
  const sink = hearing();
  const background = createBackground();
  const context: AttemptContext = {
    runId: 'run_01',
    step: 1,
    agent: 'assistant',
    circuit: {},
    caller: { tenantId: 'demo', keyId: 'key', userId: null },
    bounds: {
      deadline: createDeadline(clock, options.deadlineMs ?? 120_000, leave.signal),
      budget: { tenant: tenantAccount('demo'), others: [], shadow: false },
      admission: ADMITTED,
    },
    listener: { sink },
    account: createRunAccount(options.maxCost ?? null, background),
    background,
    key: KEY,
    booked: [],
  };
  return { clock, provider: createAnthropic({ baseUrl: url, clock }), sink, context, leave };
};

export const attemptOf = ({ provider, clock }: Setting) => supervisedAttempt({ provider, clock, limits: LIMITS });
