import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { createPrettyLog } from '../../lib/telemetry/terminal/pretty-log.ts';
import { createSchedules, type EventHandler } from '../../local/run-schedules.ts';
import { atLocalPace, readSchedules, type Schedule } from '../../local/schedules.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';

const written = (schedule: string) =>
  `functions: { probe: { handler: dist/probe/index.handler, events: [{ schedule: ${schedule} }] } }`;

const NOON = Date.UTC(2026, 10, 20, 12);
const MINUTE_MS = 60_000;

/** The times of the next calls, as they are written without seconds. */
const callsOf = (schedule: string, count: number, from = NOON) => {
  const [read] = readSchedules(written(schedule));
  const times: string[] = [];
  for (let at: number | null = from; times.length < count && at !== null;) {
    at = read?.nextAfter(at) ?? null;
    times.push(at === null ? 'never' : new Date(at).toISOString().slice(0, 16));
  }
  return times;
};

describe('schedules of serverless.yml', () => {
  it.each([
    ['rate(1 minute)', ['2026-11-20T12:01', '2026-11-20T12:02']],
    ['{ rate: [rate(5 minutes)], method: scheduler }', ['2026-11-20T12:05', '2026-11-20T12:10']],
    ['{ rate: rate(2 hours) }', ['2026-11-20T14:00', '2026-11-20T16:00']],
    ['rate(1 day)', ['2026-11-21T00:00', '2026-11-22T00:00']],
    ['{ rate: cron(0 12 * * ? *) }', ['2026-11-21T12:00', '2026-11-22T12:00']],
    ['{ rate: cron(30 2 * * ? *), timezone: America/New_York }', ['2026-11-21T07:30', '2026-11-22T07:30']],
  ])('are read: %s', (schedule, times) => {
    expect(callsOf(schedule, 2)).toEqual(times);
  });

  it.each([
    ['every day', 'it must read like rate(1 minute) or cron(0 12 * * ? *)'],
    ['rate(0 minutes)', 'it must read like'],
    ['rate(2 weeks)', 'it must read like'],
    ['cron(0 12 * * ?)', 'it has six fields'],
    ['cron(0 25 * * ? *)', '25 is not from 0 to 23'],
    ['cron(0 12 * * * *)', 'one of its day and its weekday is ?'],
    ['{ rate: cron(0 12 * * ? *), timezone: Mars/Olympus }', 'Mars/Olympus'],
  ])('are refused in a sentence: %s', (schedule, why) => {
    expect(() => readSchedules(written(schedule))).toThrow(/^serverless\.yml: the schedule .* of probe is wrong: /);
    expect(() => readSchedules(written(schedule))).toThrow(why);
  });

  it('are left out where they are not enabled', () => {
    expect(readSchedules(written('{ rate: rate(1 minute), enabled: false }'))).toEqual([]);
  });

  it('are there in the project: the dependencies are probed each minute, and as soon as a server starts', () => {
    const schedules = readSchedules(readFileSync(new URL('../../serverless.yml', import.meta.url), 'utf8'));
    expect(schedules.find(({ definition }) => definition.name === 'probe-dependencies')).toMatchObject({
      definition: { timeoutMs: 30_000 },
      written: 'rate(1 minute)',
      atStart: true,
    });
  });

  it('run here as they are written, but for what makes up for a killed process, and for webhooks', () => {
    const yaml = readFileSync(new URL('../../serverless.yml', import.meta.url), 'utf8');
    const pace = (schedules: readonly Schedule[]) =>
      Object.fromEntries(schedules.map(({ definition: { name }, nextAfter }) => [name, (nextAfter(NOON) ?? 0) - NOON]));
    const deployed = pace(readSchedules(yaml));
    expect(deployed).toMatchObject({ 'reconcile-budgets': 60_000, 'sweep-runs': 60_000 });
    const often = { 'reconcile-budgets': 15_000, 'sweep-runs': 15_000, 'deliver-webhooks': 5_000 };
    expect(pace(atLocalPace(readSchedules(yaml)))).toEqual({ ...deployed, ...often });
    const rarely = pace(atLocalPace(readSchedules(yaml), { HEALTH_INTERVAL_MINUTES: '5' }));
    expect(rarely).toEqual({ ...deployed, ...often, 'probe-dependencies': 300_000 });
  });
});

