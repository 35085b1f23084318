import { beforeEach, describe, expect, it } from 'vitest';
import { type Circuits, createCircuits } from '../../lib/circuit-breaker/circuits.ts';
import { createMemoryCircuitStore } from '../../lib/circuit-breaker/memory-store.ts';
import type { CircuitStore } from '../../lib/circuit-breaker/store.ts';
import { sleep } from '../../lib/kernel/clock.ts';
import { kindOfStatus } from '../../lib/model-call/faults.ts';
import type { FaultKind, Outcome } from '../../lib/model-call/outcome.ts';
import type { Attempt, AttemptContext } from '../../lib/model-call/types.ts';
import { asOneCall, circuitOf, withCircuit } from '../../lib/model-call/with-circuit.ts';
import { withRetry } from '../../lib/model-call/with-retry.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { NO_TOKENS } from '../../lib/usage/record.ts';
import { OPTIONS } from '../circuit-breaker/parts.ts';
import { reply, status } from '../upstream/answers.ts';
import { stallAfter } from '../upstream/broken.ts';
import { startScriptedUpstream } from '../upstream/start-scripted-upstream.ts';
import { answered, attemptOf, failing, REQUEST, type Setting, setting } from './parts.ts';

const NAME = circuitOf(REQUEST.model);
let parts: Setting;
let store: CircuitStore;
let circuits: Circuits;
let events: BallastEvent[];
const over = (guarded: CircuitStore) => {
  const emit = (event: BallastEvent) => void events.push(event);
  return createCircuits({ store: guarded, ...parts, random: () => 0, emit, options: OPTIONS });
};
beforeEach(() => {
  parts = setting('http://unused');
  store = createMemoryCircuitStore(parts);
  events = [];
  circuits = over(store);
});

/** Attempts through the bracket; `next` says what becomes of each. */
const ask = async (next: Attempt, count = 1): Promise<Outcome[]> => {
  const outcomes: Outcome[] = [];
  for (let attempt = 0; attempt < count; attempt += 1) {
    outcomes.push(await withCircuit({ circuits })(next)(REQUEST, parts.context));
    await parts.context.background.flush();
  }
  return outcomes;
};
const state = async () => (await store.get(NAME))?.state ?? 'never failed';
const opened = () => ask(async () => failing('server-error'), OPTIONS.failureThreshold);

describe('what counts', () => {
  it.each(['connection', 'no-content', 'stalled', 'cut', 'malformed', 'server-error', 'overloaded'] as const)(
    '%s opens the circuit',
    async (kind) => {
      await ask(async () => failing(kind), 5);
      expect(await state()).toBe('open');
    },
  );

  it.each([
    'invalid-request',
    'credential',
    'forbidden',
    'unknown-model',
    'rate-limited',
    'deadline',
    'cancelled',
    'run-cost',
    'refused',
  ] as const)('%s never does', async (kind) => {
    await ask(async () => failing(kind), 50);
    expect(await state()).toBe('never failed');
  });

  it.each([
    [[400, 401, 402, 403, 404, 413, 422, 429], 'never failed'],
    [[408, 409, 500, 502, 503, 504, 529], 'open'],
  ] as const)('of the statuses, %j leave it %s', async (statuses, expected) => {
    for (const code of statuses) {
      await ask(async () => failing(kindOfStatus(code)));
    }
    expect(await state()).toBe(expected);
  });

  it('answers keep it closed', async () => {
    let attempt = 0;
    await ask(async () => ((attempt += 1) % 3 === 0 ? failing('cut') : answered), 60);
    expect(await state()).toBe('closed');
  });
});

describe('an open circuit', () => {
  it('refuses without an attempt, with the time to come back, and nothing on the books', async () => {
    await opened();
    let attempts = 0;
    const [outcome] = await ask(async () => ((attempts += 1), answered));
    expect(attempts).toBe(0);
    expect(outcome).toMatchObject({
      ok: false,
      fault: { kind: 'circuit-open', error: { code: 'circuit-open', retryAfterMs: OPTIONS.breakDurationMs } },
      metered: { tokens: NO_TOKENS, estimated: null },
    });
  });

  it('is that of one model, and leaves the others alone', async () => {
    await opened();
    const other = { ...REQUEST, model: 'claude-haiku-4-5' };
    expect((await withCircuit({ circuits })(async () => answered)(other, parts.context)).ok).toBe(true);
  });

  it('that is isolated gives no time to come back', async () => {
    await circuits.set(NAME, 'isolated');
    const [outcome] = await ask(async () => answered);
    expect(outcome).toMatchObject({
      fault: {
        retryAfterMs: null,
        error: { code: 'circuit-open', message: expect.stringMatching(/administrator/) as string },
      },
    });
    expect(outcome?.ok === false && outcome.fault.error.retryAfterMs).toBeUndefined();
  });
});

