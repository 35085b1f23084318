import type { ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { createRequestHandler } from '../../lib/aws-sdk/request-handler.ts';
import { createSdkClient, throughSdk } from '../../lib/dynamodb/client.ts';
import { mayBeDone } from '../../lib/dynamodb/failure.ts';
import { DUMMY_CONNECTION } from '../dynamodb-names.ts';
import { createFakeClock } from '../fake-clock.ts';
import { serve } from './serving.ts';

const READ = { TableName: 'any', Key: { pk: { S: 'p' }, sk: { S: 's' } } };

const speakTo = (endpoint: string) => {
  const clock = createFakeClock();
  const client = throughSdk(createSdkClient({ ...DUMMY_CONNECTION, endpoint }, clock));
  return { clock, read: (signal?: AbortSignal) => client.send('GetItem', READ, signal) };
};

const refuse = (response: ServerResponse, status: number, body: object | string, headers = {}) =>
  void response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));

describe('a service that is asked by the SDK', () => {
  it.each([
    [400, { __type: 'com.amazonaws.dynamodb.v20120810#ValidationException', message: 'no' }, {}, 'ValidationException'],
    [400, { Message: 'no' }, { 'x-amzn-errortype': 'ThrottlingException:http://internal/' }, 'ThrottlingException'],
    [400, { code: 'AccessDeniedException,x', message: 'no' }, {}, 'AccessDeniedException'],
    [503, '<html>', {}, 'UnreadableAnswer'],
  ])('has its refusal %s %j named', async (status, body, headers, name) => {
    const { url } = await serve((response) => refuse(response, status, body, headers));
    await expect(speakTo(url).read()).rejects.toMatchObject({
      name,
      message: typeof body === 'string' ? '' : 'no',
      $metadata: { httpStatusCode: status },
    });
  });

  it('is found by an address of version 6', async () => {
    const { url } = await serve((response) => void response.end('{"Item":{}}'), '::1');
    expect(url).toContain('[::1]');
    expect(await speakTo(url).read()).toMatchObject({ Item: {} });
  });

  it.each(['', '{"Item":', '{"Item":{"a":}', '7', 'null', '{"Item":{"pk":7}}}'])(
    'has not said what it did by a success of %j',
    async (body) => {
      const { url, seen } = await serve((response) => void response.end(body));
      const error: unknown = await speakTo(url)
        .read()
        .catch((caught: unknown) => caught);
      expect(error).toMatchObject({ name: 'UnreadableAnswer' });
      expect(mayBeDone(error)).toBe(true);
      expect(seen.requests).toBe(1);
    },
  );

  it('is shown no item with its refusal', async () => {
    const Item = { pk: { S: 'canary' }, bytes: { B: 'AQI=' } };
    const body = { __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException', message: 'no', Item };
    const { url } = await serve((response) => refuse(response, 400, body));
    const error: unknown = await speakTo(url)
      .read()
      .catch((caught: unknown) => caught);
    expect((error as { readonly Item: object }).Item).toEqual({
      pk: { S: 'canary' },
      bytes: { B: expect.any(Uint8Array) as unknown },
    });
    expect(inspect(error, { depth: 9 })).not.toContain('canary');
    expect(JSON.stringify(error)).not.toContain('canary');
  });

  it('is not asked at all by a caller who has left', async () => {
    const { url, seen } = await serve((response) => void response.end('{}'));
    const reason = new Error('gone');
    await expect(speakTo(url).read(AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(seen.requests).toBe(0);
  });

  it('is asked no longer by a caller who leaves', async () => {
    const leaving = new AbortController();
    const closed = Promise.withResolvers<void>();
    const { url } = await serve((response) => {
      response.once('close', () => closed.resolve());
      leaving.abort();
    });
    const { clock, read } = speakTo(url);
    await expect(read(leaving.signal)).rejects.toMatchObject({ name: 'AbortError' });
    await closed.promise;
    expect(clock.pending).toBe(0);
  });
});

describe('a connection that was kept', () => {
  it('is used again, and not when nobody had used it for 20 s: a freeze may have let it die', async () => {
    const { url, seen } = await serve((response) => void response.end('{}'));
    const { clock, read } = speakTo(url);
    await read();
    await clock.advance(20_000);
    await read();
    expect(seen).toEqual({ requests: 2, connections: 1 });
    await clock.advance(20_001);
    await read();
    expect(seen).toEqual({ requests: 3, connections: 2 });
  });

  it('is dropped with all others that were idle, and what is under way is left alone', async () => {
    const held = Promise.withResolvers<ServerResponse>();
    const { url, seen } = await serve((response, _, count) => {
      if (count === 3) held.resolve(response);
      else response.end('{}');
    });
    const { clock, read } = speakTo(url);
    await Promise.all([read(), read()]);
    expect(seen.connections).toBe(2);
    const patient = createRequestHandler({ clock, idleTimeoutMs: 60_000 });
    const { protocol, hostname, port } = new URL(url);
    const request = { method: 'POST', protocol, hostname, port: Number(port), path: '/', headers: {}, body: '{}' };
    const ask = () => patient.handle(request as Parameters<typeof patient.handle>[0]);
    const slow = ask();
    const response = await held.promise;
    await clock.advance(30_000);
    expect((await ask()).response.body).toEqual(Buffer.from('{}'));
    response.end('{"slow":true}');
    expect((await slow).response.body).toEqual(Buffer.from('{"slow":true}'));
  });
});

describe('a service that is silent', () => {
  const silent = async (begin: (response: ServerResponse) => void) => {
    const asked = Promise.withResolvers<void>();
    const { url } = await serve((response) => {
      begin(response);
      asked.resolve();
    });
    const { clock, read } = speakTo(url);
    const answer = read().catch((error: unknown) => error);
    await asked.promise;
    return { clock, answer };
  };

  it('is given up after its time', async () => {
    const { clock, answer } = await silent(() => undefined);
    await clock.advance(1_999);
    expect(clock.pending).toBe(1);
    await clock.advance(1);
    expect(await answer).toMatchObject({ name: 'TimeoutError', $metadata: {} });
    expect(clock.pending).toBe(0);
  });

  it('is given up where its headers keep coming and do not end', async () => {
    const { clock, answer } = await silent(({ socket }) => socket?.write('HTTP/1.1 200 OK\r\nx-more: 1\r\n'));
    await clock.advance(2_000);
    expect(await answer).toMatchObject({ name: 'TimeoutError' });
  });

  it('is given up in the middle of its answer, and not while more of it comes', async () => {
    const writing = Promise.withResolvers<ServerResponse>();
    const { clock, answer } = await silent((response) => writing.resolve(response.writeHead(200)));
    const response = await writing.promise;
    response.write('{"a":');
    const timed = vi.spyOn(clock, 'monotonicMs');
    const pendingNow = async () => {
      await clock.advance(0);
      return clock.pending;
    };
    await expect.poll(pendingNow).toBe(1);
    await clock.advance(1_500);
    const looks = timed.mock.calls.length;
    response.write('1');
    // The part has to arrive before the time goes on.
    await expect.poll(() => timed.mock.calls.length).toBeGreaterThan(looks);
    await clock.advance(1_500);
    expect(clock.pending).toBe(1);
    await clock.advance(500);
    expect(await answer).toMatchObject({ name: 'TimeoutError' });
  });

  it('has broken where its connection ends inside an answer', async () => {
    const { answer } = await silent((response) => {
      response.writeHead(200, { 'content-length': 100 }).write('{"a":');
      setImmediate(() => response.destroy());
    });
    expect(await answer).toMatchObject({ code: 'ECONNRESET' });
  });
});
