import { afterAll, beforeAll, expect, it } from 'vitest';
import { formatUsd } from '../../lib/kernel/money.ts';
import { createScanItems } from '../../scripts/scan-items.ts';
import { billedFor, recordedCost } from '../api/books.ts';
import { describeOnDynamoDb, TABLE_NAMES, type TestDynamoDb } from '../dynamodb.ts';
import { reply, type ScriptedAnswer } from '../upstream/answers.ts';
import { createGate, type Gate } from '../upstream/gate.ts';
import { messagesOnly, type ScriptedUpstream, startScriptedUpstream } from '../upstream/start-scripted-upstream.ts';
import { systemClock } from '../upstream/system-clock.ts';
import { startDeployed } from './deployed.ts';
import { type Call, eventOf } from './events-as-sent.ts';
import type { Environment } from './runtime/environment.ts';
import { authorised, startZips, type Zips } from './zips.ts';

const MODEL = 'claude-sonnet-5-5';
/** Environments of each function, each with a call: that is what load is where each has one at a time. */
const EACH = 3;

const post = (path: string, body: object, more: object = {}): Call => ({
  method: 'POST',
  path,
  headers: { ...authorised, ...more },
  body,
});
const CALLS: Readonly<Record<string, (index: number) => Call>> = {
  messages: (index) =>
    post('/v1/messages', {
      model: MODEL,
      max_tokens: 100,
      stream: index % 2 === 0,
      messages: [{ role: 'user', content: `hello ${index}` }],
    }),
  'run-agent': (index) =>
    post(
      '/agent/run',
      { task: `hello ${index}`, model: MODEL },
      index % 2 === 0 ? { accept: 'text/event-stream' } : {},
    ),
};

/** A part of its answer, and the rest when the gate opens. */
const behind =
  (gate: Gate): ScriptedAnswer =>
  (asked) => {
    const steps = [...reply('one two three', { usage: { input: 1_000, output: 50 } })(asked)];
    const first = asked.stream ? Math.floor(steps.length / 2) : 0;
    return [...steps.slice(0, first), { do: 'await', arrive: gate.arrive }, ...steps.slice(first)];
  };

const scan = ({ sdk }: TestDynamoDb) => createScanItems(sdk, { clock: systemClock, random: Math.random });

describeOnDynamoDb('environments that end while each has a call under way', (engine) => {
  let zips: Zips;
  let upstream: ScriptedUpstream;
  let variables: Readonly<Record<string, string>> = {};
  beforeAll(async () => {
    upstream = await startScriptedUpstream(systemClock, messagesOnly);
    zips = await startZips(engine(), async (own) => {
      variables = { ...own, ANTHROPIC_BASE_URL: upstream.url };
      return variables;
    });
  });
  afterAll(async () => {
    await zips.close();
    await upstream.close();
  });

  const budget = async () => {
    const { body } = await zips.call('report-usage', { path: '/usage/budget', headers: authorised });
    return (JSON.parse(body) as { day: { spentUsd: string; reservedUsd: string } }).day;
  };
  const recorded = () => Array.fromAsync(scan(engine())(TABLE_NAMES.LedgerTable, 'usage#'));

  /** Calls in environments of their own, all asked of the upstream, and then told to end. */
  const endAll = async (meanwhile: (environments: readonly Environment[]) => void) => {
    const before = upstream.requests.length;
    const begun = Object.entries(CALLS).flatMap(([name, callOf]) =>
      Array.from({ length: EACH }, async (_, index) => {
        const environment = await startDeployed(name, { references: TABLE_NAMES, env: variables });
        await environment.ready;
        return { environment, invocation: environment.begin(eventOf(callOf(index))) };
      }),
    );
    const all = await Promise.all(begun);
    await upstream.seen(before + all.length);
    meanwhile(all.map(({ environment }) => environment));
    const answers = await Promise.all(all.map(({ invocation }) => invocation.answer));
    expect(await Promise.all(all.map(({ environment }) => environment.exited))).toEqual(all.map(() => 0));
    for (const { environment } of all) await environment.close();
    return answers;
  };

  it('lose no call that can still end, and the books are what the upstream billed', async () => {
    const gate = createGate();
    upstream.script('*', [behind(gate)]);
    const answers = await endAll((environments) => {
      for (const environment of environments) environment.signal('SIGTERM');
      gate.open();
    });
    for (const { kind, statusCode, body } of answers) {
      expect([kind, statusCode]).toEqual(['response', 200]);
      expect(body).not.toMatch(/event: error|run\.failed/);
      expect(body).toMatch(/"end_turn"/);
    }
    const records = await recorded();
    expect([records.length, recordedCost(records)]).toEqual([2 * EACH, billedFor(upstream.requests)]);
    expect(await budget()).toMatchObject({ reservedUsd: '0', spentUsd: formatUsd(recordedCost(records)) });
  });

  it('say of each that cannot end how it ended, and book no less than the upstream billed', async () => {
    upstream.script('*', [behind(createGate())]);
    const answers = await endAll((environments) => {
      for (const environment of environments) environment.signal('SIGTERM');
    });
    for (const { kind, body } of answers) {
      expect(kind).toBe('response');
      expect(body).toMatch(/event: error|run\.failed|was cancelled/);
    }
    const records = await recorded();
    expect(records).toHaveLength(4 * EACH);
    expect(recordedCost(records)).toBeGreaterThanOrEqual(billedFor(upstream.requests));
    expect(await budget()).toMatchObject({ reservedUsd: '0', spentUsd: formatUsd(recordedCost(records)) });
  });
});
