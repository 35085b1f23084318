import { describe, expect, it } from 'vitest';
import { NEVER_FAILED } from '../../lib/circuit-breaker/circuit.ts';
import { createKnownCircuits } from '../../lib/circuit-breaker/known-circuits.ts';
import { createSdkClient, throughSdk } from '../../lib/dynamodb/client.ts';
import { createRunCheck, HEALTHY } from '../../lib/health/check.ts';
import { createLookUps } from '../../lib/identity/look-ups.ts';
import { createDeadline } from '../../lib/kernel/deadline.ts';
import { holdLease } from '../../lib/kernel/lease.ts';
import { createStreamTimeouts } from '../../lib/model-call/attempt/stream-timeouts.ts';
import { createLoader } from '../../lib/secrets/loader.ts';
import { serve } from '../aws-sdk/serving.ts';
import { DUMMY_CONNECTION } from '../dynamodb-names.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';

const HOUR_MS = 3_600_000;

type Keeps = (clock: FakeClock, read: () => void) => () => Promise<unknown>;

const KEPT: readonly (readonly [string, number, Keeps])[] = [
  [
    'a circuit',
    1_000,
    (clock, read) => {
      const known = createKnownCircuits({ clock, store: { get: async () => (read(), NEVER_FAILED) } });
      return () => known.get('x');
    },
  ],
  [
    'a key',
    60_000,
    (clock, read) => {
      const lookUps = createLookUps<string>({ clock, maxEntries: 3 });
      return () => lookUps.find('x', async () => (read(), 'found'));
    },
  ],
  [
    // Read ahead of its end.
    'a secret',
    240_000,
    (clock, read) => {
      const secret = createLoader({ clock, read: async () => (read(), 'value') });
      return () => secret.get();
    },
  ],
];

describe.each([
  ['back', -HOUR_MS],
  ['forwards', HOUR_MS],
])('when the wall clock is set %s by an hour', (_, stepMs) => {
  it('a deadline ends when it would have', async () => {
    const clock = createFakeClock();
    using deadline = createDeadline(clock, 10_000);
    await clock.advance(4_000);
    clock.stepWall(stepMs);
    expect([deadline.remainingMs(), deadline.signal.aborted]).toEqual([6_000, false]);
    await clock.advance(6_000);
    expect(deadline.stoppedBy).toBe('deadline');
  });

  it('a store that has died is waited for as long as without', async () => {
    const asked = Promise.withResolvers<void>();
    const { url } = await serve(() => asked.resolve());
    const clock = createFakeClock();
    const store = throughSdk(createSdkClient({ ...DUMMY_CONNECTION, endpoint: url }, clock));
    const answer = store.send('GetItem', { TableName: 'any', Key: {} }).catch((error: Error) => error.name);
    await asked.promise;
    clock.stepWall(stepMs);
    await clock.advance(1_999);
    expect(clock.pending).toBe(1);
    await clock.advance(1);
    expect(await answer).toBe('TimeoutError');
    store.destroy();
  });

  it('a silent upstream is given up when it would have been', async () => {
    const clock = createFakeClock();
    using deadline = createDeadline(clock, 60_000);
    using watchdog = createStreamTimeouts(clock, deadline, { firstContentMs: 10_000, idleMs: 10_000 });
    await clock.advance(4_000);
    clock.stepWall(stepMs);
    await clock.advance(5_999);
    expect(watchdog.verdict).toBeNull();
    await clock.advance(1);
    expect(watchdog.verdict).toBe('no-content');
  });

  it('a measured duration is the time that passed', async () => {
    const clock = createFakeClock();
    const check = createRunCheck({ clock, emit: () => {} });
    const probe = {
      ask: async () => {
        await clock.advance(40);
        clock.stepWall(stepMs);
        return HEALTHY;
      },
      failed: HEALTHY,
    };
    expect(await check('x', probe, 1_000)).toMatchObject({ latencyMs: 40 });
  });

  it('a lease is renewed no longer than its work may take', async () => {
    const clock = createFakeClock();
    let renewals = 0;
    const renew = async () => (renewals += 1) > 0;
    const end = holdLease({ clock, leaseMs: 3_000, forMs: 5_000, renew });
    await clock.advance(1_000);
    clock.stepWall(stepMs);
    await clock.advance(60_000);
    expect(renewals).toBe(5);
    await end();
  });

  it.each(KEPT)(
    '%s that is kept is read again when its time has come, not an hour later',
    async (_kept, keptMs, make) => {
      const clock = createFakeClock();
      let reads = 0;
      const ask = make(clock, () => (reads += 1));
      await ask();
      await clock.advance(keptMs - 1);
      await ask();
      expect(reads).toBe(1);
      clock.stepWall(stepMs);
      await clock.advance(1);
      await ask();
      expect(reads).toBe(2);
    },
  );
});

it.each([
  ['forwards while it is frozen', HOUR_MS, 0],
  ['not at all', 0, 60_000],
])('what is kept for a minute is over in time when the wall clock went %s', async (_, frozenMs, passedMs) => {
  const clock = createFakeClock();
  const lookUps = createLookUps<string>({ clock, maxEntries: 3 });
  let reads = 0;
  const ask = () => lookUps.find('x', async () => ((reads += 1), 'found'));
  await ask();
  clock.stepWall(frozenMs);
  await clock.advance(passedMs);
  await ask();
  expect(reads).toBe(2);
});
