import { expect, it } from 'vitest';
import { createFakeClock } from '../../fake-clock.ts';
import { ballast } from './served.ts';

const clock = { ...createFakeClock(), after: (_ms: number, act: () => void) => (act(), () => undefined) };

const events = (...sent: readonly (readonly [id: number, event: string, data: object])[]): Response =>
  new Response(
    `: hello\n\n${sent.map(([id, event, data]) => `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`).join('')}`,
    { headers: { 'content-type': 'text/event-stream' } },
  );

const gone = (): Error => Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } });

it('shows a run to its end over connections that break and a server that starts again, each event once', async () => {
  const answers = [
    events([1, 'run.started', {}], [2, 'text.delta', { text: 'It is ' }]),
    gone(),
    events([3, 'text.delta', { text: '42.' }]),
    events([4, 'run.succeeded', { status: 'succeeded' }]),
  ];
  const { code, asked, out, err } = await ballast(['tail', 'run_1'], answers, { clock });
  expect([code, out]).toEqual([0, 'It is \n42.\n']);
  expect(asked.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '2', '2', '3']);
  expect(err).toBe('run.started\nrun.succeeded succeeded\n');
});

it.each([
  ['run.failed', { code: 'upstream-error', detail: 'The model provider failed.' }],
  ['run.cancelled', { usage: { costUsd: '0.1' } }],
])('ends with 1 for %s', async (event, data) => {
  expect(await ballast(['tail', 'run_1', '--after', '8'], [events([9, event, data])], { clock })).toMatchObject({
    code: 1,
    asked: [{ headers: { 'last-event-id': '8' } }],
  });
});

it('prints an event a line as JSON', async () => {
  const { out } = await ballast(['tail', 'run_1', '--json'], [events([1, 'run.succeeded', { a: 1 }])], { clock });
  expect(JSON.parse(out)).toEqual({ id: '1', event: 'run.succeeded', data: { a: 1 } });
});

it('gives up where nobody is there, or no new event comes for long', async () => {
  expect(await ballast(['tail', 'run_1'], [gone()], { clock })).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^Nothing answers/) as string,
  });
  const silent = await ballast(
    ['tail', 'run_1'],
    Array.from({ length: 40 }, () => events()),
    { clock },
  );
  expect([silent.code, silent.asked.length]).toEqual([1, 31]);
});