describe('running them', () => {
  let clock: FakeClock;
  let calls: number;
  let lines: string[];
  const running = (handler: EventHandler, schedule = 'rate(1 minute)', atStart = false) =>
    createSchedules({
      schedules: readSchedules(written(schedule)).map((each) => ({ ...each, atStart })),
      handlers: new Map([['probe', handler]]),
      clock,
      log: createPrettyLog('DEBUG', clock, (line) => lines.push(line)),
    });
  const counting: EventHandler = async () => (calls += 1);

  beforeEach(() => {
    clock = createFakeClock();
    calls = 0;
    lines = [];
  });

  it('calls each time the rate says, and not because the server starts', async () => {
    const schedules = running(counting);
    schedules.start();
    await clock.advance(59_999);
    expect(calls).toBe(0);
    await clock.advance(60_001);
    expect(calls).toBe(2);
    await schedules.stop(0);
  });

  it('calls at the start, too, what says so', async () => {
    const schedules = running(counting, 'rate(1 day)', true);
    expect(calls).toBe(0);
    schedules.start();
    expect(calls).toBe(1);
    await clock.advance(24 * 60 * MINUTE_MS);
    expect(calls).toBe(2);
    await schedules.stop(0);
  });

  it('waits longer than a timer can, and keeps to its times over a restart', async () => {
    const rate = 'rate(30 days)';
    const [first = '', second = ''] = callsOf(rate, 2);
    const before = running(counting, rate);
    before.start();
    await clock.advance(Date.parse(`${first}Z`) - clock.now() - 1);
    expect(calls).toBe(0);
    await before.stop(0);
    const after = running(counting, rate);
    after.start();
    await clock.advance(1);
    expect(calls).toBe(1);
    await clock.advance(Date.parse(`${second}Z`) - clock.now());
    expect(calls).toBe(2);
    await after.stop(0);
  });

  it('goes by the clock, also when that is set back', async () => {
    const schedules = running(counting);
    schedules.start();
    clock.stepWall(-24 * 60 * MINUTE_MS);
    await clock.advance(3 * MINUTE_MS);
    expect(calls).toBeGreaterThanOrEqual(2);
    await schedules.stop(0);
  });

  it('calls by a cron expression, with the input that is written', async () => {
    const inputs: unknown[] = [];
    const handler: EventHandler = async (input) => inputs.push(input);
    const schedules = running(handler, '{ rate: cron(0/30 12-13 * * ? *), input: { of: all } }');
    schedules.start();
    await clock.advance(24 * 60 * MINUTE_MS);
    expect(inputs).toEqual([{ of: 'all' }, { of: 'all' }, { of: 'all' }, { of: 'all' }]);
    await schedules.stop(0);
  });

  it('leaves out a call while the one before is not done', async () => {
    const slow = Promise.withResolvers<void>();
    const schedules = running(async () => {
      calls += 1;
      await slow.promise;
    });
    schedules.start();
    await clock.advance(180_000);
    expect(calls).toBe(1);
    slow.resolve();
    await clock.advance(60_000);
    expect(calls).toBe(2);
    await schedules.stop(0);
  });

  it('goes on after a failure, which it tells without its words', async () => {
    const schedules = running(async () => {
      calls += 1;
      throw new TypeError('canary');
    });
    schedules.start();
    await clock.advance(120_000);
    expect(calls).toBe(2);
    expect(lines.join('')).toMatch(/function failed.*probe.*TypeError/);
    expect(lines.join('')).not.toContain('canary');
    await schedules.stop(0);
  });

  it('ends: nothing is called any more, and what is under way is waited for, but not for ever', async () => {
    const slow = Promise.withResolvers<void>();
    const schedules = running(() => slow.promise, 'rate(1 minute)', true);
    schedules.start();
    let stopped = false;
    const stopping = schedules.stop(1_000).then(() => (stopped = true));
    await clock.advance(999);
    expect(stopped).toBe(false);
    await clock.advance(1);
    await stopping;
    expect(clock.pending).toBe(0);
    slow.resolve();
  });

  it('ends at once where what was called has ended, or where it is hurried', async () => {
    const done = running(counting, 'rate(1 minute)', true);
    done.start();
    await done.stop(10_000);
    const stuck = running(() => new Promise(() => undefined), 'rate(1 minute)', true);
    stuck.start();
    const stopping = stuck.stop(10_000);
    void stuck.stop(0);
    await clock.advance(0);
    await stopping;
  });
});
