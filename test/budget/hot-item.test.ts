import { describe, expect, it, vi } from 'vitest';
import { FULL } from '../sizes.ts';
import { type HotItemOptions, type Seen, simulateHotItem } from './hot-item.ts';

vi.setConfig({ testTimeout: 1_800_000 });

interface Burst {
  readonly callSeconds: number;
  /** Calls a second: two thirds of what the item takes, and twice what it takes. */
  readonly base: number;
  readonly peak: number;
  readonly seed: number;
  readonly seconds: number;
}

const SMALL: readonly Burst[] = [{ callSeconds: 5, base: 12, peak: 56, seed: 7, seconds: 6 }];
const LARGE: readonly Burst[] = [
  { callSeconds: 5, base: 15, peak: 60, seed: 1, seconds: 30 },
  { callSeconds: 5, base: 15, peak: 60, seed: 2, seconds: 120 },
  { callSeconds: 1, base: 30, peak: 130, seed: 3, seconds: 30 },
  { callSeconds: 1, base: 30, peak: 130, seed: 5, seconds: 150 },
  { callSeconds: 20, base: 6, peak: 30, seed: 4, seconds: 60 },
];

const play = async ({ callSeconds, base, peak, seed, seconds }: Burst, change: Partial<HotItemOptions> = {}) => {
  const seen = await simulateHotItem({
    callSeconds,
    seed,
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
    'answers what fits ten seconds after, and has settled all within two minutes: calls of $callSeconds s, $peak a second',
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
