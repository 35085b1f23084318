import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../local/system-clock.ts';
import type { Fault } from './faulty-proxy.ts';
import { failed, hasty, saidOf, type SmokedStage, smokeStage, startSmokedStage } from './smoke-stage.ts';

let stage: SmokedStage;
let { server, proxy, receiver } = {} as SmokedStage;
beforeAll(async () => {
  stage = await startSmokedStage();
  ({ server, proxy, receiver } = stage);
});
afterAll(() => stage[Symbol.asyncDispose]());

const HEADERS = { 'x-api-key': 'ballast-dev-admin-key', 'content-type': 'application/json' };

const put = (name: string, body: object) =>
  server.ask(`/admin/circuits/${name}`, { method: 'PUT', headers: HEADERS, body: JSON.stringify(body) });

/** The names of the circuits that are not closed. */
const shut = async (): Promise<string[]> => {
  const { circuits } = (await (await server.ask('/admin/circuits', { headers: HEADERS })).json()) as {
    circuits: { name: string; state: string }[];
  };
  return circuits.filter(({ state }) => state !== 'closed').map(({ name }) => name);
};

/** The circuits that somebody set, the last first. */
const setCircuits = async (): Promise<string[]> => {
  const { entries } = (await (await server.ask('/admin/audit?limit=100', { headers: HEADERS })).json()) as {
    entries: { action: string; target: string }[];
  };
  return entries.filter(({ action }) => action === 'circuit.set').map(({ target }) => target);
};

/** Smokes through a proxy with a fault. `hasty`: what is waited for never comes. */
const smokeWith = (fault: Fault, words: string, clock = systemClock) => {
  proxy.fault = fault;
  return smokeStage(words, proxy.url, clock);
};

const isCount = (url = '') => url.endsWith('/count_tokens');
const isMessage = (url = '') => url.endsWith('/v1/messages');

const REFUSED = { status: 503, body: '{"type":"error","error":{"type":"overloaded_error","message":"m"}}' };
const COUNTED = { status: 200, body: '{"input_tokens": 1}' };

/** Answers in the place of those who count tokens, by how often a circuit was changed. */
const counting = (isRefused: (puts: number) => boolean): Fault => {
  let puts = 0;
  return {
    answers: ({ method, url }) => {
      if (method === 'PUT') puts += 1;
      if (!isCount(url)) return null;
      return isRefused(puts) ? REFUSED : COUNTED;
    },
  };
};

/** Answers from the `first` change of a circuit on that the store does not answer, `count` times. */
const deaf = (first: number, count: number): Fault => {
  let changes = 0;
  return {
    answers: ({ method }) => {
      if (method !== 'PUT') return null;
      changes += 1;
      const isDeaf = changes >= first && changes < first + count;
      return isDeaf ? { status: 503, body: '{"code": "store-unavailable"}' } : null;
    },
  };
};

describe('the circuit of a model', () => {
  afterEach(async () => {
    expect(await shut()).toEqual([]);
  });

  it('is shut for all and opened again, of a model that no agent names and nobody used', async () => {
    const { report } = await smokeWith({}, '--only live,circuits');
    expect(failed(report)).toEqual([]);
    expect(saidOf(report, 'circuits')).toMatch(
      /^anthropic\/claude-[\w-]+: 8 calls at once were refused, and let through again\.$/,
    );
    // Others than those of the sample agents.
    const [last = ''] = await setCircuits();
    expect(last).not.toMatch(/haiku|(?:sonnet|opus)-5-5$/);
    expect(report.costUsd).toBe('0');
  });

  it('is not shut where every model is used', async () => {
    await server.ask('/v1/messages', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'anthropic-version': '2023-06-01' },
      body: JSON.stringify({ model: 'claude-opus-4-5', max_tokens: 9, messages: [{ role: 'user', content: 'x' }] }),
    });
    const before = await setCircuits();
    const kept = ['claude-haiku-5-5', 'claude-opus-4-5'];
    const changes = (url: string, body: string): string => {
      if (url !== '/v1/models') return body;
      const page = JSON.parse(body) as { data: { id: string }[] };
      return JSON.stringify({ ...page, data: page.data.filter(({ id }) => kept.includes(id)) });
    };
    const { code, report } = await smokeWith({ changes }, '--only circuits --require circuits');
    expect(code).toBe(1);
    expect(saidOf(report, 'circuits')).toBe('The key may use no model that nobody used in the last 30 days.');
    expect(await setCircuits()).toEqual(before);
  });

  it('that one of eight environments does not know is found, and closed again', async () => {
    let counts = 0;
    const fault = counting((puts) => puts === 1 && (counts += 1) % 8 !== 0);
    const { report } = await smokeWith(fault, '--only live,circuits', hasty);
    expect(failed(report)).toEqual(['circuits']);
    expect(saidOf(report, 'circuits')).toMatch(
      /^While anthropic\/claude-[\w-]+ is isolated, 1 of 8 calls at once are not refused after 10 s\.$/,
    );
  });

  it('that messages do not ask is found, and closed again', async () => {
    const answers: Fault['answers'] = ({ url }) => (isMessage(url) ? { status: 200, body: '{}' } : null);
    const { report } = await smokeWith({ answers }, '--only live,circuits');
    expect(failed(report)).toEqual(['circuits']);
    expect(saidOf(report, 'circuits')).toMatch(/^A message .* is answered with 200 .*, and not with 503\.$/);
  });

  it('that goes on refusing after it was closed is found', async () => {
    const { report } = await smokeWith(
      counting((puts) => puts > 0),
      '--only live,circuits',
      hasty,
    );
    expect(failed(report)).toEqual(['circuits']);
    expect(saidOf(report, 'circuits')).toMatch(/^After .* was closed, 8 of 8 calls at once are refused after 10 s\.$/);
  });

  it('is closed by another try where the first is not answered', async () => {
    expect(failed((await smokeWith(deaf(2, 3), '--only circuits')).report)).toEqual([]);
  });

  it('that cannot be closed is named, with the command that does it', async () => {
    const { report } = await smokeWith(deaf(2, 99), '--only circuits', hasty);
    expect(failed(report)).toEqual(['circuits']);
    const [name = ''] = await shut();
    expect(saidOf(report, 'circuits')).toBe(`${name} is still isolated. Close it: npx ballast circuits close ${name}`);
    await put(name, { state: 'closed' });
  });

  it('that a killed test has left is closed by the next one; that of somebody else stays', async () => {
    await put('anthropic/claude-opus-4-6', { state: 'isolated', reason: 'Their maintenance.' });
    await put('anthropic/claude-opus-4-7', { state: 'isolated', reason: 'Smoke test: closed again within seconds.' });
    const soon = await smokeWith({}, '--only circuits');
    expect(failed(soon.report)).toEqual([]);
    // Another test may be at it just now.
    expect(await shut()).toEqual(['anthropic/claude-opus-4-6', 'anthropic/claude-opus-4-7']);
    const later = { ...systemClock, now: () => systemClock.now() + 11 * 60_000 };
    expect(failed((await smokeWith({}, '--only circuits', later)).report)).toEqual([]);
    expect(await shut()).toEqual(['anthropic/claude-opus-4-6']);
    await put('anthropic/claude-opus-4-6', { state: 'closed' });
  });
});

