import { describe, expect, it, vi } from 'vitest';
import { runAgent } from '../../functions/run-agent.ts';
import { createApp } from '../../lib/app/app.ts';
import { AppError } from '../../lib/kernel/errors.ts';
import { safe } from '../../lib/kernel/redacted.ts';
import type { RunSync } from '../../lib/run/sync-run.ts';
import { LOG_LEVELS } from '../../lib/telemetry/log.ts';
import { createFakeClock } from '../fake-clock.ts';
import { httpEvent, invokeStreaming } from '../functions/invoke.ts';
import { DONE, functionParts } from '../functions/parts.ts';
import { SAMPLES } from './events.ts';

type Line = Readonly<Record<string, unknown>>;

type End = 'answered' | 'refused' | 'failed' | 'refused unbegun';

/** What a function writes of one request that ends so, and of its run, as its stage at `LOG_LEVEL` would. */
const written = async (LOG_LEVEL: string, end: End, asked: object = {}): Promise<Line[]> => {
  const lines: string[] = [];
  const write = (line: unknown): boolean => lines.push(String(line)) > 0;
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation(write);
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation(write);
  const app = createApp({
    env: { LOG_LEVEL, LOG_FORMAT: 'json' },
    clock: createFakeClock(),
    random: () => 0.5,
    randomBytes: (length) => new Uint8Array(length),
    fetch,
    write,
  });
  const runSync: RunSync = async () => {
    if (end === 'refused unbegun') throw new AppError('run-conflict', safe`Busy.`);
    app.emit(SAMPLES['run.started']);
    const status = end === 'answered' ? safe`succeeded` : safe`failed`;
    app.emit({ ...SAMPLES['run.finished'], status });
    if (end === 'refused') throw new AppError('budget-exceeded', safe`Spent.`);
    if (end === 'failed') throw new AppError('upstream-error', safe`Failed.`);
    return DONE;
  };
  const { log, canonical, emit, contexts } = app;
  const parts = { ...functionParts(runSync), log, canonical, emit, contexts };
  const body = JSON.stringify({ task: 'Hi', userId: 'ada@example.com', ...asked });
  await invokeStreaming(runAgent(parts), httpEvent({ body }));
  stdout.mockRestore();
  stderr.mockRestore();
  return lines
    .flatMap((text) => text.trim().split('\n'))
    .map((line) => JSON.parse(line) as Line)
    .filter((line) => !('_aws' in line));
};

describe.each(LOG_LEVELS)('at %s', (level) => {
  it.each([
    ['answered', 'request', 'INFO'],
    ['refused', 'request refused', 'WARN'],
    ['failed', 'request failed', 'WARN'],
  ] as const)('a request that is %s has its line and that of its run', async (end, title, runLevel) => {
    const lines = await written(level, end);
    const said = lines.filter(({ message }) => /^request|^run finished$/.test(String(message)));
    expect(said.map(({ message }) => message)).toEqual(['run finished', title]);
    const [run = {}, request = {}] = said;
    const { type: _type, degraded: _none, user: _nobody, status: _status, ...fields } = SAMPLES['run.finished'];
    expect(run).toMatchObject({ level: runLevel, ...fields });
    expect(request).toMatchObject({
      route: expect.any(String) as string,
      method: 'POST',
      agent: 'assistant',
      runId: 'run_01',
      user: expect.stringMatching(/^sha256:[0-9a-f]{32}$/) as string,
    });
    expect(JSON.stringify(lines)).not.toContain('ada@example');
  });
});

describe('the line of a request that was refused before its run began', () => {
  const agentIn = async (asked: object) => {
    const lines = await written('WARN', 'refused unbegun', asked);
    expect(lines.map(({ message }) => message)).toEqual(['request refused']);
    expect(lines[0]).toMatchObject({ user: expect.stringMatching(/^sha256:/) as string });
    return lines[0]?.['agent'];
  };

  it('says which agent was asked, by name or by none', async () => {
    expect(await agentIn({})).toBe('assistant');
    expect(await agentIn({ agent: 'assistant', sessionId: 'one' })).toBe('assistant');
  });

  it('says none that is not there, in whatever words, and none where the session decides', async () => {
    expect(await agentIn({ agent: 'canary words' })).toBeUndefined();
    expect(await agentIn({ sessionId: 'one' })).toBeUndefined();
  });
});
