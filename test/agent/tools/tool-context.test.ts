import { defineTool, label, type Redacted, safe, type ToolContext, z } from 'ballast';
import { calls, testRun } from 'ballast/testing';
import { describe, expect, it } from 'vitest';
import { createLoader } from '../../../lib/secrets/loader.ts';
import type { BallastEvent } from '../../../lib/telemetry/events.ts';
import type { Log } from '../../../lib/telemetry/log.ts';
import { logEvents } from '../../../lib/telemetry/log-events.ts';
import { createFakeClock } from '../../fake-clock.ts';
import { keeper } from '../../testing/agent.ts';
import { answer, runParts, text, use } from '../run-parts.ts';

type Run = (context: ToolContext<'shop', 'shop'>) => unknown;

const toolWith = (run: Run, timeoutMs = 10_000) =>
  defineTool({
    name: 'look',
    description: '',
    input: z.object({}),
    secrets: { shop: { description: 'API key of the shop' } },
    timeoutMs,
    run: (_input, context) => run(context as ToolContext<'shop', 'shop'>),
  });

/** The lines that a log gets of these events. */
const linesOf = (events: readonly BallastEvent[]) => {
  const lines: { readonly level: string; readonly message: string; readonly fields: object | undefined }[] = [];
  const writer =
    (level: string): Log['info'] =>
    (message, fields) =>
      void lines.push({ level, message, fields });
  const log = { debug: writer('debug'), info: writer('info'), warn: writer('warn'), error: writer('error') };
  for (const event of events) logEvents({ stage: log })(event);
  return lines;
};

const CANARY = 'sk-shop-canary-1234567890';
const clock = createFakeClock();
const played = async (run: Run) => {
  const secretOf = () => createLoader({ read: async () => CANARY, clock });
  const parts = runParts([answer([use('look')]), answer([text('Done.')])], { tools: [toolWith(run)], secretOf });
  const { runId } = await parts.run({ userId: 'user-7', metadata: { team: 'sales' } });
  return { ...parts, runId, row: await parts.runs.find('demo', runId) };
};

describe('what a tool is given', () => {
  it('names the request’s metadata', async () => {
    const seen: unknown[] = [];
    await played(({ metadata, userId }) => seen.push([metadata, userId]));
    expect(seen).toEqual([[{ team: 'sales' }, 'user-7']]);
  });

  it('writes lines of its own, with the run and the tool', async () => {
    const { events, runId } = await played(({ log }) => {
      log.info(safe`order found`, { parcels: 2, status: label('packed'), late: false });
      log.debug(safe`asked`, { runId: label('another'), level: label('error') });
    });
    const lines = linesOf(events);
    expect(lines).toContainEqual({
      level: 'info',
      message: 'order found',
      fields: { parcels: 2, status: 'packed', late: false, runId, agent: 'assistant', tool: 'look' },
    });
    expect(lines).toContainEqual({
      level: 'debug',
      message: 'asked',
      fields: { runId, agent: 'assistant', tool: 'look' },
    });
  });

  it('writes so many lines a call, and no text that is as long as a page', async () => {
    const { events } = await played(({ log }) => {
      for (let line = 0; line < 1_000; line += 1) log.info(safe`again`, { line });
    });
    const lines = linesOf(events).filter(({ message }) => message === 'again' || message.startsWith('further'));
    expect(lines).toHaveLength(101);
    expect(lines.at(-1)?.message).toBe('further lines of this call are left out');
    const long = await played(({ log }) => log.info('x'.repeat(1_001) as Redacted, { at: new Date() as never }));
    expect(linesOf(long.events).map(({ message }) => message)).toContain('(withheld)');
    expect(JSON.stringify(linesOf(long.events))).not.toContain('xxx');
  });

  it('shows a secret in no line, whatever its author did about types, nor in the trace, the row or the answer', async () => {
    const { events, requests, row } = await played(async ({ log, secret }) => {
      const key = await secret('shop');
      log.warn(`the key is ${key}` as Redacted, { key: key as Redacted });
      log.error(safe`refused`, { key: key as Redacted });
      return { key };
    });
    const lines = linesOf(events);
    expect(lines).toContainEqual(expect.objectContaining({ level: 'warn', message: '(withheld)' }));
    expect(lines).toContainEqual(expect.objectContaining({ message: 'refused' }));
    expect(row?.steps.length).toBeGreaterThan(2);
    expect(JSON.stringify([events, lines, requests, row])).not.toContain(CANARY);
  });

  it('sleeps by the clock of the run, which takes no time in a test', async () => {
    const patient = toolWith(async ({ sleep, now }) => {
      const before = now();
      await sleep(5_000);
      return now() - before;
    });
    const agent = { ...keeper, tools: new Map([['look', patient]]) };
    const run = await testRun(agent, 'Wait.', [calls('look'), 'Done.']);
    expect(run.tools).toMatchObject([{ result: '5000' }]);
    expect(run.durationMs).toBe(5_000);
  });

  it('is woken by its timeout, and the run goes on', async () => {
    let woken: unknown;
    const endless = toolWith(({ sleep }) => sleep(60_000).catch((error: unknown) => (woken = error)), 2_000);
    const agent = { ...keeper, tools: new Map([['look', endless]]) };
    const run = await testRun(agent, 'Wait.', [calls('look'), 'Done.']);
    expect(run.tools).toMatchObject([{ result: 'The tool took too long and was stopped.', isError: true }]);
    expect(woken).toBeDefined();
    expect(run.durationMs).toBe(2_000);
  });
});
