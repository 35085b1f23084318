import { expect, it } from 'vitest';
import type { Circuit } from '../../lib/circuit-breaker/circuit.ts';
import type { CircuitStore } from '../../lib/circuit-breaker/store.ts';
import type { Clock } from '../../lib/kernel/clock.ts';
import { createFakeClock } from '../fake-clock.ts';

const DAY_MS = 24 * 3_600_000;

const closed = (version: number, failures = 1): Circuit => ({
  state: 'closed',
  window: [{ endsAt: 1_763_640_060_123, calls: 1_000, failures, failedBy: {}, succeededBy: [] }],
  version,
  generation: 4,
});

const STATES: readonly Circuit[] = [
  closed(1),
  {
    state: 'closed',
    window: [
      {
        endsAt: 1_763_640_060_123,
        calls: 9,
        failures: 3,
        failedBy: { '0a1b2c3d': 1, ffff0000: 2 },
        succeededBy: ['0a1b2c3d', '99887766'],
      },
    ],
    version: 1,
    generation: 4,
  },
  { state: 'closed', window: [], version: 1, generation: 4 },
  { state: 'open', failures: 5, openedAt: 1_763_640_000_123, probeAt: 1_763_640_060_123, version: 1, generation: 5 },
  {
    state: 'open',
    failures: 5,
    openedAt: 1_763_640_000_123,
    probeAt: 1_763_640_060_123,
    window: [{ endsAt: 1_763_640_060_123, calls: 5, failures: 5, failedBy: { '0a1b2c3d': 5 }, succeededBy: [] }],
    version: 1,
    generation: 5,
  },
  {
    state: 'half-open',
    failures: 5,
    openedAt: 1_763_640_000_123,
    successes: 1,
    probe: { ticket: 9, leaseEndsAt: 1_763_640_095_123 },
    version: 1,
    generation: 6,
  },
  {
    state: 'half-open',
    failures: 5,
    openedAt: 1_763_640_000_123,
    successes: 0,
    probe: null,
    version: 1,
    generation: 6,
  },
  { state: 'isolated', openedAt: 1_763_640_000_123, version: 1, generation: 7 },
  ...[null, 'Too slow.'].map((reason): Circuit => ({
    state: 'isolated',
    openedAt: 1_763_640_000_123,
    word: { by: 'key_1', reason },
    version: 1,
    generation: 7,
  })),
];

/** What every store of circuits does. Each test has names of its own. */
export const circuitStoreContract = (create: (clock: Clock) => CircuitStore): void => {
  it.each(STATES.map((circuit, index) => [`${circuit.state} (${index})`, circuit] as const))(
    'gives a circuit back as it was written: %s',
    async (title, circuit) => {
      const store = create(createFakeClock());
      const name = `anthropic/whole-${title}`;
      expect(await store.replace(name, 0, circuit)).toBe(true);
      expect(await store.get(name)).toEqual(circuit);
      expect(await store.get(name, { eventually: true })).toEqual(circuit);
    },
  );

  it('has none where none was written', async () => {
    expect(await create(createFakeClock()).get('anthropic/unknown')).toBeNull();
  });

  it('writes over the version that was assumed, and no other', async () => {
    const store = create(createFakeClock());
    const name = 'tool/versions';
    expect(await store.replace(name, 3, closed(4))).toBe(false);
    expect(await store.replace(name, 0, closed(1))).toBe(true);
    expect(await store.replace(name, 0, closed(1, 9))).toBe(false);
    expect(await store.replace(name, 1, closed(2, 2))).toBe(true);
    expect(await store.replace(name, 1, closed(2, 9))).toBe(false);
    expect(await store.get(name)).toEqual(closed(2, 2));
  });

  it.each([0, 1])('lets one of twenty simultaneous writers over version %i win', async (version) => {
    const store = create(createFakeClock());
    const name = `tool/race-${version}`;
    if (version === 1) await store.replace(name, 0, closed(1));
    const writers = Array.from({ length: 20 }, (_, writer) => closed(version + 1, writer));
    const won = await Promise.all(writers.map((circuit) => store.replace(name, version, circuit)));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await store.get(name)).toEqual(writers[won.indexOf(true)]);
  });

  it('forgets a circuit a day after its last write, swept or not, and begins anew', async () => {
    const clock = createFakeClock();
    const store = create(clock);
    const name = 'tool/forgotten';
    await store.replace(name, 0, closed(1));
    await clock.advance(DAY_MS - 1_000);
    expect(await store.get(name)).not.toBeNull();
    expect(await store.replace(name, 0, closed(1))).toBe(false);
    await clock.advance(1_000);
    expect(await store.get(name)).toBeNull();
    expect((await store.list()).filter((found) => found.name === name)).toEqual([]);
    expect(await store.replace(name, 0, closed(1, 2))).toBe(true);
    expect(await store.get(name)).toEqual(closed(1, 2));
  });

  it('never forgets an isolated circuit', async () => {
    const clock = createFakeClock();
    const store = create(clock);
    const isolated: Circuit = { state: 'isolated', openedAt: clock.now(), version: 1, generation: 1 };
    await store.replace('tool/isolated', 0, isolated);
    await clock.advance(1_000 * DAY_MS);
    expect(await store.get('tool/isolated')).toEqual(isolated);
    expect(await store.replace('tool/isolated', 0, closed(1))).toBe(false);
  });

  it('lists all circuits by name', async () => {
    const store = create(createFakeClock());
    for (const name of ['list/b', 'list/c', 'list/a']) await store.replace(name, 0, closed(1));
    const found = (await store.list()).filter(({ name }) => name.startsWith('list/'));
    expect(found).toEqual(['list/a', 'list/b', 'list/c'].map((name) => ({ name, circuit: closed(1) })));
  });
};