describe('with retries around it', () => {
  const moved = async <T>(work: Promise<T>): Promise<T> => {
    let done = false;
    const settled = work.finally(() => (done = true));
    while (!done) await parts.clock.advance(1);
    return await settled;
  };
  const retried = async (next: Attempt) => {
    const retry = withRetry({
      circuits,
      ...parts,
      random: () => 0,
      emit: () => {},
      retry: { maxRetries: 3, baseDelayMs: 500, maxDelayMs: 20_000 },
    });
    return await moved(asOneCall(retry(withCircuit({ circuits })(next)))(REQUEST, parts.context));
  };
  const pause = () => sleep(parts.clock, 20, new AbortController().signal);
  const counting = (kind: FaultKind) => {
    const made = { attempts: 0 };
    const next: Attempt = async () => ((made.attempts += 1), failing(kind));
    return { made, next };
  };

  it('a call counts once, whatever its retries, and the retry that finds the circuit open is not made', async () => {
    const options = { ...OPTIONS, failureThreshold: 3 };
    circuits = createCircuits({ store, ...parts, random: () => 0, emit: () => {}, options });
    const attempts: number[] = [];
    for (let call = 0; call < 3; call += 1) {
      const { made, next } = counting('overloaded');
      await retried(next);
      attempts.push(made.attempts);
    }
    // The second meets half the threshold, by another's failure; the third opens it by its first attempt.
    expect(attempts).toEqual([4, 4, 1]);
    expect(await store.get(NAME)).toMatchObject({ state: 'open', failures: 3 });
  });

  it('a call that is answered after failures counts as one that succeeded', async () => {
    for (let call = 0; call < 20; call += 1) {
      let attempt = 0;
      await retried(async () => ((attempt += 1) < 3 ? failing('overloaded') : answered));
      await parts.context.background.flush();
    }
    expect(await state()).toBe('closed');
    expect(circuits.window(NAME).failures).toBe(0);
  });

  it('a call that ends at its deadline after a failure has failed', async () => {
    let attempt = 0;
    await retried(async () => ((attempt += 1) < 2 ? failing('no-content') : failing('deadline')));
    expect(circuits.window(NAME).failures).toBe(1);
  });

  // Even four attempts of the call leave this circuit closed: what ends it early is the look at its window alone.
  it.each([
    [4, 4],
    [5, 2],
  ])(
    'while its window holds %i of ten failures of others, a call is made %i times at most',
    async (others, attempts) => {
      const options = { ...OPTIONS, failureThreshold: 10 };
      circuits = createCircuits({ store, ...parts, random: () => 0, emit: () => {}, options });
      await ask(async () => failing('overloaded'), others);
      const { made, next } = counting('overloaded');
      await retried(next);
      expect(made.attempts).toBe(attempts);
      expect(await state()).toBe('closed');
    },
  );

  it('a failure is told before the retry asks, however slow the store and short the pause', async () => {
    const fast = store;
    circuits = over({
      get: async (...args) => (await pause(), fast.get(...args)),
      replace: async (...args) => (await pause(), fast.replace(...args)),
      list: () => fast.list(),
    });
    for (let call = 0; call < 4; call += 1) await moved(ask(async () => failing('overloaded')));
    const { made, next } = counting('overloaded');
    await retried(next);
    expect(made.attempts).toBe(1);
  });

  it('a probe is one attempt', async () => {
    await opened();
    await parts.clock.advance(OPTIONS.breakDurationMs);
    const { made, next } = counting('server-error');
    await retried(next);
    expect(made.attempts).toBe(1);
    expect(await state()).toBe('open');
  });
});

