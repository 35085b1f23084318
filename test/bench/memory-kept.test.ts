import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { drive } from '../../bench/drive.ts';
import { startFastUpstream } from '../../bench/fast-upstream.ts';
import { startLocalServer } from '../../bench/local-server.ts';
import { FULL } from '../sizes.ts';

vi.setConfig({ testTimeout: 3_600_000 });

/** When all is loaded and warm, and at the end. */
const [EARLY, LATE] = [10_000, 100_000];

it.runIf(FULL)('a server holds no more after 100,000 calls than after 10,000', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ballast-memory-'));
  const upstream = await startFastUpstream();
  const server = await startLocalServer({ folder, env: { ANTHROPIC_BASE_URL: upstream.url, LOG_LEVEL: 'ERROR' } });
  try {
    const call = async (maxRuns: number) => {
      const { runs } = await drive({ url: server.url, connections: 20, maxRuns, maxMs: 3_000_000 });
      expect(runs).toBe(maxRuns);
      return await server.memory();
    };
    const early = await call(EARLY);
    const late = await call(LATE - EARLY);
    console.log({ early, late });
    expect(late.heapUsed / early.heapUsed).toBeLessThan(1.1);
    expect(late.rss / early.rss).toBeLessThan(1.25);
  } finally {
    await server.stop();
    await upstream.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
