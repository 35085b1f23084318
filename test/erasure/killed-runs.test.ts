import { defineAgent } from 'ballast';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { silentStream } from '../../lib/agent/loop/run-stream.ts';
import { createCore } from '../../lib/app/core.ts';
import { createStores, RUN_RETENTION_MS } from '../../lib/app/stores.ts';
import { loadConfig } from '../../lib/config.ts';
import { createSubmitRun } from '../../lib/durable-run/submit-run.ts';
import type { DynamoDb } from '../../lib/dynamodb/types.ts';
import { createUserErasures, newErasure } from '../../lib/end-users/erasures.ts';
import { createIdempotency } from '../../lib/idempotency/idempotency.ts';
import { createBackground } from '../../lib/kernel/background.ts';
import { createIds } from '../../lib/kernel/ids/ids.ts';
import { pseudonymOf } from '../../lib/kernel/ids/pseudonym.ts';
import { createAnthropic } from '../../lib/providers/anthropic/anthropic.ts';
import type { RunRequest } from '../../lib/run/run-request.ts';
import { createActiveRuns } from '../../lib/runs/active.ts';
import { createEventLog } from '../../lib/runs/event-log.ts';
import { createInboxStore } from '../../lib/runs/inbox/inbox.ts';
import { createLoader } from '../../lib/secrets/loader.ts';
import { newTenant, type Principal } from '../../lib/tenants/types.ts';
import { systemClock as clock } from '../../local/system-clock.ts';
import { describeOnDynamoDb, TABLE_NAMES, type TestDynamoDb } from '../dynamodb.ts';
import { stepped } from '../dynamodb/stepped-client.ts';
import { scanTables } from '../scan-tables.ts';
import { seededRandom } from '../seeded-random.ts';
import { size } from '../sizes.ts';
import { reply } from '../upstream/answers.ts';
import { type ScriptedUpstream, startScriptedUpstream } from '../upstream/start-scripted-upstream.ts';
import { erasingApp } from './erasing-app.ts';

/*
 * Runs of an end user. Before each of its requests to the database a run is killed, or meets the erasure: what
 * it has written by then is in no list of runs or sessions. Its texts are so large that they have several parts.
 */

const USER = 'ada';
const random = seededRandom(31);
/** No compression brings it below two items. */
const LONG = Array.from({ length: 400_000 }, () => String.fromCharCode(33 + Math.floor(random() * 94))).join('');

const agent = defineAgent({
  name: 'assistant',
  description: 'for tests',
  system: 'You are a test.',
  models: { simple: 'claude-haiku-5-5', standard: 'claude-sonnet-5-5', complex: 'claude-opus-5-5' },
});

let upstream: ScriptedUpstream;
beforeAll(async () => {
  upstream = await startScriptedUpstream();
});
afterAll(() => upstream.close());

let processes = 0;

/** A process of a stage, on a client of its own. */
const processOn = (client: DynamoDb) => {
  const seed = (processes += 1);
  const chance = seededRandom(seed);
  const randomBytes = (length: number) => Uint8Array.from({ length }, () => Math.floor(chance() * 256));
  const config = loadConfig({
    ANTHROPIC_BASE_URL: upstream.url,
    CONTROL_TABLE: TABLE_NAMES.ControlTable,
    LEDGER_TABLE: TABLE_NAMES.LedgerTable,
    RUNS_TABLE: TABLE_NAMES.RunsTable,
    CONTENT_RETENTION: 'run',
  });
  const emit = () => undefined;
  const stores = createStores({ client, config, clock, random: chance, agents: [agent] });
  const ids = createIds(clock, randomBytes);
  const core = createCore({
    config,
    clock,
    random: chance,
    randomBytes,
    emit,
    ids,
    agents: [agent],
    stores,
    provider: createAnthropic({ baseUrl: upstream.url, clock }),
    secret: createLoader({ read: async () => 'key', clock }),
    fetchFor: () => () => Promise.reject(new Error('no network')),
    secretOf: () => createLoader({ read: () => Promise.reject(new Error('no secret')), clock }),
  });
  return { core, stores, ids, emit, randomBytes, chance, config };
};

