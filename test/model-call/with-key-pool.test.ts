import { describe, expect, it } from 'vitest';
import { AppError } from '../../lib/kernel/errors.ts';
import { safe } from '../../lib/kernel/redacted.ts';
import { notMade, refusal } from '../../lib/model-call/faults.ts';
import type { CallKeysParts } from '../../lib/model-call/keys/call-keys.ts';
import type { KeyCheck } from '../../lib/model-call/keys/key-check.ts';
import { createKeyPool } from '../../lib/model-call/keys/key-pool.ts';
import type { FailedOutcome, Outcome } from '../../lib/model-call/outcome.ts';
import type { Attempt } from '../../lib/model-call/types.ts';
import { withKeyPool } from '../../lib/model-call/with-key-pool.ts';
import { createMemoryRestStore } from '../../lib/rests/memory-store.ts';
import type { RestState } from '../../lib/rests/rest.ts';
import { createRests } from '../../lib/rests/rests.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { answered, failing, KEY, REQUEST, setting } from './parts.ts';

type Script = Readonly<Record<string, readonly Outcome[]>>;

/** Calls with a pool of keys, each of which is answered by its own script, the last outcome for ever. */
const pooled = (secretText: string, script: Script, isRefused = true) => {
  const parts = setting('http://unused');
  const { clock } = parts;
  const events: BallastEvent[] = [];
  const emit = (event: BallastEvent) => events.push(event);
  const secret = { text: secretText, refreshed: secretText };
  const keys = createKeyPool({
    random: () => 0,
    clock,
    secret: { get: async () => secret.text, refresh: async () => (secret.text = secret.refreshed) },
  });
  const store = createMemoryRestStore({ clock });
  const used: string[] = [];
  const next: Attempt = async ({ model }, { key }) => {
    const name = key?.value ?? 'none';
    const answers = model === REQUEST.model ? (script[name] ?? [answered]) : [answered];
    const before = used.filter((each) => each === `${name} ${model}`).length;
    used.push(`${name} ${model}`);
    return answers[Math.min(before, answers.length - 1)] ?? answered;
  };
  /** Another process has a pool and a memory of its own, over the same store. */
  const process = () => {
    const rests = createRests({ store, clock, emit, random: () => 0 });
    const bracket = withKeyPool({
      keys,
      rests,
      circuits: { look: async () => null },
      clock,
      emit,
      keyCheck: { isRefused: async () => isRefused },
    })(next);
    return async (asked: string | typeof REQUEST = REQUEST) => {
      const request = typeof asked === 'string' ? { ...REQUEST, model: asked } : asked;
      const outcome = await bracket(request, parts.context);
      await parts.context.background.flush();
      return outcome;
    };
  };
  return { ...parts, ask: process(), process, used, events, secret };
};
/** Rests that stand as they are told to, whatever is reported. */
const restingAs = (stateOf: () => RestState): CallKeysParts['rests'] => ({
  stateOf,
  read: async () => {},
  probe: async () => null,
  limited: async () => {},
  answered: async () => {},
  unheard: async () => {},
});
const limited = (retryAfterMs: number | null = 30_000) => failing('rate-limited', { status: 429, retryAfterMs });
const rejection = (status: number) =>
  status === 403 ? failing('forbidden', { status }) : failing('credential', { status, keyFault: 'unauthorized' });
const unpaid = (status: number) => failing('credential', { status, keyFault: 'unpaid' });
const ACCEPTED = { isRefused: async () => false };
const names = ({ used }: { used: string[] }) => used.map((each) => each.split(' ')[0]);

/** The bracket over the keys of a secret, where nothing rests and no circuit is open. */
const bracketOver = (
  parts: ReturnType<typeof setting>,
  secret: Parameters<typeof createKeyPool>[0]['secret'],
  keyCheck: KeyCheck = ACCEPTED,
  rests = restingAs(() => ({ kind: 'over' })),
) =>
  withKeyPool({
    ...parts,
    keys: createKeyPool({ clock: parts.clock, random: () => 0, secret }),
    rests,
    circuits: { look: async () => null },
    keyCheck,
    emit: () => {},
  });

