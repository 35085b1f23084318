import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TABLE_NAMES } from '../../local/environment.ts';
import { type HttpTarget, startHttpTarget } from '../http-target.ts';
import { scanTables, type StoredItem } from '../scan-tables.ts';
import { FULL } from '../sizes.ts';
import { startOtlpReceiver } from '../telemetry/tracing/otlp-receiver.ts';
import { reply, status, toolCalls } from '../upstream/answers.ts';
import { bodyOf, type Caller, type FleetOfOne, startFleetOfOne } from './fleet.ts';

/** Ways in which words come into Ballast, each with a word of its own that is found wherever it goes. */
const CANARIES = {
  task: 'canary-task-7f3a',
  answer: 'canary-answer-7f3a',
  toolInput: 'canary-input-7f3a',
  toolResult: 'canary-result-7f3a',
  upstreamError: 'canary-error-7f3a',
  header: 'canary-header-7f3a',
  credential: 'canary-credential-7f3a',
  tenantName: 'canary-name-7f3a',
} as const;
type Channel = keyof typeof CANARIES;

/**
 * Where each may be found at the end, and where it must be: items of tables by kind (docs/data.md), the answers that clients
 * got, and what receivers of webhooks got. It is nowhere else: in no output, span, alert or other item.
 */
const MAY_BE: Readonly<Record<Channel, readonly string[]>> = {
  task: ['runs input'],
  answer: ['answers', 'control idem#', 'runs e#', 'runs run', 'webhooks'],
  toolInput: ['answers', 'runs e#', 'runs inbox', 'webhooks'],
  toolResult: [],
  upstreamError: [],
  header: [],
  credential: [],
  tenantName: ['answers', 'ledger audit', 'ledger tenants'],
};

