import { expect, it } from 'vitest';
import type { ModelRequest, Provider, UpstreamEvent } from '../../lib/model-call/provider.ts';
import { createAutoClock } from '../../testing/auto-clock.ts';
import { createInFlight } from '../../testing/in-flight.ts';

const REQUEST: ModelRequest = { model: 'claude-sonnet-5-5', max_tokens: 1, messages: [] };
const EVENT: UpstreamEvent = { bytes: Buffer.from('event: ping\ndata: {}\n\n'), event: 'ping', data: '{}' };

const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

/** A call whose upstream has sent one event and says no more, with a limit of 10 ms on it. */
const calling = () => {
  const clock = createAutoClock(0);
  const inFlight = createInFlight(clock);
  const arrived = Promise.withResolvers<void>();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  const provider: Provider = {
    stream: async () => ({
      requestId: null,
      events: (async function* () {
        await Promise.race([arrived.promise, failed.promise]);
        yield EVENT;
        await failed.promise;
      })(),
    }),
    countTokens: () => failed.promise,
    ask: () => failed.promise,
  };
  const pace = inFlight.paceOf();
  const steps = pace.steps([{ do: 'head', status: 200, headers: {} }, { do: 'hold' }])[Symbol.iterator]();
  steps.next();
  pace.sent();
  steps.next();
  const leaving = new AbortController();
  const reading = (async () => {
    const { events } = await inFlight.watched(provider).stream(REQUEST, { key: undefined, signal: leaving.signal });
    for await (const _ of events);
  })().catch(() => {});
  clock.after(10, () => {});
  return { clock, pace, leaving, arrived, failed, reading };
};

it('time stands still while an event is between the two ends, and moves on once it was read', async () => {
  const { clock, arrived } = calling();
  await turns(20);
  expect(clock.now()).toBe(0);
  arrived.resolve();
  await turns(20);
  expect(clock.now()).toBe(10);
});

it('time stands still while the client has left and does not know it yet', async () => {
  const { clock, pace, arrived, failed, leaving, reading } = calling();
  leaving.abort();
  arrived.resolve();
  await turns(20);
  expect(clock.now()).toBe(0);
  failed.reject(new Error('aborted'));
  await reading;
  pace.closed();
  await turns(20);
  expect(clock.now()).toBe(10);
});

it('time stands still while the upstream has not seen a call', async () => {
  const { clock, pace, arrived } = calling();
  pace.closed();
  arrived.resolve();
  await turns(20);
  expect(clock.now()).toBe(0);
});

it('time stands still while tokens are counted', async () => {
  const clock = createAutoClock(0);
  const counting = Promise.withResolvers<number>();
  const none = () => Promise.reject(new Error('nothing else is asked'));
  const provider = createInFlight(clock).watched({ stream: none, countTokens: () => counting.promise, ask: none });
  const counted = provider.countTokens(REQUEST, { key: undefined, signal: new AbortController().signal });
  clock.after(10, () => {});
  await turns(20);
  expect(clock.now()).toBe(0);
  counting.resolve(7);
  expect(await counted).toBe(7);
  await turns(20);
  expect(clock.now()).toBe(10);
});
