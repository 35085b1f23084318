import { afterEach, describe, expect, it } from 'vitest';
import { createFakeClock } from '../fake-clock.ts';
import { createGate } from '../upstream/gate.ts';
import { buffered, serveFunction, streaming, type TestServer } from './serving.ts';

const servers: TestServer[] = [];
const serving = async (...given: Parameters<typeof serveFunction>) => {
  const server = await serveFunction(...given);
  servers.push(server);
  return server;
};
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close(0))));

describe('closing the server', () => {
  it('takes no more connections, and lets what is under way end', async () => {
    const gate = createGate();
    const server = await serving(buffered(async () => (await gate.arrive(), { statusCode: 200, body: 'done' })));
    const response = fetch(`${server.url}/f/x`);
    await gate.reached;
    const closed = server.close(60_000);
    await expect(fetch(`${server.url}/f/y`)).rejects.toThrow();
    gate.open();
    expect(await (await response).text()).toBe('done');
    await closed;
  });

  it.each([
    ['when the grace is over', 60_000, 60_000],
    ['at once when it is hurried', 60_000, null],
  ])('aborts what is under way %s, and gives it a second to settle', async (_, graceMs, moveMs) => {
    const clock = createFakeClock();
    const called = createGate();
    called.open();
    const settled = Promise.withResolvers<string>();
    const server = await serving(
      buffered(async (_event, { clientSignal }) => {
        await called.arrive();
        await new Promise((resolve) => clientSignal.addEventListener('abort', resolve));
        settled.resolve('settled');
        return { statusCode: 200, body: 'aborted' };
      }),
      clock,
    );
    const response = fetch(`${server.url}/f/x`);
    await called.reached;
    const closed = server.close(graceMs);
    if (moveMs === null) void server.close(0);
    else await clock.advance(moveMs);
    expect(await settled.promise).toBe('settled');
    expect(await (await response).text()).toBe('aborted');
    await closed;
  });

  it.each([
    ['GET', 0],
    ['POST', 60_000],
  ])('ends a stream of %s after %i ms of grace, with its own last words', async (method, graceMs) => {
    const clock = createFakeClock();
    const server = await serving(
      streaming(async function* (_event, { clientSignal }) {
        yield ': first\n\n';
        if (!clientSignal.aborted) await new Promise((resolve) => clientSignal.addEventListener('abort', resolve));
        yield ': last\n\n';
      }),
      clock,
    );
    const response = await fetch(`${server.url}/f/x`, { method });
    let text = '';
    const read = (async () => {
      for await (const piece of response.body ?? []) text += Buffer.from(piece).toString();
    })();
    await expect.poll(() => text).toBe(': first\n\n');
    const closed = server.close(60_000);
    await clock.advance(0);
    if (graceMs > 0) {
      expect(text).toBe(': first\n\n');
      await clock.advance(graceMs);
    }
    await read;
    expect(text).toBe(': first\n\n: last\n\n');
    await closed;
  });

  it('cuts what does not care', async () => {
    const clock = createFakeClock();
    const called = createGate();
    const server = await serving(
      buffered(() => called.arrive()),
      clock,
    );
    const response = fetch(`${server.url}/f/x`).then(
      () => 'answered',
      () => 'cut',
    );
    await called.reached;
    const closed = server.close(0);
    await clock.advance(0);
    await clock.advance(1_000);
    await closed;
    expect(await response).toBe('cut');
  });
});
