import { calls, faults, testRun, together } from 'ballast/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { assistant } from '../sample-agents/index.ts';
import { clock, deaf, impatient, keeper, stock, work, workers } from './agent.ts';

afterEach(() => workers.clear());

const asking = [calls(stock, { item: 'rope' }), 'Done.'];

/** Work that takes real turns of the event loop, which no clock sees. */
const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe('a request of a tool', () => {
  it('reaches the test, with its whole address', async () => {
    const asked: string[] = [];
    const fetch = (url: string, init: RequestInit) => {
      asked.push(`${init.method ?? 'GET'} ${url}`);
      return Response.json({ left: 3 });
    };
    const run = await testRun(keeper, 'x', asking, { fetch });
    expect(asked).toEqual(['GET https://shop.example.com/v1/stock/rope']);
    expect(run.tools).toMatchObject([{ result: '{"left":3}', isError: false }]);
  });

  it.each([
    ['is declined', () => new Response(null, { status: 404 }), 'There is no such thing.', 'AppError'],
    ['fails', () => new Response(null, { status: 500 }), 'The tool failed.', 'Error'],
    ['never gets through', () => Promise.reject(new TypeError('no route')), 'The tool failed.', 'TypeError'],
    ['is redirected', () => Response.redirect('https://elsewhere.example.com'), 'The tool failed.', 'TypeError'],
  ])('%s as the test says, and the test sees what the tool threw', async (_title, fetch, result, name) => {
    const run = await testRun(keeper, 'x', asking, { fetch });
    expect(run.tools).toMatchObject([{ result, isError: true, threw: { name } }]);
    expect(run.output).toBe('Done.');
  });

  it('hangs until the tool’s own limit, in no time', async () => {
    const run = await testRun(keeper, 'x', asking, { fetch: () => 'hangs' });
    expect(run.tools).toMatchObject([{ result: 'The tool took too long and was stopped.', isError: true }]);
    expect(run.durationMs).toBe(stock.timeoutMs);
  });

  it('is the test’s mistake where it gives no fetch', async () => {
    await expect(testRun(keeper, 'x', asking)).rejects.toThrow(
      'A tool asked for https://shop.example.com/v1/stock/rope, and the test gives no fetch.',
    );
  });
});

describe('time', () => {
  it('stands still while a tool works, however long that takes', async () => {
    workers.set('slow', async () => (await turns(200), 'ready'));
    const run = await testRun(keeper, 'x', [calls(work, { name: 'slow' }), 'x']);
    expect(run).toMatchObject({ durationMs: 0, tools: [{ result: 'ready' }] });
  });

  it('stands still for the tool that works beside one that hangs', async () => {
    const ends: string[] = [];
    workers.set('slow', async () => (await turns(200), ends.push('slow'), 'ready'));
    const script = [together(calls(stock, { item: 'rope' }), calls(work, { name: 'slow' })), 'x'];
    const run = await testRun(keeper, 'x', script, { fetch: () => 'hangs' });
    expect(run.tools.map(({ name, isError }) => [name, isError])).toEqual([
      ['stock', true],
      ['work', false],
    ]);
    expect(run.durationMs).toBe(stock.timeoutMs);
  });

  it('is not held by a tool that was stopped and does not listen', async () => {
    const run = await testRun(keeper, 'x', [calls(deaf), faults.silent(), 'x'], { fetch: () => 'hangs' });
    expect(run.tools).toMatchObject([{ result: 'The tool took too long and was stopped.' }]);
    expect(run.durationMs).toBe(deaf.timeoutMs + 30_000 + 250);
  });

  it('stands still for a tool that gave up a hanging request by itself, and works on', async () => {
    workers.set('slow', async () => (await turns(200), 'ready'));
    const run = await testRun(keeper, 'x', [calls(impatient), 'x'], { fetch: () => 'hangs' });
    expect(run).toMatchObject({ durationMs: 0, tools: [{ result: 'ready' }] });
  });

  it('begins when the test says, and goes on with each wait', async () => {
    const script = [calls(clock), faults.rateLimited({ retryAfterMs: 5_000 }), calls(clock), 'x'];
    const run = await testRun(keeper, 'x', script, { now: '2027-01-01T00:00:00Z' });
    expect(run.tools.map(({ result }) => result)).toEqual(['2027-01-01T00:00:00.000Z', '2027-01-01T00:00:05.250Z']);
  });
});

describe('what a model may get wrong', () => {
  it('is an input that the schema refuses', async () => {
    const run = await testRun(keeper, 'x', [calls(stock, { item: 'x'.repeat(11) }), 'Sorry.']);
    expect(run.tools).toMatchObject([{ isError: true, threw: undefined }]);
    expect(run.tools[0]?.result).toMatch(/^The input is not valid: item /);
  });

  it('is a tool that it makes up', async () => {
    const run = await testRun(keeper, 'x', [calls('fly', {}, { invented: true }), 'Sorry.']);
    expect(run.tools).toMatchObject([{ name: 'fly', isError: true }]);
    expect(run.tools[0]?.result).toMatch(/^There is no tool of this name/);
  });

  it('is to call one that ends the run: nobody is told its result', async () => {
    const run = await testRun(keeper, 'x', [calls('stop')]);
    expect(run).toMatchObject({ status: 'failed', error: { code: 'tool-failed', message: 'The shop is closed.' } });
    expect(run.tools).toMatchObject([{ name: 'stop', input: {}, result: null, isError: true }]);
  });
});

it('a tool that loads a library late is not cut short by its limit', async () => {
  const run = await testRun(assistant, 'x', [calls('calculate', { expression: '2^10' }), 'It is 1024.']);
  expect(run.tools).toMatchObject([{ result: '1024' }]);
  expect(run.durationMs).toBe(0);
});
