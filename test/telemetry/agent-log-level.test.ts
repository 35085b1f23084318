import type { AgentOptions } from 'ballast';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createApp } from '../../lib/app/app.ts';
import { label } from '../../lib/kernel/redacted.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { createFakeClock } from '../fake-clock.ts';
import { SAMPLES } from './events.ts';

vi.mock('#agents', async () => {
  const { defineAgent } = await import('ballast');
  const named = (name: string, options: Partial<AgentOptions> = {}) =>
    defineAgent({
      name,
      description: 'for tests',
      system: 'You are a test.',
      models: { simple: 'claude-haiku-5-5', standard: 'claude-sonnet-5-5', complex: 'claude-opus-5-5' },
      ...options,
    });
  return { agents: [named('loud', { logLevel: 'DEBUG' }), named('plain'), named('quiet', { logLevel: 'ERROR' })] };
});

afterEach(() => vi.restoreAllMocks());

/** What the app writes of events, as lines. */
const written = (env: Readonly<Record<string, string>>, events: readonly BallastEvent[]): string[] => {
  const lines: string[] = [];
  const write = (line: unknown): boolean => lines.push(String(line)) > 0;
  vi.spyOn(process.stdout, 'write').mockImplementation(write);
  vi.spyOn(process.stderr, 'write').mockImplementation(write);
  const app = createApp({
    env,
    clock: createFakeClock(),
    random: () => 0.5,
    randomBytes: (length) => new Uint8Array(length),
    fetch,
    write,
  });
  for (const event of events) app.emit(event);
  vi.restoreAllMocks();
  return lines.filter((line) => !line.includes('"_aws"'));
};

/** Events of a run: of every level, and all that lines of runs are made of. */
const OF_A_RUN = Object.values(SAMPLES).filter((event) => 'agent' in event && 'runId' in event);
const of = (name: string) => OF_A_RUN.map((event) => ({ ...event, agent: label(name) }));

describe.each(['json', 'pretty'])('in a stage at WARN, as %s', (LOG_FORMAT) => {
  const env = { LOG_LEVEL: 'WARN', LOG_FORMAT };
  const lines = (name: string) => written(env, of(name)).length;

  it('an agent at DEBUG has all lines of its runs written', () => {
    expect(OF_A_RUN.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['run.started', 'model.attempted', 'model.retried', 'tool.logged', 'secrets.redacted']),
    );
    expect(lines('loud')).toBe(OF_A_RUN.length);
  });

  it('an agent that says nothing has those that the stage writes, and one at ERROR its errors and the line of the run', () => {
    expect(lines('plain')).toBeGreaterThan(lines('quiet'));
    expect(lines('plain')).toBeLessThan(OF_A_RUN.length);
    const quiet = written(env, [...of('quiet'), SAMPLES['circuit.changed']]).filter((line) => line.includes('quiet'));
    expect(quiet.map((line) => line.includes('run finished'))).toEqual([true]);
  });
});

it('of an agent whose lines somebody wants to see, that of no run is left out by the share of the stage', () => {
  const env = { LOG_LEVEL: 'WARN', LOG_SHARE: '0' };
  const lines = (name: string) => written(env, [{ ...SAMPLES['run.finished'], agent: label(name) }]);
  expect(['loud', 'plain', 'quiet'].map((name) => lines(name).length)).toEqual([1, 0, 0]);
});

it('what is never to be lost is written for an agent at ERROR too', () => {
  const unwritten = { ...SAMPLES['usage.unrecorded'], agent: label('quiet') };
  expect(written({ LOG_LEVEL: 'WARN' }, [unwritten])).toHaveLength(1);
});
