import { expect, it } from 'vitest';
import { listen } from '../../local/simulated-claude/listen.ts';
import { parseEvents } from './parse-events.ts';
import { transcribe } from './transcript.ts';

const serving = async (answer: Parameters<typeof listen>[1], patienceMs = 5_000) => {
  const server = await listen(0, answer);
  const written = await transcribe(server.url, {}, patienceMs, fetch);
  await server.close();
  return written;
};

it('an answer is written down byte by byte, with its status', async () => {
  const written = await serving(
    async ({ response }) => void response.writeHead(503, { 'content-type': 'a/b' }).end('é'),
  );
  expect(written).toMatchObject({ status: 503, contentType: 'a/b', bytes: 'é', ended: 'properly' });
});

it('a connection that is torn in the middle of a body is told from one that ends', async () => {
  const written = await serving(async ({ response }) => {
    response.writeHead(200).write('half', () => setImmediate(() => response.destroy()));
  });
  expect(written).toMatchObject({ status: 200, bytes: 'half', ended: 'broken' });
});

it('a body that never ends is given up', async () => {
  const written = await serving(async ({ response }) => void response.writeHead(200).write('half'), 200);
  expect(written).toMatchObject({ status: 200, bytes: 'half', ended: 'never' });
});

it('events are read by the rules of their format', () => {
  expect(parseEvents(': a comment\r\nevent: a\r\ndata: 1\ndata:2\n\nid: 3\n\ndata: 4\n\n')).toEqual({
    events: [
      { event: 'a', data: '1\n2' },
      { event: 'message', data: '4' },
    ],
    whole: true,
  });
  expect(parseEvents('event: a\ndata: 1\n')).toEqual({ events: [], whole: false });
});
