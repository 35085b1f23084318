import { defineTool, label, type Redacted, safe, z } from 'ballast';
import { expect, it, vi } from 'vitest';
import { createPutContent } from '../../../lib/run/put-content.ts';
import { createContentStore } from '../../../lib/runs/trace/content-store.ts';
import { traceView } from '../../../lib/runs/views.ts';
import { createLoader } from '../../../lib/secrets/loader.ts';
import { logEvents } from '../../../lib/telemetry/log-events.ts';
import { createPrettyLog } from '../../../lib/telemetry/terminal/pretty-log.ts';
import { answer, text, use } from '../../agent/run-parts.ts';
import { describeOnDynamoDb } from '../../dynamodb.ts';
import { createFakeClock } from '../../fake-clock.ts';
import { scanTables } from '../../scan-tables.ts';
import { seededRandom } from '../../seeded-random.ts';
import { createRunRig } from './run-rig.ts';

const CANARY = 'sk-shop-"canary"-1234567890';
const input = z.object({});
const secrets = { shop: { description: 'API key of the shop' } };

/** Tools that do with their secret all that they should not. */
const tools = [
  defineTool({
    name: 'returns',
    description: '',
    input,
    secrets,
    run: async (_input, { secret }) => ({ key: await secret('shop'), header: `Bearer ${await secret('shop')}` }),
  }),
  defineTool({
    name: 'throws',
    description: '',
    input,
    secrets,
    async run(_input, { secret }) {
      const key = await secret('shop');
      throw Object.assign(new Error(`401 for ${key}`, { cause: new Error(key) }), { name: key, code: key });
    },
    fallback: () => 'The shop is closed.',
  }),
  defineTool({
    name: 'logs',
    description: '',
    input,
    secrets,
    async run(_input, { secret, log }) {
      const key = await secret('shop');
      log.error(key as Redacted, { key: key as Redacted, [key]: safe`asked`, ours: label(key) });
      return 'logged';
    },
  }),
];

describeOnDynamoDb('a secret of a tool', (engine) => {
  it('is in no table, event, prompt, trace or line of a run whose tools give it away', async () => {
    const clock = createFakeClock();
    const stored = { table: engine().table('RunsTable'), clock, random: seededRandom(9), retentionMs: 86_400_000 };
    const contents = createContentStore(stored);
    const read = vi.fn(() => Promise.resolve(CANARY));
    const script = [answer(tools.map(({ name }) => use(name))), answer([text('Done.')])];
    const rig = createRunRig(engine(), script, {
      tools,
      parts: {
        secretOf: () => createLoader({ read, clock }),
        putContent: createPutContent({ store: contents, loadRedact: async () => (value) => value }),
      },
    });
    const run = await rig.submit();
    expect(await rig.invoke(run)).toBe('over');
    const row = await rig.rowOf(run);
    expect(row).toMatchObject({ status: 'succeeded', body: { output: 'Done.', toolFallbacks: ['throws'] } });
    expect(read).toHaveBeenCalled();

    const lines: string[] = [];
    const listen = logEvents({ stage: createPrettyLog('DEBUG', clock, (line) => lines.push(line)) });
    for (const event of rig.events) listen(event);
    const places = {
      tables: (await scanTables(engine().sdk)).map((item) => item.text),
      prompts: rig.requests,
      events: await rig.eventsOf(run),
      trace: traceView(row, await contents.find(run)),
      telemetry: rig.events,
      lines,
    };
    const said = JSON.stringify(places);
    // It looks where it should: what stands for the secret, and what its tools did, are there.
    expect(said).toContain('[SECRET]');
    expect(lines.join('')).toContain('(withheld)');
    expect(said.replaceAll('\\', '')).not.toContain('canary');
  });
});
