import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { FULL } from '../sizes.ts';
import { type Call, eventOf } from './events-as-sent.ts';
import { type PermittedLambda, startPermittedLambda } from './lambda-api.ts';
import { type ForgetfulProxy, startForgetfulProxy } from './runtime/forgetful-proxy.ts';
import { authorised, startZips, type Zips } from './zips.ts';

const post = (path: string, body: object): Call => ({ method: 'POST', path, headers: authorised, body });
const message = (content: string, more: object = {}): Call =>
  post('/v1/messages', {
    model: 'claude-sonnet-5-5',
    max_tokens: 1_000,
    messages: [{ role: 'user', content }],
    ...more,
  });
const run = (task: string, headers: object = {}): Call => ({
  ...post('/agent/run', { task }),
  headers: { ...authorised, ...headers },
});
const EVENTS = { accept: 'text/event-stream' };
/** No process that has reserved something is still there. */
const LONG_AFTER_MS = 1_800_000;
/** Its first words, and nothing more. */
const STALLS = '[[say:one two three four five six seven]] [[stall:6]]';

describeOnDynamoDb('an environment that is frozen, or ends', (engine) => {
  let zips: Zips;
  let lambda: PermittedLambda;
  const proxies = new Map<string, ForgetfulProxy>();
  const claude = () => proxies.get('ANTHROPIC_BASE_URL') as ForgetfulProxy;

  beforeAll(async () => {
    lambda = await startPermittedLambda();
    zips = await startZips(engine(), async (variables) => {
      const behind = Object.entries(variables).map(async ([name, url]) => {
        const proxy = await startForgetfulProxy(url);
        proxies.set(name, proxy);
        return [name, proxy.url] as const;
      });
      return { ...Object.fromEntries(await Promise.all(behind)), AWS_ENDPOINT_URL_LAMBDA: lambda.url };
    });
  });
  afterAll(async () => {
    await zips.close();
    await lambda.close();
    for (const proxy of proxies.values()) await proxy.close();
  });

  const budget = async (): Promise<{ readonly spentUsd: string; readonly reservedUsd: string }> => {
    const { body } = await zips.call('report-usage', { path: '/usage/budget', headers: authorised });
    return (JSON.parse(body) as { day: { spentUsd: string; reservedUsd: string } }).day;
  };
  /** Calls a function in an environment of its own, after a first call to its end, and waits until Claude has been asked. */
  const underWay = async (name: string, call: Call, first?: Call) => {
    await zips.renew(name);
    const environment = await zips.environment(name);
    await environment.ready;
    if (first !== undefined) expect((await zips.call(name, first)).statusCode).toBe(200);
    const [before, from] = [claude().sent(), environment.output().length];
    const invocation = environment.begin(eventOf(call));
    await expect.poll(() => claude().sent(), { interval: 5 }).toBeGreaterThan(before);
    return { ...invocation, environment, since: () => environment.output().slice(from) };
  };

  /** Freezes an environment between two runs; nobody is to see that but the network. */
  const acrossFreeze = async (meanwhile: (proxy: ForgetfulProxy) => void, frozenMs: number) => {
    const ask = async () => {
      const { statusCode, body, output } = await zips.call('run-agent', run('hello'));
      expect(statusCode).toBe(200);
      expect(output).not.toMatch(/retried|unguarded|store failed|"level":"ERROR"/);
      return (JSON.parse(body) as { readonly usage: { readonly costUsd: string; readonly modelCalls: number } }).usage;
    };
    // Also the prompt is the same for Claude, and for what it knows of it.
    await zips.renew('run-agent');
    await ask();
    const before = await ask();
    const environment = await zips.environment('run-agent');
    environment.signal('SIGSTOP');
    for (const proxy of proxies.values()) meanwhile(proxy);
    await setTimeout(frozenMs);
    environment.signal('SIGCONT');
    expect(await ask()).toEqual(before);
    expect((await budget()).reservedUsd).toBe('0');
  };

  it('thaws, and asks nobody twice although each server has ended its connections', () =>
    acrossFreeze((proxy) => proxy.cut(), 0));

  // As long as a connection has to be idle for nobody to trust it.
  it.runIf(FULL)('thaws, and asks nobody twice although a network has forgotten each connection', () =>
    acrossFreeze((proxy) => proxy.forget(), 21_000),
  );

  it('says nothing and ends at once where nothing is under way', async () => {
    await zips.call('run-agent', run('hello'));
    const environment = await zips.environment('run-agent');
    const before = environment.output();
    environment.signal('SIGTERM');
    expect(await environment.exited).toBe(0);
    expect(environment.output()).toBe(before);
  });

  it.each([
    ['messages', message('[[say:done]] [[delay:50]]')],
    ['run-agent', run('[[say:done]] [[delay:50]]')],
  ])('lets %s end what is nearly done', async (name, call) => {
    const { environment, answer } = await underWay(name, call);
    environment.signal('SIGTERM');
    expect(await answer).toMatchObject({
      kind: 'response',
      statusCode: 200,
      body: expect.stringContaining('done') as string,
    });
    expect(await environment.exited).toBe(0);
  });

  it.each<[string, string, Call, number, RegExp]>([
    ['messages', 'a stream', message(STALLS, { stream: true }), 200, /event: content_block_delta[^]*event: error/],
    ['messages', 'an answer in one piece', message('[[hang]]'), 504, /"type":"error".*was cancelled/],
    ['run-agent', 'a stream', run(STALLS, EVENTS), 200, /event: [^]*event: run\.failed/],
    ['run-agent', 'an answer in one piece', run('[[hang]]'), 504, /was cancelled/],
  ])('settles what %s has under way, and says how it ended: %s', async (name, _what, call, status, words) => {
    const before = await budget();
    const { environment, answer, begun, since } = await underWay(name, call);
    if (status === 200) await begun;
    expect(Number((await budget()).reservedUsd)).toBeGreaterThan(0);
    environment.signal('SIGTERM');
    expect(await answer).toMatchObject({ kind: 'response', statusCode: status });
    expect((await answer).body).toMatch(words);
    expect(await environment.exited).toBe(0);
    const after = await budget();
    expect(after.reservedUsd).toBe('0');
    expect(Number(after.spentUsd)).toBeGreaterThan(Number(before.spentUsd));
    expect(since()).toMatch(/"message":"stopping"/);
    expect(since()).toMatch(/"message":"request/);
    expect(since()).toMatch(/"_aws".*"RequestDuration"/);
  });

  it.each<[string, Call]>([
    ['messages', { ...message('[[hang]] again'), headers: { ...authorised, 'Idempotency-Key': 'ended-1' } }],
    ['run-agent', run('[[hang]] again', { 'Idempotency-Key': 'ended-2' })],
  ])('keeps no end of its own under the key of a request: %s begins anew', async (name, call) => {
    const { environment, answer } = await underWay(name, call);
    environment.signal('SIGTERM');
    expect(await answer).toMatchObject({ kind: 'response', statusCode: 504 });
    expect(await environment.exited).toBe(0);
    const again = await underWay(name, call);
    again.environment.signal('SIGTERM');
    expect(await again.answer).toMatchObject({ kind: 'response', statusCode: 504 });
    expect((await budget()).reservedUsd).toBe('0');
  });

  it('ends a stream that watches a run, which its client takes up again', async () => {
    const { body } = await zips.call('submit-run', post('/agent/runs', { task: 'hello' }));
    const { runId } = JSON.parse(body) as { runId: string };
    const path = `/agent/runs/${runId}/events`;
    const watch = { path, resource: '/agent/runs/{runId}/events', pathParameters: { runId }, headers: authorised };
    const environment = await zips.environment('run-events');
    const { answer, begun } = environment.begin(eventOf(watch));
    await begun;
    environment.signal('SIGTERM');
    expect(await answer).toMatchObject({ kind: 'response', statusCode: 200 });
    expect(await environment.exited).toBe(0);
  });

  it.each<[string, Call, Call]>([
    ['messages', message('hello'), message('[[hang]]')],
    ['run-agent', run('hello'), run('[[hang]]')],
  ])('that is killed before %s has settled keeps what it settled before; the rest comes back', async (...each) => {
    const [name, settled, call] = each;
    const { environment, answer, since } = await underWay(name, call, settled);
    const before = await budget();
    const store = proxies.get('AWS_ENDPOINT_URL_DYNAMODB') as ForgetfulProxy;
    const sent = store.sent();
    store.hold(true);
    environment.signal('SIGTERM');
    // What it would settle is on its way, and does not arrive.
    await expect.poll(() => store.sent(), { interval: 5 }).toBeGreaterThan(sent);
    expect(since()).toMatch(/"message":"stopping"/);
    environment.signal('SIGKILL');
    await expect(answer).rejects.toThrow('SIGKILL');
    store.hold(false);
    const { spentUsd, reservedUsd } = before;
    expect(await budget()).toMatchObject({ spentUsd, reservedUsd });
    expect(Number(reservedUsd)).toBeGreaterThan(0);
    (await zips.environment('reconcile-budgets')).thaw({ wallMs: LONG_AFTER_MS });
    await zips.call('reconcile-budgets', { event: {} });
    const after = await budget();
    expect(after.reservedUsd).toBe('0');
    expect(Number(after.spentUsd)).toBeGreaterThan(Number(spentUsd));
  });
});