describe('a key that the provider limits', () => {
  it('is left alone for that model, and the next key takes the call at once', async () => {
    const call = pooled('["a", "b"]', { a: [limited()] });
    expect((await call.ask()).ok).toBe(true);
    expect((await call.ask()).ok).toBe(true);
    expect((await call.ask()).ok).toBe(true);
    expect(names(call)).toEqual(['a', 'b', 'b', 'b']);
    expect(call.events).toEqual([
      { type: 'model.cooled', model: 'claude-sonnet-5-5', kind: 'standard', forMs: 30_000 },
    ]);
  });

  it('goes on answering for other models', async () => {
    const call = pooled('a', { a: [limited(), answered] });
    await call.ask();
    expect((await call.ask('claude-haiku-4-5')).ok).toBe(true);
  });

  it('is asked again when the time is over', async () => {
    const call = pooled('a', { a: [limited(), answered] });
    await call.ask();
    await call.clock.advance(29_800);
    expect(await call.ask()).toMatchObject({ ok: false, fault: { kind: 'rate-limited', retryAfterMs: 200 } });
    await call.clock.advance(200);
    expect((await call.ask()).ok).toBe(true);
    expect(names(call)).toEqual(['a', 'a']);
  });

  it('is left alone by every process', async () => {
    const call = pooled('a', { a: [limited()] });
    await call.ask();
    const elsewhere = call.process();
    expect(await elsewhere()).toMatchObject({ ok: false, fault: { kind: 'rate-limited', retryAfterMs: 30_000 } });
    expect(names(call)).toEqual(['a']);
  });

  it('that does not say for how long is passed over in this call alone', async () => {
    const call = pooled('["a", "b"]', { a: [limited(null), answered] });
    await call.ask();
    await call.ask();
    await call.ask();
    expect(names(call)).toEqual(['a', 'b', 'b', 'a']);
  });

  it('in the middle of its answer is told as it is: nobody goes on where the text is out', async () => {
    const cut = failing('rate-limited', { contentSeen: true, retryAfterMs: 30_000 });
    const call = pooled('["a", "b"]', { a: [cut] });
    expect(await call.ask()).toBe(cut);
    expect(names(call)).toEqual(['a']);
  });

  it('is told to the other processes while the run goes on, and before it ends', async () => {
    const writing = Promise.withResolvers<void>();
    const parts = setting('http://unused');
    const bracket = withKeyPool({
      ...parts,
      keys: { nextKeys: async () => [KEY], refresh: async () => {}, demote: () => {} },
      rests: { ...restingAs(() => ({ kind: 'over' })), limited: () => writing.promise },
      circuits: { look: async () => null },
      keyCheck: ACCEPTED,
      emit: () => {},
    });
    expect(await bracket(async () => limited())(REQUEST, parts.context)).toMatchObject({ ok: false });
    let closed = false;
    const closing = parts.context.background.flush().then(() => (closed = true));
    await parts.clock.advance(1_000);
    expect(closed).toBe(false);
    writing.resolve();
    await closing;
  });

  it('with a wait of nothing is not asked again without end', async () => {
    const call = pooled('a', { a: [limited(0)] });
    expect(await call.ask()).toMatchObject({ fault: { kind: 'rate-limited', retryAfterMs: 0 } });
    expect(names(call)).toEqual(['a']);
  });
});