const principalOf = (tenantId: string): Principal => ({
  tenantId,
  keyId: 'key',
  scopes: [],
  tenant: newTenant(tenantId, 0),
  keyLimits: { requestsPerMinute: null, dailyBudgetUsd: null },
});

const asked = { task: `canary ${LONG}`.slice(0, 10_000), userId: USER, metadata: { team: 'canary' } };

/** A synchronous run under a key; resolves when nothing more of it is written. */
const runSync = async (client: DynamoDb, tenantId: string, request: Partial<RunRequest>): Promise<void> => {
  const { core, stores, emit, randomBytes } = processOn(client);
  const idempotency = createIdempotency({ store: stores.claims, clock, emit, randomBytes, lockMs: 200_000 });
  const named = { tenantId, key: 'one', method: 'POST', path: '/agent/run', subject: null, body: Buffer.from('{}') };
  const claim = await idempotency.claim(named);
  const background = createBackground();
  await core.runSync({
    request: { ...asked, ...request },
    principal: principalOf(tenantId),
    requestId: 'req_1',
    traceId: 'a'.repeat(32),
    limitMs: 60_000,
    signal: undefined,
    stream: silentStream,
    claim: claim.kind === 'claimed' ? claim : null,
    waitUntil: (work) => background.waitUntil(work),
  });
  await background.ended();
};

/** Puts an asynchronous run down that is never started. */
const submit = async (client: DynamoDb, tenantId: string, request: Partial<RunRequest>): Promise<void> => {
  const { core, stores, ids, emit, chance, config } = processOn(client);
  const retentionMs = RUN_RETENTION_MS + config.RUN_WAIT_MS;
  const kept = { table: stores.runsTable, clock, random: chance, retentionMs };
  await createSubmitRun({
    ...core,
    clock,
    ids,
    emit,
    runs: stores.runs,
    inbox: createInboxStore(kept),
    eventLog: createEventLog(kept),
    active: createActiveRuns(kept),
    startRun: async () => undefined,
    webhookIssue: () => null,
  })({
    request: { ...asked, ...request },
    principal: principalOf(tenantId),
    hops: 0,
    requestId: 'req_1',
    traceId: 'a'.repeat(32),
    idempotencyKey: undefined,
    limitMs: 60_000,
  });
};

/** Of that many requests those at which a process is met: all, or some at a small size, the first and the last among them. */
const placesOf = (steps: number): number[] => {
  const places = size(4, steps);
  return Array.from({ length: places }, (_, at) => 1 + Math.round((at * (steps - 1)) / (places - 1)));
};

