import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { notifyAlarm } from '../../functions/notify-alarm.ts';
import { createNotifyAlarm } from '../../lib/alerts/notify-alarm.ts';
import { alertingOf } from '../../lib/app/alerting.ts';
import { createApp } from '../../lib/app/app.ts';
import { bookedName, pseudonymOf } from '../../lib/kernel/ids/pseudonym.ts';
import { createTerminal } from '../../lib/telemetry/terminal/terminal.ts';
import { alarmEvent } from '../../local/alarm-event.ts';
import { alertsSecretOf } from '../../local/alerts-secret.ts';
import { ALERTS_SECRET_ID, TABLE_NAMES } from '../../local/environment.ts';
import { startSecretsServer } from '../../local/secrets-server.ts';
import { systemClock } from '../../local/system-clock.ts';
import { type HttpTarget, startHttpTarget } from '../http-target.ts';
import { scanTables } from '../scan-tables.ts';
import { seededRandom } from '../seeded-random.ts';
import { FULL } from '../sizes.ts';
import { startOtlpReceiver } from '../telemetry/tracing/otlp-receiver.ts';
import { neverAnswer, reply, status, toolCalls } from '../upstream/answers.ts';
import { CANARIES, filesOf, leaksIn, mayBe, whereAre } from './canaries.ts';
import { denyFor, readNames, speakFor, TOKENS } from './canary-names.ts';
import { bodyOf, type Caller, type FleetOfOne, startFleetOfOne } from './fleet.ts';
import { startServer } from './start-server.ts';

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

/** An alarm, told by the deployed function over the tables of a server; what its log says. */
const tellAlarm = async (env: Readonly<Record<string, string>>): Promise<string> => {
  const secrets = await startSecretsServer(new Map([[ALERTS_SECRET_ID, alertsSecretOf(env) ?? '']]));
  let printed = '';
  const out = { isTTY: false, write: (text: string) => (printed += text) !== '' };
  const app = createApp({
    env: {
      ...env,
      ALERTS_SECRET_ID,
      CONTROL_TABLE: TABLE_NAMES.ControlTable,
      LOG_FORMAT: 'pretty',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    },
    clock: systemClock,
    random: seededRandom(7),
    randomBytes,
    fetch: globalThis.fetch,
    write: (line) => void (printed += line),
    terminal: createTerminal({ out, clock: systemClock, directory: '/', stage: 'local', format: 'pretty' }),
  });
  const notify = createNotifyAlarm({ ...alertingOf(app), table: app.core.stores.control });
  await notifyAlarm({ ...app, notifyAlarm: notify })(alarmEvent('circuit-open', 'ALARM', systemClock.now()), {
    getRemainingTimeInMillis: () => 60_000,
  });
  await secrets.close();
  return printed;
};

const STAGES = (FULL ? ['DEBUG', 'INFO', 'WARN', 'ERROR'] : ['DEBUG']).flatMap((level) => [
  [level, 'none'] as const,
  [level, 'run'] as const,
]);

