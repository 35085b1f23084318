import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { createPrettyLog } from '../../lib/telemetry/pretty-log.ts';
import { createSchedules, type EventHandler } from '../../local/run-schedules.ts';
import { atLocalPace, readSchedules, type Schedule } from '../../local/schedules.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';

const written = (schedule: string) =>
  `functions: { probe: { handler: dist/probe/index.handler, events: [{ schedule: ${schedule} }] } }`;

describe('schedules of serverless.yml', () => {
  it.each([
    ['rate(1 minute)', 60_000],
    ['{ rate: [rate(5 minutes)], method: scheduler }', 300_000],
    ['{ rate: rate(2 hours) }', 7_200_000],
    ['rate(1 day)', 86_400_000],
  ])('are read: %s', (schedule, everyMs) => {
    expect(readSchedules(written(schedule))).toMatchObject([{ definition: { name: 'probe' }, everyMs }]);
  });

  it('are refused in a sentence where they are no rate', () => {
    expect(() => readSchedules(written('cron(0 12 * * ? *)'))).toThrow(
      'the schedule of probe must read like rate(1 minute)',
    );
  });

  it('are there in the project: the dependencies are probed each minute', () => {
    const schedules = readSchedules(readFileSync(new URL('../../serverless.yml', import.meta.url), 'utf8'));
    expect(schedules).toContainEqual({
      definition: { name: 'probe-dependencies', timeoutMs: 30_000 },
      everyMs: 60_000,
    });
  });

  it('run here as they are written, but for budgets, which are reconciled every 15 seconds', () => {
    const yaml = readFileSync(new URL('../../serverless.yml', import.meta.url), 'utf8');
    const pace = (schedules: readonly Schedule[]) =>
      Object.fromEntries(schedules.map(({ definition: { name }, everyMs }) => [name, everyMs]));
    const deployed = pace(readSchedules(yaml));
    expect(deployed['reconcile-budgets']).toBe(60_000);
    expect(pace(atLocalPace(readSchedules(yaml)))).toEqual({ ...deployed, 'reconcile-budgets': 15_000 });
  });
});

describe('running them', () => {
  let clock: FakeClock;
  let calls: number;
  let lines: string[];
  const running = (handler: EventHandler) =>
    createSchedules({
      schedules: readSchedules(written('rate(1 minute)')),
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

  it('calls at once, and then each time the rate says', async () => {
    const schedules = running(counting);
    expect(calls).toBe(0);
    schedules.start();
    expect(calls).toBe(1);
    await clock.advance(59_999);
    expect(calls).toBe(1);
    await clock.advance(60_001);
    expect(calls).toBe(3);
    await schedules.stop(0);
  });

  it('leaves out a call while the one before is not done', async () => {
    const slow = Promise.withResolvers<void>();
    const schedules = running(async () => {
      calls += 1;
      await slow.promise;
    });
    schedules.start();
    await clock.advance(120_000);
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
    await clock.advance(60_000);
    expect(calls).toBe(2);
    expect(lines.join('')).toMatch(/function failed.*probe.*TypeError/);
    expect(lines.join('')).not.toContain('canary');
    await schedules.stop(0);
  });

  it('ends: nothing is called any more, and what is under way is waited for, but not for ever', async () => {
    const slow = Promise.withResolvers<void>();
    const schedules = running(() => slow.promise);
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
    const done = running(counting);
    done.start();
    await done.stop(10_000);
    const stuck = running(() => new Promise(() => undefined));
    stuck.start();
    const stopping = stuck.stop(10_000);
    void stuck.stop(0);
    await clock.advance(0);
    await stopping;
  });
});
