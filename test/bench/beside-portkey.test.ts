import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { besidePortkey } from '../../bench/beside-portkey.ts';
import { countWrites } from '../../bench/writes-a-call.ts';
import { engineMissing } from '../dynamodb.ts';
import { FULL } from '../sizes.ts';

describe.skipIf(engineMissing !== null)('the bench beside another gateway', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ballast-beside-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('counts the writes of a call through the server: those of one alone are its books and its permit', async () => {
    const writes = await countWrites(join(folder, 'counted'), [1, 10]);
    // What the server's schedules write falls on so few calls.
    expect(writes.get(1)).toBeGreaterThanOrEqual(4);
    expect(writes.get(10)).toBeLessThan(writes.get(1) ?? 0);
  });

  // It takes a package that only the bench needs.
  it.skipIf(!FULL)('tells both gateways at every number of connections', async () => {
    const own = join(folder, 'beside');
    mkdirSync(own);
    const effort = { rounds: 1, turnMs: 100, connections: [1, 3], upstreamMs: [0] };
    const { columns, rows } = await besidePortkey(own, effort);
    expect(rows.map(([name]) => name?.split(',')[0])).toEqual(
      Array.from({ length: 4 }, () => ['Portkey', 'Ballast']).flat(),
    );
    expect(rows.every((row) => row.length === columns.length)).toBe(true);
  });
});