describe('a key that rests', () => {
  const DAY_MS = 86_400_000;

  it('rests for the kind of request that was limited, and answers every other', async () => {
    const call = pooled('a', { a: [limited(DAY_MS), answered] });
    const fast = { ...REQUEST, speed: 'fast' } as typeof REQUEST;
    await call.ask(fast);
    expect((await call.ask()).ok).toBe(true);
    expect((await call.ask({ ...REQUEST, service_tier: 'standard_only' })).ok).toBe(true);
    expect(await call.ask(fast)).toMatchObject({ fault: { kind: 'rate-limited' } });
    expect(await call.process()(fast)).toMatchObject({ fault: { kind: 'rate-limited' } });
  });

  it('is tried out by one call twice a minute, whose answer ends it for every process', async () => {
    const call = pooled('a', { a: [limited(DAY_MS), limited(DAY_MS), answered] });
    const elsewhere = call.process();
    await call.ask();
    const tried: number[] = [];
    for (let second = 0; second < 62; second += 1) {
      const before = call.used.length;
      await call.ask();
      await elsewhere();
      if (call.used.length > before) tried.push(second);
      if (call.used.length > 3) break;
      await call.clock.advance(1_000);
    }
    // The second try is answered, and so is what comes after it.
    expect(tried.slice(0, 2)).toEqual([30, 60]);
    await call.clock.advance(1_000);
    expect((await elsewhere()).ok).toBe(true);
    expect((await call.ask()).ok).toBe(true);
  });

  it('is over with the first content of its try, not with the end of the answer', async () => {
    const answers = Promise.withResolvers<void>();
    const parts = setting('http://unused');
    const answeredRests: string[] = [];
    const rests = {
      ...restingAs(() => ({ kind: answeredRests.length === 0 ? 'due' : 'over', forMs: DAY_MS })),
      probe: async () => 7,
      answered: async (name: string, ticket: number) => void answeredRests.push(`${name} ${ticket}`),
    };
    const bracket = bracketOver(parts, { get: async () => 'a', refresh: async () => 'a' }, ACCEPTED, rests);
    const asked = bracket(async (_, { began }) => (began?.(), await answers.promise, answered))(REQUEST, parts.context);
    await parts.clock.advance(1);
    expect(answeredRests).toEqual([expect.stringMatching(/^anthropic\/claude-sonnet-5-5\/standard\/[0-9a-f]{16} 7$/)]);
    answers.resolve();
    expect((await asked).ok).toBe(true);
  });

  it.each([
    ['a budget refused', notMade(refusal(new AppError('budget-exceeded', safe`It is spent.`)))],
    ['its client had written wrongly', failing('invalid-request', { status: 400 })],
    ['its client broke off', failing('cancelled')],
  ])('is tried out by the next call where %s the try: nobody keeps it from the others', async (_, nothing) => {
    const call = pooled('a', { a: [limited(DAY_MS), nothing, answered] });
    await call.ask();
    await call.clock.advance(30_000);
    expect(await call.ask()).toMatchObject({ ok: false, fault: { kind: (nothing as FailedOutcome).fault.kind } });
    expect((await call.process()()).ok).toBe(true);
  });

  it('is not tried out again at once where the provider failed', async () => {
    const call = pooled('a', { a: [limited(DAY_MS), failing('server-error', { status: 500 }), answered] });
    await call.ask();
    await call.clock.advance(30_000);
    expect(await call.ask()).toMatchObject({ ok: false, fault: { kind: 'server-error' } });
    expect(await call.process()()).toMatchObject({ ok: false, fault: { kind: 'rate-limited', status: null } });
  });

  it('beside another of the pool is tried out all the same, and the other takes the call where it still rests', async () => {
    const call = pooled('["a", "b"]', { a: [limited(DAY_MS)] });
    await call.ask();
    await call.clock.advance(30_000);
    for (let calls = 0; calls < 4; calls += 1) expect((await call.ask()).ok).toBe(true);
    expect(names(call).filter((name) => name === 'a')).toHaveLength(2);
  });
});

describe('where every key is limited', () => {
  it('the call is refused, to come back when the first of them is free', async () => {
    const call = pooled('["a", "b"]', { a: [limited(60_000)], b: [limited(20_000)] });
    expect(await call.ask()).toMatchObject({ fault: { kind: 'rate-limited', status: 429, retryAfterMs: 20_000 } });
    expect(await call.ask()).toMatchObject({ fault: { kind: 'rate-limited', status: null, retryAfterMs: 20_000 } });
    expect(names(call)).toEqual(['a', 'b']);
  });

  it('a rest that is nearly over is waited for', async () => {
    const call = pooled('a', { a: [limited(10_000), answered] });
    await call.ask();
    await call.clock.advance(9_950);
    const asked = call.ask();
    await call.clock.advance(50);
    expect((await asked).ok).toBe(true);
  });

  it('a rest that is over with the deadline makes no call', async () => {
    const parts = setting('http://unused', { deadlineMs: 50 });
    const until = parts.clock.now() + 50;
    const bracket = withKeyPool({
      ...parts,
      keys: { nextKeys: async () => [KEY], refresh: async () => {}, demote: () => {} },
      rests: restingAs(() => ({ kind: 'resting', forMs: until - parts.clock.now() })),
      circuits: { look: async () => null },
      keyCheck: ACCEPTED,
      emit: () => {},
    });
    const outcome = bracket(() => Promise.reject(new Error('called')))(REQUEST, parts.context);
    const told = expect(outcome).resolves.toMatchObject({ ok: false, fault: { kind: 'deadline' } });
    await parts.clock.advance(50);
    await told;
  });
});

