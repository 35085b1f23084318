import { expect, it } from 'vitest';
import { createAskProvider } from '../../../lib/gateway/questions/ask-provider.ts';
import { createDeadline } from '../../../lib/kernel/deadline.ts';
import { createKeyPool, type KeyPool } from '../../../lib/model-call/keys/key-pool.ts';
import type { Question } from '../../../lib/model-call/provider.ts';
import { createAnthropic } from '../../../lib/providers/anthropic/anthropic.ts';
import type { BallastEvent } from '../../../lib/telemetry/events.ts';
import { createFakeClock } from '../../fake-clock.ts';
import { refusedBy, startUnpaidUpstream } from '../unpaid-upstream.ts';

const QUESTION: Question = { method: 'GET', path: '/v1/models', headers: {}, query: {} };

it('a rejected key holds no question past its deadline, however long its secret takes', async () => {
  await using upstream = await startUnpaidUpstream(() => refusedBy(401, 'authentication_error', 'invalid x-api-key'));
  const clock = createFakeClock();
  const events: BallastEvent[] = [];
  const reading = Promise.withResolvers<void>();
  const keys: KeyPool = {
    nextKeys: async () => [{ id: 'id', value: 'key' }],
    refresh: () => (reading.resolve(), new Promise(() => {})),
    demote: () => {},
  };
  const ask = createAskProvider({
    provider: createAnthropic({ baseUrl: upstream.url, clock }),
    keys,
    clock,
    random: () => 0,
    emit: (event) => events.push(event),
    keyCheck: { isRefused: async () => false },
    retry: { maxRetries: 3, baseDelayMs: 1, maxDelayMs: 10 },
  });
  using deadline = createDeadline(clock, 1_000);
  const asked = ask(QUESTION, deadline);
  const told = expect(asked).rejects.toMatchObject({ code: 'upstream-error' });
  await reading.promise;
  await clock.advance(1_000);
  await told;
  expect(upstream.asked).toHaveLength(1);
  expect(events).toEqual([{ type: 'credential.rejected', status: 401, reason: 'unauthorized' }]);
});

/** What came of one question with a pool of those keys, of which the provider takes the good one. */
const askedWith = async (secret: string) => {
  await using upstream = await startUnpaidUpstream(({ headers }) =>
    JSON.stringify(headers).includes('good')
      ? { status: 200, body: '{"data":[]}' }
      : refusedBy(401, 'authentication_error', 'invalid x-api-key'),
  );
  const clock = createFakeClock();
  const get = async () => secret;
  const ask = createAskProvider({
    provider: createAnthropic({ baseUrl: upstream.url, clock }),
    clock,
    random: () => 0,
    emit: () => {},
    keys: createKeyPool({ secret: { get, refresh: get }, clock, random: () => 0 }),
    keyCheck: { isRefused: async () => false },
    retry: { maxRetries: 3, baseDelayMs: 1, maxDelayMs: 10 },
  });
  using deadline = createDeadline(clock, 1_000);
  const outcome = await ask(QUESTION, deadline).then(
    ({ text }) => text,
    ({ code }: { code: string }) => code,
  );
  return { outcome, requests: upstream.asked.length };
};

it.each([
  ['["bad-1", "bad-2", "good"]', '{"data":[]}', 3],
  ['["bad-1", "bad-2", "bad-3"]', 'upstream-error', 3],
  ['bad-1', 'upstream-error', 2],
])('every key of a pool is asked once before the service gives up, the only one twice: %s', async (...row) => {
  const [secret, outcome, requests] = row;
  expect(await askedWith(secret)).toEqual({ outcome, requests });
});
