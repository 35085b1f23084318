import { expect, it } from 'vitest';
import { createTable } from '../../lib/dynamodb/table.ts';
import type { Clock } from '../../lib/kernel/clock.ts';
import { createDeadline } from '../../lib/kernel/deadline.ts';
import { createDynamoDbCache } from '../../lib/response-cache/dynamodb-cache.ts';
import type { CacheKey } from '../../lib/response-cache/key.ts';
import { LEAD_LIMIT_MS, type Look } from '../../lib/response-cache/response-cache.ts';
import { LOOK_LIMIT_MS } from '../../lib/response-cache/shared-looks.ts';
import { systemClock } from '../../local/system-clock.ts';
import { describeOnDynamoDb, TABLE_NAMES } from '../dynamodb.ts';
import { seededRandom } from '../seeded-random.ts';
import { keyFor, missed, randomBytes } from './parts.ts';

/** Far longer than all of it takes, however busy the machine. */
const LEASE_MS = 30_000;
const BODY = '{"output":"once"}';

/** The machine's time, but with patience for the store: who runs is shown here, not how fast a busy machine is. */
const patient: Clock = {
  now: () => systemClock.now(),
  monotonicMs: () => systemClock.monotonicMs(),
  after: (ms, act) => systemClock.after(ms === LOOK_LIMIT_MS || ms === LEAD_LIMIT_MS ? 10_000 : ms, act),
};

describeOnDynamoDb('one flight for all', (engine) => {
  /** Two environments, each with its own view of the table, in the machine's own time. */
  const fleet = () =>
    [1, 2].map((seed) =>
      createDynamoDbCache({
        clock: patient,
        random: seededRandom(seed),
        randomBytes,
        emit: () => {},
        leaseMs: LEASE_MS,
        table: createTable({
          client: engine().client,
          name: TABLE_NAMES.ControlTable,
          clock: systemClock,
          random: seededRandom(seed),
        }),
      }),
    );
  const openAll = (key: CacheKey, times: number): Promise<Look>[] => {
    const caches = fleet();
    return Array.from({ length: times }, async (_, caller) => {
      using deadline = createDeadline(systemClock, 15_000);
      const look = await caches[caller % caches.length]?.open(key, { mode: 'use', ttlSeconds: 60, deadline });
      if (look === undefined) throw new Error('there are two environments');
      return look;
    });
  };
  const first = async (looks: readonly Promise<Look>[]) => {
    const leader = await Promise.race(looks);
    return { leader: missed(leader), others: looks.map((look) => look.then((one) => (one === leader ? null : one))) };
  };

  it('lets one of 100 over two environments make the answer, and gives it to all others', async () => {
    const { leader, others } = await first(openAll(keyFor('hundred'), 100));
    await leader.flight.store(BODY);
    const followers = (await Promise.all(others)).filter((look) => look !== null);
    expect(followers).toHaveLength(99);
    const kinds = new Set(
      followers.map((look) => (look.kind === 'hit' ? `${look.kind} ${look.answer.body}` : look.kind)),
    );
    expect([...kinds]).toEqual([`hit ${BODY}`]);
    expect(followers.every((look) => look.kind === 'hit' && look.shared)).toBe(true);
  });

  it('sends all followers of an answer that is not for others off at once', async () => {
    const { leader, others } = await first(openAll(keyFor('unshared'), 30));
    await leader.flight.unstorable();
    const endedAt = performance.now();
    const followers = (await Promise.all(others)).filter((look) => look !== null);
    // One after the other would take a lease each; a pause is one second at most.
    expect(performance.now() - endedAt).toBeLessThan(LEASE_MS);
    expect(followers.map((look) => look.kind)).toEqual(Array(29).fill('miss'));
  });

  it("makes each tenant's own answer to the same question", async () => {
    const ask = () => Promise.all(['acme', 'globex'].flatMap((tenant) => openAll(keyFor('same', tenant), 1)));
    const looks = (await ask()).map(missed);
    await Promise.all(looks.map(({ flight }, at) => flight.store(`of tenant ${at}`)));
    const again = (await ask()).map((look) => look.kind === 'hit' && look.answer.body);
    expect(again).toEqual(['of tenant 0', 'of tenant 1']);
  });
});
