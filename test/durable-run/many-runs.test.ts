import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { concurrently } from '../../lib/kernel/concurrently.ts';
import { FULL, size } from '../sizes.ts';
import { awaitStatus, createTenant, hasEnded } from './kill/drive-run.ts';
import { startScriptedModel } from './kill/scripted-model.ts';
import { fastClock, supervise, type Supervised } from './kill/supervised.ts';

const RUNS = size(30, 1_000);
/** Of a tenant that may have one run at a time; one run is another tenant's. */
const QUEUED = RUNS - 1;
const AT_ONCE = 10;

const rssOf = ({ pid }: Supervised): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1_024;

it(
  `${RUNS} runs end, one by one, and hold up nobody else, and the memory stays`,
  async () => {
    const clock = fastClock();
    const upstream = await startScriptedModel(clock, () => ({ text: 'Done.' }));
    await using server = await supervise({ clock, env: { ANTHROPIC_BASE_URL: upstream.url } });
    try {
      const busy = await createTenant(server, 'busy', { maxConcurrentRuns: 1 });
      const other = await createTenant(server, 'other', { maxConcurrentRuns: 1 });
      const tasks = Array.from({ length: QUEUED }, (_, at) => `task ${at}`);
      const runIds = await concurrently(tasks, AT_ONCE, async (task) => {
        const { status, body } = await busy.ask('POST', '/agent/runs', { body: { task } });
        expect(status).toBe(202);
        return String(body['runId']);
      });
      const { body } = await other.ask('POST', '/agent/runs', { body: { task: 'one' } });
      const alone = await awaitStatus(other.ask, String(body['runId']), hasEnded);
      const whenAlone = upstream.requests.length;
      expect(alone).toMatchObject({ status: 'succeeded', output: 'Done.' });
      expect(whenAlone).toBeLessThan(RUNS);

      await upstream.seen(Math.ceil(RUNS * 0.3));
      const early = rssOf(server);
      const rows = await concurrently(runIds, AT_ONCE, (runId) => awaitStatus(busy.ask, runId, hasEnded));
      const late = rssOf(server);
      expect(rows.filter(({ status }) => status !== 'succeeded')).toEqual([]);
      expect(upstream.requests).toHaveLength(RUNS);
      console.log(`${RUNS} runs: ${whenAlone} had begun when the other tenant's had ended; RSS ${early}, then ${late}`);
      // Of fewer runs the code alone, which is being compiled, makes a difference.
      if (FULL) expect(late).toBeLessThan(early * 1.25);
    } finally {
      await upstream.close();
    }
  },
  FULL ? 3_600_000 : undefined,
);