describe.each(STAGES)('at LOG_LEVEL %s, where of content is kept: %s', (level, retention) => {
  let receiver: Awaited<ReturnType<typeof startOtlpReceiver>>;
  let weather: Server;
  let targets: Record<'hook' | 'slack' | 'alarms' | 'topic', HttpTarget>;
  let fleet: FleetOfOne;
  let caller: Caller;
  let answers = '';
  beforeAll(async () => {
    const [hook, slack, alarms, topic] = [
      await startHttpTarget(),
      await startHttpTarget(),
      await startHttpTarget(),
      await startHttpTarget(),
    ];
    topic.script({ status: 200, body: '<PublishResponse/>' });
    targets = { hook, slack, alarms, topic };
    receiver = await startOtlpReceiver();
    weather = createServer((_, response) => void response.end(CANARIES.toolResult));
    await new Promise<void>((resolve) => weather.listen(0, '127.0.0.1', resolve));
    fleet = await startFleetOfOne({
      LOG_LEVEL: level,
      CONTENT_RETENTION: retention,
      MAX_RETRIES: '0',
      WEBHOOK_HOSTS: 'localhost',
      ...TOKENS,
      OPEN_METEO_BASE_URL: `http://127.0.0.1:${(weather.address() as AddressInfo).port}`,
      BALLAST_SLACK_WEBHOOK_URL: `${slack.url}/services/a`,
      BALLAST_ALARM_WEBHOOK_URL: `${alarms.url}/b`,
      BALLAST_ALARM_WEBHOOK_SECRET: 'a secret of sixteen',
      NOTICE_TOPIC: 'arn:aws:sns:us-east-1:000000000000:notices',
      AWS_ENDPOINT_URL_SNS: topic.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
    });
    caller = await fleet.addTenant({ name: CANARIES.tenantName }, { name: CANARIES.keyName });
  });
  afterAll(async () => {
    await fleet[Symbol.asyncDispose]();
    await receiver[Symbol.asyncDispose]();
    for (const target of Object.values(targets)) await target.close();
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
  const task = { task: CANARIES.task, userId: CANARIES.userId };
  const weatherAsked = () => toolCalls([{ name: 'get_weather', input: { location: CANARIES.toolInput } }]);

  it('a canary in what comes in is where the contract has it, and nowhere else', async () => {
    const { upstream } = fleet;
    const { hook, slack, alarms, topic } = targets;
    // Answers, by each door, under a key and with what a tool has read.
    upstream.script('*', [weatherAsked(), reply(CANARIES.answer)]);
    const asked = await send('/agent/run', { ...task, task: `${CANARIES.task} ${CANARIES.secret}` }, HEADERS);
    expect(asked.status).toBe(200);
    expect(JSON.stringify(upstream.requests.at(-1)?.body)).toContain(CANARIES.toolResult);
    upstream.script('*', [reply(CANARIES.answer)]);
    const messages = [{ role: 'user', content: CANARIES.task }];
    const question = { model: 'claude-sonnet-5-5', max_tokens: 99, messages, metadata: { user_id: CANARIES.userId } };
    expect((await send('/v1/messages', question, { ...HEADERS, 'idempotency-key': 'other' })).status).toBe(200);

    // Who asked, by a token, and wherever an end user and a key are shown.
    upstream.script('*', [reply(CANARIES.answer)]);
    const answered = await speakFor(fleet, caller, CANARIES.subject);
    expect(answered.status).toBe(200);
    const forged = await speakFor(fleet, caller, CANARIES.subject, 'of nobody who may sign anything here');
    expect(forged.status).toBe(401);
    answers += (await answered.text()) + (await forged.text()) + (await readNames(fleet, caller));
    await fleet.administer('DELETE', `/admin/tenants/${caller.tenantId}/users/${CANARIES.erasedUser}`);

    // An upstream’s own words, of each kind that is not about the client’s request.
    const said = { body: { type: 'error', error: { type: 'api_error', message: CANARIES.upstreamError } } };
    const headers = { 'x-said': CANARIES.upstreamError, 'retry-after': '0' };
    for (const code of [401, 429, 500, 529]) {
      upstream.script('*', [status(code, { ...said, headers })]);
      expect((await send('/agent/run', task)).status).toBeGreaterThanOrEqual(400);
    }

    // Refused before anything is done.
    await send('/agent/run', `{"${CANARIES.task}`);
    await send('/agent/run', { ...task, [CANARIES.task.slice(0, 3)]: 1 });
    const nobody = { headers: { 'x-api-key': CANARIES.credential, authorization: `Bearer ${CANARIES.credential}` } };
    answers += await (await fleet.servers[0].ask('/caller', nobody)).text();

    // By itself: one that ends, one that a person is asked about, and one under way that has used a tool.
    const webhookUrl = `${hook.url.replace('127.0.0.1', 'localhost')}/a`;
    upstream.script('*', [reply(CANARIES.answer)]);
    const ended = await send('/agent/runs', { ...task, webhookUrl });
    await expect.poll(() => hook.seen.length).toBe(1);
    const refund = { orderId: CANARIES.toolInput, amountUsd: '1' };
    upstream.script('*', [toolCalls([{ name: 'issue_refund', input: refund }]), reply('Done.')]);
    const asking = await send('/agent/runs', { ...task, agent: 'clerk', webhookUrl });
    await expect.poll(() => hook.seen.length).toBe(2);
    const small = { orderId: 'A-1', amountUsd: '1' };
    upstream.script('*', [toolCalls([{ name: 'issue_refund', input: small }]), reply('Not done.')]);
    const denied = await send('/agent/runs', { ...task, agent: 'clerk' });
    await denyFor(fleet, caller, CANARIES.subject, String(denied.body['runId']));
    const before = upstream.requests.length;
    upstream.script('*', [weatherAsked(), neverAnswer()]);
    const underWay = await send('/agent/runs', task);
    await expect.poll(() => upstream.requests.length).toBe(before + 2);
    for (const { body } of [asked, ended, asking])
      for (const part of ['', '/trace', '/deliveries'])
        answers += await (await caller.ask(`/agent/runs/${String(body['runId'])}${part}`)).text();
    answers += JSON.stringify(await bodyOf(await caller.ask('/caller')));

    // Budgets that are spent, of which a server tells when it starts, and an alarm.
    const poor = await fleet.addKey(caller.tenantId, { name: CANARIES.keyName, dailyBudgetUsd: '1' });
    const limitBy = (limits: object) =>
      fleet.administer('PUT', `/admin/tenants/${caller.tenantId}`, { name: CANARIES.tenantName, ...limits });
    await limitBy({ userDailyBudgetUsd: '1' });
    upstream.script('*', [reply(CANARIES.answer, { usage: { input: 1_000_000 } })]);
    expect([(await poor.run(task)).status, (await poor.run(task)).status]).toEqual([200, 402]);
    await limitBy({ dailyBudgetUsd: '1' });
    expect((await send('/agent/run', task)).status).toBe(402);
    await using next = await startServer(fleet.env);
    const alarmLog = await tellAlarm(fleet.env);
    const told = () =>
      [slack, alarms, topic].map(({ seen }) => {
        const text = JSON.stringify(seen);
        const user = bookedName(pseudonymOf(CANARIES.userId)).replace('sha256:', '');
        return [caller.tenantId, poor.keyId, user, 'circuit-open', 'budget'].filter((word) => !text.includes(word));
      });
    await expect.poll(told).toEqual(Array(3).fill([]));
    await expect.poll(() => receiver.spans.length).toBeGreaterThan(5);

    /** What the provider was sent: for runs, or as a client of the gateway sent it, who alone names an end user there. */
    const toProvider = (isGateway: boolean): string =>
      JSON.stringify(upstream.requests.filter(({ body }) => (body?.['metadata'] !== undefined) === isGateway));
    const places = () => [
      ['answers', answers] as const,
      ['provider', toProvider(false)] as const,
      ['provider (gateway)', toProvider(true)] as const,
      ['webhooks', hook.seen.map(({ body }) => body).join('\n')] as const,
      ['output', [fleet.servers[0].printed(), next.printed(), alarmLog].join('\n')] as const,
      ['spans', receiver.requests.map(({ body }) => body).join('\n')] as const,
      ['slack', JSON.stringify(slack.seen)] as const,
      ['signed alerts', JSON.stringify(alarms.seen)] as const,
      ['mail', JSON.stringify(topic.seen)] as const,
      ...[fleet.servers[0], next].flatMap(({ directory }) => filesOf(directory)),
    ];
    const found = async () => whereAre(await scanTables(fleet.engine.sdk, TABLE_NAMES), places());
    expect(leaksIn(await found())).toEqual([]);
    // What a delivery was about is erased with it, after its receiver has answered.
    await expect.poll(found).toEqual(mayBe(retention));
    for (const searched of ['output', 'log', 'journal', 'spans', 'slack', 'signed alerts', 'mail'])
      expect(places().find(([place]) => place === searched)?.[1].length, searched).toBeGreaterThan(100);
    await caller.ask(`/agent/runs/${String(underWay.body['runId'])}/cancel`, { method: 'POST' });
  });
});
