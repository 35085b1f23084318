import type { ServerResponse } from 'node:http';
import { describe, expect, it, vi } from 'vitest';
import { connectionOf } from '../../lib/aws/connection.ts';
import { createJsonService } from '../../lib/aws/json-service.ts';
import { createSigner } from '../../lib/aws/sign-request.ts';
import { createFakeClock } from '../fake-clock.ts';
import { serve } from './serving.ts';

const NOW = Date.UTC(2026, 10, 21, 9);
const DIALECT = { service: 'dynamodb', target: 'DynamoDB_20120810', version: '1.0', idleTimeoutMs: 2_000 } as const;
const CREDENTIALS = { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'lent' };

const speakTo = (endpoint: string) => {
  const clock = createFakeClock(NOW);
  return {
    clock,
    service: createJsonService(DIALECT, { endpoint, region: 'eu-west-1', credentials: CREDENTIALS }, clock),
  };
};

const refuse = (response: ServerResponse, status: number, body: object | string, headers = {}) =>
  void response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));

describe('a service spoken to directly', () => {
  it('is told the operation, in its dialect, with the token that came with the credentials', async () => {
    const headers: unknown[] = [];
    const { url } = await serve((response, request) => {
      headers.push(request.headers);
      response.end('{}');
    });
    expect(await speakTo(url).service.send('ListTables', {})).toEqual({});
    expect(headers).toMatchObject([
      {
        'x-amz-target': 'DynamoDB_20120810.ListTables',
        'x-amz-date': '20261121T090000Z',
        'x-amz-security-token': 'lent',
        'content-type': 'application/x-amz-json-1.0',
        authorization: expect.stringContaining(
          'SignedHeaders=host;x-amz-date;x-amz-security-token;x-amz-target,',
        ) as string,
      },
    ]);
  });

  it.each([
    [400, { __type: 'com.amazonaws.dynamodb.v20120810#ValidationException', message: 'no' }, {}, 'ValidationException'],
    [400, { Message: 'no' }, { 'x-amzn-errortype': 'ThrottlingException:http://internal/' }, 'ThrottlingException'],
    [400, { code: 'AccessDeniedException,x', message: 'no' }, {}, 'AccessDeniedException'],
    [503, '<html>', {}, 'UnreadableAnswer'],
  ])('has its refusal %s %j named', async (status, body, headers, name) => {
    const { url } = await serve((response) => refuse(response, status, body, headers));
    await expect(speakTo(url).service.send('GetItem', {})).rejects.toMatchObject({
      name,
      message: typeof body === 'string' ? '' : 'no',
      $metadata: { httpStatusCode: status },
    });
  });

  it('has signed the very bytes that it sends', async () => {
    const received: { headers: Record<string, unknown>; body: string }[] = [];
    const { url } = await serve((response, request) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.once('end', () => {
        received.push({ headers: request.headers, body: Buffer.concat(parts).toString() });
        response.end('{}');
      });
    });
    await speakTo(url).service.send('PutItem', { Item: { a: { S: 'ü船🚢\u2028\u0000"\\ \ud800' } } });
    const [{ headers, body } = { headers: {}, body: '' }] = received;
    const names = /SignedHeaders=([^,]+)/.exec(String(headers['authorization']))?.[1]?.split(';') ?? [];
    const sign = createSigner('dynamodb', 'eu-west-1', CREDENTIALS);
    const signed = Object.fromEntries(names.map((name) => [name, String(headers[name])]));
    expect(sign(signed, body, String(headers['x-amz-date']))).toBe(headers['authorization']);
    expect(headers['content-length']).toBe(String(Buffer.byteLength(body)));
  });

  it('is found by an address of version 6', async () => {
    const { url } = await serve((response) => void response.end('{"here":true}'), '::1');
    expect(url).toContain('[::1]');
    expect(await speakTo(url).service.send('GetItem', {})).toEqual({ here: true });
  });

  it.each(['', '{"Item":', '7', 'null'])('has not said what it did by a success of %j', async (body) => {
    const { url, seen } = await serve((response) => void response.end(body));
    await expect(speakTo(url).service.send('GetItem', {})).rejects.toMatchObject({
      name: 'UnreadableAnswer',
      $metadata: {},
    });
    expect(seen.requests).toBe(1);
  });

  it('is not asked at all by a caller who has left', async () => {
    const { url, seen } = await serve((response) => void response.end('{}'));
    const reason = new Error('gone');
    await expect(speakTo(url).service.send('GetItem', {}, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(seen.requests).toBe(0);
  });

  it('is asked no longer by a caller who leaves', async () => {
    const leaving = new AbortController();
    const closed = Promise.withResolvers<void>();
    const { url } = await serve((response) => {
      response.once('close', () => closed.resolve());
      leaving.abort();
    });
    const { clock, service } = speakTo(url);
    await expect(service.send('GetItem', {}, leaving.signal)).rejects.toMatchObject({ name: 'AbortError' });
    await closed.promise;
    expect(clock.pending).toBe(0);
  });
});

describe('a connection that was kept', () => {
  it('is used again, and not when nobody had used it for 20 s: a freeze may have let it die', async () => {
    const { url, seen } = await serve((response) => void response.end('{}'));
    const { clock, service } = speakTo(url);
    await service.send('GetItem', {});
    await clock.advance(20_000);
    await service.send('GetItem', {});
    expect(seen).toEqual({ requests: 2, connections: 1 });
    await clock.advance(20_001);
    await service.send('GetItem', {});
    expect(seen).toEqual({ requests: 3, connections: 2 });
  });

  it('is dropped with all others that were idle, and what is under way is left alone', async () => {
    const held = Promise.withResolvers<ServerResponse>();
    const { url, seen } = await serve((response, _, count) => {
      if (count === 3) held.resolve(response);
      else response.end('{}');
    });
    const { clock, service } = speakTo(url);
    await Promise.all([service.send('GetItem', {}), service.send('GetItem', {})]);
    expect(seen.connections).toBe(2);
    const silence = createJsonService(
      { ...DIALECT, idleTimeoutMs: 60_000 },
      { endpoint: url, region: 'r', credentials: CREDENTIALS },
      clock,
    );
    const slow = silence.send('GetItem', {});
    const response = await held.promise;
    await clock.advance(30_000);
    const next = silence.send('GetItem', {});
    expect(await next).toEqual({});
    response.end('{"slow":true}');
    expect(await slow).toEqual({ slow: true });
  });
});

describe('a service that is silent', () => {
  const silent = async (begin: (response: ServerResponse) => void) => {
    const asked = Promise.withResolvers<void>();
    const { url } = await serve((response) => {
      begin(response);
      asked.resolve();
    });
    const { clock, service } = speakTo(url);
    const answer = service.send('GetItem', {}).catch((error: unknown) => error);
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
    await vi.waitFor(async () => {
      await clock.advance(0);
      expect(clock.pending).toBe(1);
    });
    await clock.advance(1_500);
    response.write('1');
    // The part has to arrive before the time goes on.
    await new Promise((resolve) => setTimeout(resolve, 50));
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

describe('credentials that have run out', () => {
  const env = (token: string) => ({
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: `AKID-${token}`,
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SESSION_TOKEN: token,
  });
  /** A service that takes those of one token alone; `lent` is the environment, as it is replaced. */
  const spent = async (valid: string, type = 'com.amazon.coral.service#ExpiredTokenException') => {
    const tokens: unknown[] = [];
    const { url } = await serve((response, request) => {
      tokens.push(request.headers['x-amz-security-token']);
      if (tokens.at(-1) === valid) return void response.end('{"done":true}');
      refuse(response, 400, { __type: type, message: 'The security token included in the request is expired' });
    });
    const lent: Record<string, string> = { ...env('old'), AWS_ENDPOINT_URL_DYNAMODB: url };
    const connection = connectionOf(lent, 'dynamodb');
    if (connection === null) throw new Error('no connection');
    const service = createJsonService(DIALECT, connection, createFakeClock(NOW));
    return { service, tokens, lend: (token: string) => Object.assign(lent, env(token)) };
  };

  it.each(['ExpiredTokenException', 'UnrecognizedClientException', 'InvalidClientTokenId'])(
    'are replaced by those that the environment has by then (%s)',
    async (type) => {
      const { service, tokens, lend } = await spent('new', type);
      lend('new');
      expect(await service.send('PutItem', {})).toEqual({ done: true });
      expect(await service.send('PutItem', {})).toEqual({ done: true });
      expect(tokens).toEqual(['old', 'new', 'new']);
    },
  );

  it('are replaced for all that were refused at once', async () => {
    const { service, tokens, lend } = await spent('new');
    lend('new');
    const answers = await Promise.all(Array.from({ length: 8 }, () => service.send('PutItem', {})));
    expect(answers).toEqual(Array.from({ length: 8 }, () => ({ done: true })));
    expect(tokens.filter((token) => token === 'old')).toHaveLength(8);
    expect(tokens).toHaveLength(16);
  });

  it('are told, and nothing is sent again, while the environment has no others, and those are tried once', async () => {
    const { service, tokens, lend } = await spent('newer');
    const expired = { name: 'ExpiredTokenException' };
    await expect(service.send('PutItem', {})).rejects.toMatchObject(expired);
    lend('new');
    await expect(service.send('PutItem', {})).rejects.toMatchObject(expired);
    await expect(service.send('PutItem', {})).rejects.toMatchObject(expired);
    lend('newer');
    expect(await service.send('PutItem', {})).toEqual({ done: true });
    expect(tokens).toEqual(['old', 'old', 'new', 'new', 'new', 'newer']);
  });
});

describe('a clock that is wrong', () => {
  const AHEAD_MS = 3_600_000;
  const skewed = () =>
    serve((response, request) => {
      const at = String(request.headers['x-amz-date']);
      const date = new Date(NOW + AHEAD_MS).toUTCString();
      if (at === '20261121T100000Z') return void response.end('{"done":true}');
      refuse(response, 400, { __type: 'InvalidSignatureException', message: 'Signature expired' }, { date });
    });

  it('is corrected by the refusal, and the operation sent again, once', async () => {
    const { url, seen } = await skewed();
    const { service } = speakTo(url);
    expect(await service.send('PutItem', {})).toEqual({ done: true });
    expect(seen.requests).toBe(2);
    expect(await service.send('PutItem', {})).toEqual({ done: true });
    expect(seen.requests).toBe(3);
  });

  it('that was corrected is not to blame for the next refusal', async () => {
    const { url, seen } = await serve((response, _, count) => {
      if (count === 2) return void response.end('{}');
      const date = new Date(NOW + AHEAD_MS).toUTCString();
      refuse(response, 400, { __type: 'InvalidSignatureException' }, { date });
    });
    const { service } = speakTo(url);
    await service.send('PutItem', {});
    await expect(service.send('PutItem', {})).rejects.toMatchObject({ name: 'InvalidSignatureException' });
    expect(seen.requests).toBe(3);
  });

  it('is corrected for all that were refused at once', async () => {
    const { url, seen } = await skewed();
    const { service } = speakTo(url);
    const answers = await Promise.all(Array.from({ length: 8 }, () => service.send('PutItem', {})));
    expect(answers).toEqual(Array.from({ length: 8 }, () => ({ done: true })));
    expect(seen.requests).toBe(16);
  });

  it.each([
    ['a wrong signature at the right time', 'InvalidSignatureException', NOW + 60_000],
    ['another refusal', 'ValidationException', NOW + AHEAD_MS],
  ])('is not what %s tells of', async (_, name, date) => {
    const { url, seen } = await serve((response) =>
      refuse(response, 400, { __type: name }, { date: new Date(date).toUTCString() }),
    );
    await expect(speakTo(url).service.send('PutItem', {})).rejects.toMatchObject({ name });
    expect(seen.requests).toBe(1);
  });

  it('is corrected no second time for one operation', async () => {
    const { url, seen } = await serve((response, _, count) =>
      refuse(
        response,
        400,
        { __type: 'RequestTimeTooSkewed' },
        { date: new Date(NOW + count * AHEAD_MS).toUTCString() },
      ),
    );
    await expect(speakTo(url).service.send('PutItem', {})).rejects.toMatchObject({ name: 'RequestTimeTooSkewed' });
    expect(seen.requests).toBe(2);
  });
});