describe('a key that the provider rejects', () => {
  it.each([
    [401, 'unauthorized'],
    [403, 'forbidden'],
  ] as const)('with %i has the secret read again, and the call is tried once more', async (status, reason) => {
    const call = pooled('old', { old: [rejection(status)], new: [answered] });
    call.secret.refreshed = 'new';
    expect((await call.ask()).ok).toBe(true);
    expect(names(call)).toEqual(['old', 'new']);
    expect(call.events).toEqual([{ type: 'credential.rejected', status, reason }]);
  });

  it('twice is the service’s own fault: no third try', async () => {
    const call = pooled('a', { a: [rejection(401)] });
    expect(await call.ask()).toMatchObject({ fault: { kind: 'credential', error: { code: 'upstream-error' } } });
    expect(names(call)).toEqual(['a', 'a']);
  });

  it('as all the others are is not asked again', async () => {
    const call = pooled('["a", "b"]', { a: [rejection(401)], b: [rejection(403)] });
    expect(await call.ask()).toMatchObject({ fault: { kind: 'credential', status: 403 } });
    expect(names(call)).toEqual(['a', 'b']);
  });

  it.each([0, 50])(
    'after one that is limited for %i ms leaves the call limited: nobody waits for it here',
    async (ms) => {
      const call = pooled('["a", "b"]', { a: [limited(ms)], b: [rejection(401)] });
      const asked = call.ask();
      await call.clock.advance(10);
      const { pending } = call.clock;
      // Whatever it waits for ends with the caller.
      call.leave.abort();
      expect(await asked).toMatchObject({
        fault: { kind: 'rate-limited', status: 429, retryAfterMs: ms, error: { code: 'rate-limited' } },
      });
      expect(pending).toBe(1);
      expect(names(call)).toEqual(['a', 'b']);
    },
  );

  it('beside one that rests for a moment more waits for that one', async () => {
    const call = pooled('["a", "b"]', { a: [limited(10_000), answered], b: [answered, rejection(401)] });
    await call.ask();
    await call.clock.advance(9_950);
    const asked = call.ask();
    await call.clock.advance(50);
    expect((await asked).ok).toBe(true);
    expect(names(call)).toEqual(['a', 'b', 'b', 'a']);
  });

  it('is not preferred to waiting for a good one', async () => {
    const call = pooled('["a", "b"]', { a: [rejection(401)], b: [limited(5_000)] });
    expect(await call.ask()).toMatchObject({ fault: { kind: 'rate-limited', retryAfterMs: 5_000 } });
    expect(names(call)).toEqual(['a', 'b']);
  });

  it('and another one after it leave the call to the third', async () => {
    const call = pooled('["a", "b", "c"]', { a: [rejection(401)], b: [rejection(403)] });
    expect((await call.ask()).ok).toBe(true);
    expect(names(call)).toEqual(['a', 'b', 'c']);
  });

  it('holds no call past its deadline, however long its secret takes', async () => {
    const parts = setting('http://unused', { deadlineMs: 1_000 });
    const secret = { get: async () => 'a', refresh: () => new Promise<string>(() => {}) };
    const bracket = bracketOver(parts, secret);
    let attempts = 0;
    const next: Attempt = async () => ((attempts += 1), rejection(401));
    const outcome = bracket(next)(REQUEST, parts.context);
    await parts.clock.advance(1_000);
    expect(await outcome).toMatchObject({ ok: false, fault: { kind: 'credential' } });
    expect(attempts).toBe(1);
  });

  it.each([
    ['a', ['a', 'a']],
    ['["a", "b"]', ['a', 'b']],
  ])('leaves the call to the keys that are known where %s cannot be read again', async (text, expected) => {
    const parts = setting('http://unused');
    const used: string[] = [];
    const texts = [text];
    const get = async () => {
      const next = texts.pop();
      if (next === undefined) throw new AppError('store-unavailable', safe`no secret`);
      return next;
    };
    const secret = { get, refresh: () => Promise.reject(new Error('gone')) };
    const bracket = bracketOver(parts, secret);
    const next: Attempt = async (_request, { key }) => (used.push(key?.value ?? 'none'), rejection(401));
    const outcome = await bracket(next)(REQUEST, parts.context);
    expect(outcome).toMatchObject({ ok: false, fault: { kind: 'credential', status: 401 } });
    expect(used).toEqual(expected);
  });

  it('leaves the call to another key of the pool', async () => {
    const call = pooled('["a", "b"]', { a: [rejection(401)] });
    expect((await call.ask()).ok).toBe(true);
    expect((await call.ask()).ok).toBe(true);
    expect(names(call)).toEqual(['a', 'b', 'b']);
  });

  it.each([402, 400] as const)('for want of money, with %i, is told and not tried once more', async (status) => {
    const call = pooled('a', { a: [unpaid(status)] });
    expect(await call.ask()).toMatchObject({ fault: { kind: 'credential', error: { code: 'upstream-error' } } });
    expect(names(call)).toEqual(['a']);
    expect(call.events).toEqual([{ type: 'credential.rejected', status, reason: 'unpaid' }]);
  });

  it('for want of money leaves its calls to another key, and comes last once that one has answered', async () => {
    const call = pooled('["a", "b"]', { a: [unpaid(400)] });
    for (let calls = 0; calls < 3; calls += 1) expect((await call.ask()).ok).toBe(true);
    expect(names(call)).toEqual(['a', 'b', 'b', 'b']);
  });

  it('by words that another key hears of the same request too keeps its turn', async () => {
    const call = pooled('["a", "b"]', { a: [unpaid(400), answered], b: [unpaid(400), answered] });
    expect(await call.ask()).toMatchObject({ fault: { kind: 'credential' } });
    await call.ask();
    await call.ask();
    expect(names(call)).toEqual(['a', 'b', 'b', 'a']);
  });

  it('that no header can carry is never sent, and told as a rejected one', async () => {
    const call = pooled('["smart–dash", "b"]', {});
    expect((await call.ask()).ok).toBe(true);
    expect((await call.ask()).ok).toBe(true);
    expect(names(call)).toEqual(['b', 'b']);
    expect(call.events).toEqual([{ type: 'credential.rejected', status: null, reason: 'unsendable' }]);
    const alone = pooled('two\nlines', {});
    expect(await alone.ask()).toMatchObject({ fault: { kind: 'credential', error: { code: 'upstream-error' } } });
    expect(names(alone)).toEqual([]);
  });
});

