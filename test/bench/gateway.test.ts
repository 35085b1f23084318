import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gateway, gatewayDelay } from '../../bench/gateway.ts';
import { countGatewayOperations, startCountedWays } from '../../bench/gateway-footprint.ts';
import { percentile, timingOf } from '../../bench/gateway-load.ts';
import { OF_REQUESTS } from '../../scripts/cost/counted.ts';
import { engineMissing } from '../dynamodb.ts';

describe.skipIf(engineMissing !== null)('the bench of the gateway', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ballast-gateway-'));
  let ways: Awaited<ReturnType<typeof startCountedWays>>;
  beforeAll(async () => {
    ways = await startCountedWays(folder);
  });
  afterAll(async () => {
    await ways[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  it('has a floor that asks of DynamoDB what a guarded call asks, in the same order', async () => {
    const { json, events, floor } = await countGatewayOperations(ways);
    expect(floor).toEqual([['UpdateItem budget', 'UpdateItem rate'], ['PutItem usage'], ['UpdateItem budget']]);
    expect(json).toEqual(floor);
    expect(events).toEqual(floor);
    const { writes, reads } = OF_REQUESTS['gateway calls'];
    expect(json.flat()).toHaveLength(writes + reads);
  });

  it('tells every way to a model at every number of connections, as ratios to two of them', async () => {
    const { columns, rows } = await gateway(ways, { rounds: 1, turnMs: 50, connections: [1, 3] });
    expect(rows.map(([name]) => name?.split(',')[0])).toEqual(
      Array.from({ length: 4 }, () => ['bare pass-through', 'floor', 'Ballast']).flat(),
    );
    expect(rows.every((row) => row.length === columns.length)).toBe(true);
    for (const [at, [, perSecond, ofBare, ofFloor, , , cpu]] of rows.entries()) {
      expect(Number(perSecond)).toBeGreaterThan(0);
      expect(Number(cpu)).toBeGreaterThan(0);
      expect([ofBare, ofFloor][at % 3] ?? '1.00').toBe('1.00');
    }
    const delay = await gatewayDelay(ways, { rounds: 1, turnMs: 100, connections: [1, 3] });
    expect(delay.rows.map(([connections]) => connections)).toEqual(['1', '3']);
    expect(delay.rows.flatMap(([, ...delays]) => delays).every((ms) => Number(ms) > 0)).toBe(true);
  });
});

describe('an answer’s timing', () => {
  const answer = (stamp: string) => Buffer.from(`{"text":"@${stamp}"}`);

  it('counts from the instant that the upstream wrote into it', () => {
    const timing = timingOf(1_000_000n, 5_500_000n, 9_000_000n, answer('5000000'.padStart(20, '0')));
    expect(timing).toEqual({ totalMs: 8, delayMs: 0.5 });
  });

  it('is none where the answer is another one', () => {
    expect(() => timingOf(1n, 2n, 3n, answer('soon'))).toThrow('not the one');
  });

  it('has a median that half of all are not above', () => {
    expect(percentile([3, 1, 2], 0.5)).toBe(2);
    expect(percentile([1, 2, 3, 4], 0.99)).toBe(4);
  });
});