const kindOf = (pk: string, sk: string): string => {
  if (/\/run_\w{26}$/.test(pk)) return sk.replace(/(?<=#).*/, '');
  return pk.replace(/(?<=#).*/, '');
};

const HEADERS = {
  'user-agent': CANARIES.header,
  'x-request-id': CANARIES.header,
  traceparent: CANARIES.header,
  tracestate: CANARIES.header,
  'anthropic-beta': CANARIES.header,
  referer: `https://example.com/${CANARIES.header}`,
  'idempotency-key': CANARIES.header,
  'x-forwarded-for': CANARIES.header,
};

describe.each(FULL ? ['DEBUG', 'INFO', 'WARN', 'ERROR'] : ['DEBUG'])('at LOG_LEVEL %s', (level) => {
  let receiver: Awaited<ReturnType<typeof startOtlpReceiver>>;
  let weather: Server;
  let hook: HttpTarget;
  let slack: HttpTarget;
  let fleet: FleetOfOne;
  let caller: Caller;
  let answers = '';
  beforeAll(async () => {
    [receiver, hook, slack] = await Promise.all([startOtlpReceiver(), startHttpTarget(), startHttpTarget()]);
    weather = createServer((_, response) => void response.end(CANARIES.toolResult));
    await new Promise<void>((resolve) => weather.listen(0, '127.0.0.1', resolve));
    fleet = await startFleetOfOne({
      LOG_LEVEL: level,
      MAX_RETRIES: '0',
      WEBHOOK_HOSTS: 'localhost',
      OPEN_METEO_BASE_URL: `http://127.0.0.1:${(weather.address() as AddressInfo).port}`,
      BALLAST_SLACK_WEBHOOK_URL: `${slack.url}/services/a`,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
    });
    caller = await fleet.addTenant({ name: CANARIES.tenantName });
  });
  afterAll(async () => {
    await fleet[Symbol.asyncDispose]();
    await receiver[Symbol.asyncDispose]();
    for (const target of [hook, slack]) await target.close();
    weather.close();
  });

  const send = async (target: string, body: object | string, headers: object = {}) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const sent = { 'content-type': 'application/json', ...headers };
    const response = await caller.ask(target, { method: 'POST', headers: sent, body: text });
    const answered = await response.text();
    answers += answered;
    return { status: response.status, body: JSON.parse(answered) as Record<string, unknown> };
  };
  const task = { task: CANARIES.task };

  it('a canary in what comes in is where the contract has it, and nowhere else', async () => {
    const { upstream } = fleet;
    // Answers, by each door, under a key and with what a tool has read.
    upstream.script('*', [
      toolCalls([{ name: 'get_weather', input: { location: CANARIES.task } }]),
      reply(CANARIES.answer),
    ]);
    expect((await send('/agent/run', task, HEADERS)).status).toBe(200);
    expect(JSON.stringify(upstream.requests.at(-1)?.body)).toContain(CANARIES.toolResult);
    upstream.script('*', [reply(CANARIES.answer)]);
    const question = {
      model: 'claude-sonnet-5-5',
      max_tokens: 99,
      messages: [{ role: 'user', content: CANARIES.task }],
    };
    expect((await send('/v1/messages', question, { ...HEADERS, 'idempotency-key': 'other' })).status).toBe(200);

    // An upstream’s own words, of each kind that is not about the client’s request.
    const said = { body: { type: 'error', error: { type: 'api_error', message: CANARIES.upstreamError } } };
    for (const code of [401, 429, 500, 529]) {
      upstream.script('*', [
        status(code, { ...said, headers: { 'x-said': CANARIES.upstreamError, 'retry-after': '0' } }),
      ]);
      expect((await send('/agent/run', task)).status).toBeGreaterThanOrEqual(400);
    }

    // Refused before anything is done.
    await send('/agent/run', `{"${CANARIES.task}`);
    await send('/agent/run', { ...task, [CANARIES.task.slice(0, 3)]: 1 });
    const nobody = { headers: { 'x-api-key': CANARIES.credential, authorization: `Bearer ${CANARIES.credential}` } };
    answers += await (await fleet.servers[0].ask('/caller', nobody)).text();

    // By itself: one that ends, and one that a person is asked about.
    const webhookUrl = `${hook.url.replace('127.0.0.1', 'localhost')}/a`;
    upstream.script('*', [reply(CANARIES.answer)]);
    const { body } = await send('/agent/runs', { ...task, webhookUrl });
    await expect.poll(() => hook.seen.length).toBe(1);
    upstream.script('*', [
      toolCalls([{ name: 'issue_refund', input: { orderId: CANARIES.toolInput, amountUsd: '1' } }]),
      reply('Done.'),
    ]);
    const asking = await send('/agent/runs', { ...task, agent: 'clerk', webhookUrl });
    await expect.poll(() => hook.seen.length).toBe(2);
    for (const each of [body['runId'], asking.body['runId']])
      for (const part of ['', '/trace', '/deliveries'])
        answers += await (await caller.ask(`/agent/runs/${String(each)}${part}`)).text();
    const shown = await bodyOf(await caller.ask('/caller'));
    answers += JSON.stringify(shown);
    await expect.poll(() => receiver.spans.length).toBeGreaterThan(5);

    const places = (): Readonly<Record<string, string>> => ({
      answers,
      webhooks: hook.seen.map(({ body: sent }) => sent).join('\n'),
      output: fleet.servers[0].printed(),
      spans: receiver.requests.map(({ body: sent }) => sent).join('\n'),
      alerts: JSON.stringify(slack.seen),
    });
    const placesOf = (items: readonly StoredItem[], word: string): string[] => {
      const stored = items.filter((item) => JSON.stringify(item).includes(word));
      const kinds = stored.map(({ table, pk, sk }) => `${table.replace('Table', '').toLowerCase()} ${kindOf(pk, sk)}`);
      const elsewhere = Object.entries(places()).flatMap(([place, text]) => (text.includes(word) ? [place] : []));
      return [...new Set([...kinds, ...elsewhere])].toSorted();
    };
    const found = async () => {
      const items = await scanTables(fleet.engine.sdk, TABLE_NAMES);
      return Object.fromEntries(Object.entries(CANARIES).map(([channel, word]) => [channel, placesOf(items, word)]));
    };
    // What a delivery was about is erased with it, after its receiver has answered.
    await expect.poll(found).toEqual(MAY_BE);
    for (const place of ['output', 'spans', 'alerts']) expect(places()[place]?.length, place).toBeGreaterThan(100);
  });
});