describeOnDynamoDb('a run of an erased user', (engine) => {
  const left = async ({ sdk }: TestDynamoDb, tenantId: string): Promise<string[]> =>
    (await scanTables(sdk)).flatMap(({ table, pk, sk, text }) => {
      // Of a request that began nothing: hashes alone.
      const isBare = sk === 'claim' && !/^text/m.test(text);
      const isOwn = pk.includes(tenantId) || sk.includes(tenantId) || text.includes(tenantId);
      const isBooks = /^(?:usage|tool-usage|budget|rollup)#/.test(pk) && !text.includes('canary');
      // The settings of the tenant, who just makes an answer, and that nobody may write a row.
      const isOther = pk === 'tenants' || sk === 'flight' || text.startsWith('abandoned=');
      const isCounter = table === 'ControlTable' && /^(?:rate|slots|key-use)#|^(?:parked|spent)$/.test(pk);
      return isOwn && !isBooks && !isCounter && !isOther && !isBare ? [`${table} ${pk} ${sk}`.slice(0, 120)] : [];
    });

  /** The erasure of the user: a first look at everything, and all that comes after it. */
  const erasureOf = (tenantId: string) => {
    const { app, clock: later, erase, sweep, advance } = erasingApp(engine().endpoint, TABLE_NAMES);
    const erasures = createUserErasures(engine().table('RunsTable'));
    const isLeft = async () => (await erasures.due(Infinity)).some((each) => each.tenantId === tenantId);
    return {
      async begin(): Promise<void> {
        await app.tenants.add(newTenant(tenantId, clock.now() - 3_600_000));
        await erasures.add(newErasure(tenantId, pseudonymOf(USER), later.now()));
        await erase();
      },
      /** A lease of a killed process may be held for as long as its run could have lasted. */
      async goOn(): Promise<void> {
        advance(180_000);
        await sweep();
      },
      async end(): Promise<void> {
        advance(180_000);
        for (let passes = 0; (await isLeft()) && passes < 30; passes += 1) {
          await sweep();
          advance(600_000);
        }
        expect(await isLeft()).toBe(false);
      },
    };
  };

  it.each<[string, Partial<RunRequest>]>([
    ['in a session', { sessionId: 'canary-session' }],
    ['with a cached answer', { cache: 'use' }],
  ])(
    'leaves nothing of its end user once that one is erased, wherever it was killed or met the erasure: %s',
    async (title, request) => {
      const name = title.replaceAll(' ', '-');
      // What is cached has to fit into an item.
      upstream.script('*', [reply(`canary ${request.cache === undefined ? LONG : 'answer'}`)]);
      const counting = stepped(engine().client, () => undefined);
      await runSync(counting, name, request);
      const kinds = (await left(engine(), name)).join('\n');
      for (const kind of ['run_', 'content', 'idem#', request.cache === undefined ? 'session#' : 'cache#'])
        expect(kinds).toContain(kind);
      const alone = erasureOf(name);
      await alone.begin();
      await alone.end();
      expect(await left(engine(), name)).toEqual([]);

      const found: Record<string, string[]> = {};
      for (const place of placesOf(counting.steps)) {
        // What is begun after the erasure was asked for is not touched.
        for (const how of place === 1 ? ['killed'] : ['killed', 'met', 'stalled']) {
          const tenantId = `${name}-${how}-${place}`;
          const erasure = erasureOf(tenantId);
          const client = stepped(engine().client, async (nth) => {
            if (nth !== place) return undefined;
            if (how === 'killed') return how;
            await erasure.begin();
            // So long that nobody waits for it any more.
            if (how === 'stalled') await erasure.goOn();
            return undefined;
          });
          await Promise.race([runSync(client, tenantId, request), client.killed]);
          if (how === 'killed') await erasure.begin();
          await erasure.end();
          const items = await left(engine(), tenantId);
          if (items.length > 0) found[`${how} at ${place} of ${counting.steps}`] = items;
        }
      }
      expect(found).toEqual({});
    },
  );

  it('that was not even submitted leaves nothing either, wherever its submission was killed', async () => {
    const half = LONG.length / 2;
    const messages = [
      { role: 'user', content: LONG.slice(0, half) },
      { role: 'assistant', content: LONG.slice(half) },
    ] as const;
    const request = { sessionId: 'canary-session', messages: [...messages] };
    const counting = stepped(engine().client, () => undefined);
    await submit(counting, 'submitted', request);
    expect((await left(engine(), 'submitted')).filter((item) => item.includes(' input#'))).toHaveLength(2);
    const found: Record<string, string[]> = {};
    for (const place of placesOf(counting.steps)) {
      const tenantId = `submitted-${place}`;
      const client = stepped(engine().client, (nth) => (nth === place ? Promise.resolve('killed') : undefined));
      await Promise.race([submit(client, tenantId, request), client.killed]);
      const erasure = erasureOf(tenantId);
      await erasure.begin();
      await erasure.end();
      const items = await left(engine(), tenantId);
      if (items.length > 0) found[`killed at ${place} of ${counting.steps}`] = items;
    }
    expect(found).toEqual({});
  });
});