/** Makes another list of the alarms of the stage. */
const otherAlarms = (change: (list: { alarms: { name: string }[] }) => object): Fault => ({
  changes: (url, body) =>
    url === '/admin/alarms' ? JSON.stringify(change(JSON.parse(body) as { alarms: { name: string }[] })) : body,
});

describe('alarms', () => {
  it.each<[string, Fault, RegExp]>([
    [
      'whose targets cannot be read',
      otherAlarms((list) => ({ ...list, targets: null })),
      /^The stage cannot read whom alarms reach\.$/,
    ],
    [
      'of which nobody knows whether they are on',
      otherAlarms((list) => ({ ...list, on: null })),
      /^The stage cannot read which alarms are on\.$/,
    ],
    [
      'of which one is missing',
      otherAlarms((list) => ({ ...list, alarms: list.alarms.filter(({ name }) => name !== 'runs-degraded') })),
      /^The stage does not know runs-degraded\.$/,
    ],
    [
      'that reach nobody',
      otherAlarms((list) => ({ ...list, targets: [] })),
      /^Of \d+ made none reaches anybody: docs\/alarms\.md says how to name somebody\.$/,
    ],
    [
      'that an administrator may not see',
      { answers: ({ url }) => (url === '/admin/alarms' ? { status: 403, body: '{"code": "forbidden"}' } : null) },
      /^GET \/admin\/alarms is answered with 403 \(forbidden\), and not with 200\.$/,
    ],
  ])('%s are found, where they are required', async (_title, fault, says) => {
    const { code, report } = await smokeWith(fault, '--only live,alarms --require alarms');
    expect([code, failed(report)]).toEqual([1, ['alarms']]);
    expect(saidOf(report, 'alarms')).toMatch(says);
  });

  it('that are on, and pages that the stage does not make, are named', async () => {
    const fault = otherAlarms((list) => ({
      ...list,
      on: [{ alarm: 'ballast-prod-errors' }],
      alarms: list.alarms.map((one) => ({ ...one, made: one.name !== 'api-errors' })),
    }));
    const { report } = await smokeWith(fault, '--only alarms');
    expect(saidOf(report, 'alarms')).toMatch(
      /^\d+ made, without api-errors; on: ballast-prod-errors; they reach webhook\.$/,
    );
  });

  it('send a test only where that is asked for, and fail where it does not arrive', async () => {
    expect(receiver.messages).toEqual([]);
    const sent = await smokeWith({}, '--only alarms --test-alarms');
    expect(failed(sent.report)).toEqual([]);
    expect(saidOf(sent.report, 'alarms')).toMatch(/a test reached webhook\.$/);
    expect(receiver.messages).toHaveLength(1);
    receiver.status = 500;
    const lost = await smokeWith({}, '--only alarms --test-alarms');
    expect(saidOf(lost.report, 'alarms')).toBe('The test message did not reach webhook.');
    expect(failed(lost.report)).toEqual(['alarms']);
  });
});

it('without the key of an administrator each row that takes it is skipped, by name', async () => {
  const fetch = ((url: string, init?: RequestInit) =>
    globalThis.fetch(url.replace('https://stage.example', server.url), init)) as typeof globalThis.fetch;
  const words = '--only alarms,limits,circuits --key ballast-dev-key';
  const { code, report } = await smokeStage(words, 'https://stage.example', hasty, fetch);
  expect(code).toBe(0);
  expect(report.checks.map(({ check, verdict, says }) => [check, verdict, says])).toEqual(
    ['alarms', 'limits', 'circuits'].map((check) => [check, 'skip', 'It takes --admin-key.']),
  );
});