describe('a 403', () => {
  it('of a key that answers an unpaid question is the client’s: it is passed on, and no other key is asked', async () => {
    const forbidden = failing('forbidden', { status: 403 });
    const call = pooled('["a", "b"]', { a: [forbidden] }, false);
    expect(await call.ask()).toBe(forbidden);
    expect(names(call)).toEqual(['a']);
    expect(call.events).toEqual([]);
  });

  it('asks the unpaid question no longer than the call may take', async () => {
    const parts = setting('http://unused', { deadlineMs: 1_000 });
    const keyCheck = { isRefused: () => new Promise<boolean>(() => {}) };
    const bracket = bracketOver(parts, { get: async () => 'a', refresh: async () => 'a' }, keyCheck);
    const forbidden = failing('forbidden', { status: 403 });
    const outcome = bracket(async () => forbidden)(REQUEST, parts.context);
    await parts.clock.advance(1_000);
    expect(await outcome).toBe(forbidden);
  });
});

describe('a limit that no waiting mends', () => {
  const final = failing('rate-limited', { status: 429, final: true, upstreamMessage: { message: 'not in this plan' } });

  it('is told in the provider’s words where every key says so, and nobody is told to come back', async () => {
    const call = pooled('["a", "b"]', { a: [final], b: [final] });
    expect(await call.ask()).toMatchObject({
      fault: {
        kind: 'rate-limited',
        status: 429,
        final: true,
        retryAfterMs: null,
        error: { upstreamMessage: { message: 'not in this plan' } },
      },
    });
    expect(names(call)).toEqual(['a', 'b']);
  });

  it.each([
    ['["a", "b"]', ['a', 'b']],
    ['["b", "a"]', ['b', 'a']],
  ])('is none where another key of %s is only limited for a while', async (keys, asked) => {
    const call = pooled(keys, { a: [final], b: [limited(5_000)] });
    const outcome = await call.ask();
    expect(outcome).toMatchObject({ fault: { kind: 'rate-limited', retryAfterMs: 5_000 } });
    expect(outcome.ok ? null : outcome.fault).not.toHaveProperty('final');
    expect(names(call)).toEqual(asked);
  });
});

it.each(['overloaded', 'server-error', 'connection', 'invalid-request'] as const)(
  '%s cools no key and is told as it is',
  async (kind) => {
    const call = pooled('["a", "b"]', { a: [failing(kind, { retryAfterMs: 9_000 })] });
    expect(await call.ask()).toMatchObject({ fault: { kind } });
    expect(names(call)).toEqual(['a']);
    expect(call.events).toEqual([]);
  },
);

it('a pool that cannot be read makes no call', async () => {
  const parts = setting('http://unused');
  const error = new AppError('store-unavailable', safe`no key`, { retryAfterMs: 5_000 });
  const bracket = withKeyPool({
    ...parts,
    keys: { nextKeys: () => Promise.reject(error), refresh: async () => {}, demote: () => {} },
    rests: restingAs(() => ({ kind: 'over' })),
    circuits: { look: async () => null },
    keyCheck: ACCEPTED,
    emit: () => {},
  });
  const outcome = await bracket(() => Promise.reject(new Error('called')))(REQUEST, parts.context);
  expect(outcome).toMatchObject({ ok: false, fault: { kind: 'refused', error } });
});