describe('a probe', () => {
  const broken = async () => {
    await opened();
    await parts.clock.advance(OPTIONS.breakDurationMs);
  };
  const began = (context: AttemptContext) => context.began?.();

  it('is decided at its first content: what breaks afterwards does not open the circuit again', async () => {
    await broken();
    await ask(async (_, context) => (began(context), failing('cut')));
    expect(await store.get(NAME)).toMatchObject({ state: 'half-open', successes: 1, probe: null });
  });

  it('lets the next attempt probe while it is still being answered', async () => {
    await broken();
    const inner: Outcome[] = [];
    await ask(async (_, context) => {
      expect((await circuits.enter(NAME)).admitted).toBe(false);
      began(context);
      await context.background.flush();
      inner.push(...(await ask(async () => answered)));
      return answered;
    });
    expect(inner.map(({ ok }) => ok)).toEqual([true]);
    expect(await state()).toBe('closed');
  });

  it.each(['rate-limited', 'cancelled', 'run-cost'] as const)(
    'that ends as %s lets the next attempt probe',
    async (kind) => {
      await broken();
      await ask(async () => failing(kind));
      const entry = await circuits.enter(NAME);
      expect(entry).toMatchObject({ admitted: true, probe: true });
    },
  );

  it('that throws lets the next attempt probe, and the error through', async () => {
    await broken();
    await expect(ask(() => Promise.reject(new TypeError('a bug')))).rejects.toThrow('a bug');
    await parts.context.background.flush();
    expect(await circuits.enter(NAME)).toMatchObject({ admitted: true, probe: true });
  });
});

describe('failures of one tenant', () => {
  const asked = async (tenantId: string, next: Attempt, count = 1): Promise<Outcome[]> => {
    const bracket = asOneCall(withCircuit({ circuits })(next));
    const outcomes: Outcome[] = [];
    for (let call = 0; call < count; call += 1)
      outcomes.push(await bracket(REQUEST, { ...parts.context, caller: { ...parts.context.caller, tenantId } }));
    await parts.context.background.flush();
    return outcomes;
  };
  const failed = async () => failing('server-error');
  const fine = async () => answered;

  it('do not shut the model off for another whose calls succeed, however many there are', async () => {
    await asked('good', fine, 2);
    await asked('poison', failed, 50);
    expect(await state()).toBe('closed');
    expect(await asked('good', fine)).toMatchObject([{ ok: true }]);
    await asked('poison', failed, 50);
    expect(await state()).toBe('closed');
  });

  it('open the circuit where nobody else succeeds, for all tenants', async () => {
    await asked('busy', fine, 3);
    await asked('busy', failed, 5);
    expect(await state()).toBe('open');
    expect(await asked('other', fine)).toMatchObject([{ ok: false, fault: { kind: 'circuit-open' } }]);
  });

  it('open it once the successes of others have left the window', async () => {
    await asked('good', fine);
    await parts.clock.advance(OPTIONS.failureWindowMs);
    await asked('busy', failed, 5);
    expect(await state()).toBe('open');
  });

  it('open it together with those of another, as in an outage', async () => {
    await asked('one', fine, 2);
    await asked('two', fine, 2);
    await asked('one', failed, 3);
    expect(await state()).toBe('closed');
    await asked('two', failed, 3);
    expect(await state()).toBe('open');
  });

  it('are stored under a name that does not tell whose they are', async () => {
    await asked('a-telling-name', failed, 2);
    expect(JSON.stringify(await store.get(NAME))).not.toContain('telling');
  });
});

it('the outer `began` of a call is called as well', async () => {
  let heard = 0;
  const context = { ...parts.context, began: () => void (heard += 1) };
  await withCircuit({ circuits })(async (_, inner) => (inner.began?.(), answered))(REQUEST, context);
  expect(heard).toBe(1);
});

it('over a real stream, the first content alone says that an attempt has begun, once', async () => {
  const upstream = await startScriptedUpstream();
  const live = setting(upstream.url);
  const heard: string[] = [];
  const context = { ...live.context, began: () => void heard.push(live.sink.heard.join('')) };
  await attemptOf(live)(REQUEST, context);
  expect(heard).toHaveLength(1);
  upstream.script('*', [status(500)]);
  await attemptOf(live)(REQUEST, context);
  // message_start and a ping, and nothing more: no sign of life.
  upstream.script('*', [stallAfter(2, reply('never'))]);
  const silent = attemptOf(live)(REQUEST, context);
  await upstream.seen(3);
  live.leave.abort();
  await silent;
  expect(heard).toHaveLength(1);
  await upstream.close();
});

it('a store that is down changes no outcome, and is counted', async () => {
  const down = () => Promise.reject(new Error('down'));
  const lost = over({ get: down, replace: down, list: down });
  const bracket = withCircuit({ circuits: lost });
  for (let attempt = 0; attempt < 10; attempt += 1) {
    expect(await bracket(async () => failing('cut'))(REQUEST, parts.context)).toMatchObject({ fault: { kind: 'cut' } });
  }
  expect(await bracket(async () => answered)(REQUEST, parts.context)).toBe(answered);
  expect(events).toHaveLength(11);
});
