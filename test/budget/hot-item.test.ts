import { describe, expect, it, vi } from 'vitest';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { FULL } from '../sizes.ts';
import { type HotItemOptions, type Seen, simulateHotItem } from './hot-item.ts';
import { engineWorld } from './item-worlds.ts';

vi.setConfig({ testTimeout: 1_800_000 });

interface Burst {
  readonly callSeconds: number;
  /** Calls a second: two thirds of what the item takes, and twice what it takes. */
  readonly base: number;
  readonly peak: number;
  readonly seed: number;
  readonly seconds: number;
  readonly shards?: number;
}

const SMALL: readonly Burst[] = [
  { callSeconds: 5, base: 12, peak: 56, seed: 7, seconds: 6 },
  { callSeconds: 5, base: 24, peak: 112, seed: 8, seconds: 6, shards: 2 },
];
const LARGE: readonly Burst[] = [
  { callSeconds: 5, base: 15, peak: 60, seed: 1, seconds: 30 },
  { callSeconds: 5, base: 15, peak: 60, seed: 2, seconds: 120 },
  { callSeconds: 1, base: 30, peak: 130, seed: 3, seconds: 30 },
  { callSeconds: 1, base: 30, peak: 130, seed: 5, seconds: 150 },
  { callSeconds: 20, base: 6, peak: 30, seed: 4, seconds: 60 },
  { callSeconds: 20, base: 100, peak: 320, seed: 9, seconds: 30, shards: 16 },
];

const play = async (
  { callSeconds, base, peak, seed, seconds, shards }: Burst,
  change: Partial<HotItemOptions> = {},
) => {
  const seen = await simulateHotItem({
    callSeconds,
    seed,
    shards,
    retries: 2,
    phases: [
      { name: 'before', perSecond: base, seconds: callSeconds * 2 },
      { name: 'burst', perSecond: peak, seconds },
      { name: 'ten seconds', perSecond: base, seconds: 10 },
      { name: 'after', perSecond: base, seconds: 10 },
      { name: 'quiet', perSecond: 0, seconds: 120 },
    ],
    ...change,
  });
  return Object.fromEntries(seen.map((phase) => [phase.name, phase])) as Record<string, Seen>;
};

describe('a budget item under twice the calls that it takes', () => {
  it.each(FULL ? LARGE : SMALL)(
    'answers what fits ten seconds after, and has settled all within two minutes: calls of $callSeconds s, $peak a second, shards: $shards',
    async (burst) => {
      const { burst: during, after, quiet } = await play(burst);
      console.log({ during, after, quiet });
      expect(during?.throttled).toBeGreaterThan(0);
      expect(after?.asked).toBeGreaterThan(0);
      expect(after?.answered).toBe(after?.asked);
      expect(quiet?.open).toBe(0);
      expect(during?.itemBytes).toBeLessThan(30_000);
    },
  );
});

describe('the shards of a budget', () => {
  it('take calls of 20 s of which one item refuses most, and refuse and throttle none', async () => {
    const callSeconds = 20;
    const [seconds, perSecond, shards] = FULL ? [60, 100, 16] : [10, 20, 3];
    const phases = [
      { name: 'ramp', perSecond, seconds: FULL ? 30 : 15 },
      { name: 'steady', perSecond, seconds },
    ];
    const options = { callSeconds, seed: 3, retries: 0, phases };
    const [spread, one] = await Promise.all([simulateHotItem({ ...options, shards }), simulateHotItem(options)]);
    console.log({ spread, one });
    for (const { asked, answered, throttled } of spread) expect([answered, throttled]).toEqual([asked, 0]);
    const steady = one.find(({ name }) => name === 'steady');
    expect(steady?.answered).toBeLessThan((steady?.asked ?? 0) * 0.7);
  });
});

describe('a budget item whose calls are of one process', () => {
  it('is throttled for fewer than a quarter of the writes, and answers more', async () => {
    const phases = [{ name: 'burst', perSecond: 80, seconds: FULL ? 60 : 10 }];
    const options = { callSeconds: 1, seed: 6, retries: 0, phases };
    const [[apart], [together]] = await Promise.all([
      simulateHotItem(options),
      simulateHotItem({ ...options, oneProcess: true }),
    ]);
    console.log({ apart, together });
    if (apart === undefined || together === undefined) throw new Error('nothing was seen');
    expect(apart.throttled).toBeGreaterThan(50);
    expect(together.throttled).toBeLessThan(apart.throttled / 4);
    expect(together.answered / together.asked).toBeGreaterThan(apart.answered / apart.asked);
  });
});

describe('a budget item whose ledger is away', () => {
  it('answers what fits ten seconds after, and is no larger than before', async () => {
    const seconds = FULL ? 60 : 10;
    const { burst, after, quiet } = await play(
      { callSeconds: 2, base: 20, peak: 20, seed: 5, seconds },
      { retries: 0, away: 'burst' },
    );
    console.log({ burst, after, quiet });
    expect(burst?.answered).toBe(0);
    expect(after?.asked).toBeGreaterThan(100);
    expect(after?.answered).toBe(after?.asked);
    expect(after?.itemBytes).toBeLessThan(15_000);
    expect(quiet?.open).toBe(0);
  });
});

/** A tenth of what a partition takes, so that one process can ask for more than that. */
const ENGINE_UNITS = 100;

describeOnDynamoDb('a budget item on an engine that throttles', () => {
  // It lasts as long as it says, so that a busy machine would decide.
  it.runIf(FULL)('answers what fits ten seconds after thirty at twice its ceiling, and settles all', async () => {
    await using world = await engineWorld(ENGINE_UNITS);
    const phases = [
      { name: 'before', perSecond: 8, seconds: 10 },
      { name: 'burst', perSecond: 32, seconds: 30 },
      { name: 'ten seconds', perSecond: 8, seconds: 10 },
      { name: 'after', perSecond: 8, seconds: 10 },
      { name: 'quiet', perSecond: 0, seconds: 90 },
    ];
    const seen = await simulateHotItem({ callSeconds: 2, seed: 11, retries: 2, phases }, world);
    console.log(seen);
    const [before, burst, , after, quiet] = seen;
    expect(before?.answered).toBe(before?.asked);
    expect(burst?.throttled).toBeGreaterThan(0);
    expect(after?.asked).toBeGreaterThan(0);
    expect(after?.answered).toBe(after?.asked);
    expect(quiet?.open).toBe(0);
  });
});
