import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_PAYLOAD_BYTES } from '../../local/read-body.ts';
import { answered, connectRaw } from './exchange.ts';
import { buffered, serveFunction, type TestServer } from './serving.ts';

const length = buffered(({ body }) => ({ statusCode: 200, body: String(body?.length ?? 0) }));
const TOO_LARGE = { status: 413, code: 'payload-too-large' };

describe('the limits of a request', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await serveFunction(length);
  });
  afterAll(() => server.close(0));

  const post = (body: string | Uint8Array<ArrayBuffer>) => fetch(`${server.url}/f/x`, { method: 'POST', body });

  it('let through a body whose event is just under what Lambda takes', async () => {
    const response = await post('x'.repeat(MAX_PAYLOAD_BYTES - 4_096));
    expect([response.status, await response.text()]).toEqual([200, String(MAX_PAYLOAD_BYTES - 4_096)]);
  });

  it.each([
    ['a declared length over the limit', 'x'.repeat(MAX_PAYLOAD_BYTES + 1)],
    ['a body under the limit whose event is over it', '"'.repeat(MAX_PAYLOAD_BYTES / 2)],
    ['control characters, which take six bytes each', '\u0001'.repeat(MAX_PAYLOAD_BYTES / 5)],
    ['bytes that base64 makes too many', new Uint8Array(5_000_000).fill(255)],
  ])('refuse %s', async (_, body) => {
    const response = await post(body);
    expect(await response.json()).toMatchObject(TOO_LARGE);
    expect(response.headers.get('request-id')).toMatch(/^req_/);
  });

  it('refuse a chunked body while it comes, and read the rest so that a client that only then reads sees the answer', async () => {
    const client = connectRaw(server.port);
    client.socket.write('POST /f/x HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n');
    const chunk = 'x'.repeat(1 << 20);
    client.socket.pause();
    for (let sent = 0; sent < 20; sent += 1) client.socket.write(`${chunk.length.toString(16)}\r\n${chunk}\r\n`);
    await new Promise<void>((resolve) => client.socket.write('0\r\n\r\n', () => resolve()));
    client.socket.resume();
    expect(await client.until(answered)).toMatch(/^HTTP\/1.1 413 /);
    client.socket.destroy();
  });

  it('leave the connection fit for the next request after a refusal', async () => {
    const client = connectRaw(server.port);
    const body = 'x'.repeat(MAX_PAYLOAD_BYTES + 1);
    client.socket.write(`POST /f/x HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    await client.until(answered);
    client.socket.write('POST /f/x HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nab');
    expect(await client.until((all) => all.includes('HTTP/1.1 200'))).toMatch(/413 [^]*HTTP\/1.1 200 /);
    client.socket.destroy();
  });

  it('are told to a client that waits for leave, before it sends its body', async () => {
    const client = connectRaw(server.port);
    client.socket.write('POST /f/x HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 99999999\r\n\r\n');
    const all = await client.closed;
    expect(all).toMatch(/^HTTP\/1.1 413 /);
    expect(all).toMatch(/connection: close/i);
  });

  it('give leave to a client that waits for it', async () => {
    const client = connectRaw(server.port);
    client.socket.write('POST /f/x HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n');
    await client.until((all) => all === 'HTTP/1.1 100 Continue\r\n\r\n');
    client.socket.write('ab');
    expect(await client.until((all) => all.endsWith('\r\n\r\n2'))).toContain('HTTP/1.1 200');
    client.socket.destroy();
  });

  it.each([
    [
      'headers that are too large',
      `GET /f/x HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(200_000)}\r\n\r\n`,
      /more than 16384 bytes/,
    ],
    [
      'a request line that is too large',
      `GET /f/${'a'.repeat(200_000)} HTTP/1.1\r\nhost: x\r\n\r\n`,
      /more than 16384 bytes/,
    ],
    ['what is no request', 'HELO ballast\r\n\r\n', /not an HTTP request/],
    ['two lengths', 'POST /f/x HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab', /not an HTTP request/],
  ])('answer %s in the shape of the contract', async (what, request, detail) => {
    const client = connectRaw(server.port);
    client.socket.write(request);
    const all = await client.closed;
    const [head = '', body = ''] = all.split('\r\n\r\n');
    const isLarge = what.endsWith('too large');
    expect(head).toMatch(
      isLarge ? /^HTTP\/1.1 431 Request Header Fields Too Large\r\n/ : /^HTTP\/1.1 400 Bad Request\r\n/,
    );
    expect(head).toMatch(/^request-id: req_/m);
    expect(JSON.parse(body)).toMatchObject({
      code: isLarge ? 'headers-too-large' : 'invalid-request',
      detail: expect.stringMatching(detail) as string,
    });
  });

  it.each([
    [
      'more headers than a client has',
      Array.from({ length: 101 }, (_, at) => `x-${at}: a`).join('\r\n'),
      /100 headers/,
    ],
    ['more in its headers than the API takes', `x-long: ${'a'.repeat(10_300)}`, /more than 10240 bytes/],
  ])('answer %s in the shape of the contract, and go on with the connection', async (_, headers, detail) => {
    const client = connectRaw(server.port);
    client.socket.write(`GET /f/x HTTP/1.1\r\n${headers}\r\n\r\n`);
    const all = await client.until(answered);
    expect(all).toMatch(/^HTTP\/1.1 431 [^]*x-content-type-options: nosniff/);
    expect(JSON.parse(all.split('\r\n\r\n')[1] ?? '')).toMatchObject({
      code: 'headers-too-large',
      detail: expect.stringMatching(detail) as string,
    });
    client.socket.write(`GET /f/x HTTP/1.1\r\n${'x: a\r\n'.repeat(100)}\r\n`);
    expect(await client.until((text) => text.includes('HTTP/1.1 200'))).toContain('HTTP/1.1 200');
    client.socket.destroy();
  });

  it('answer a path that is too long, and clients of the Anthropic API in their shape', async () => {
    const long = 'a'.repeat(10_300);
    const own = await fetch(`${server.url}/f/${long}`);
    expect([own.status, await own.json()]).toMatchObject([431, { code: 'headers-too-large' }]);
    const foreign = await fetch(`${server.url}/v1/messages?beta=${long}`, { method: 'POST', body: '{}' });
    expect([foreign.status, await foreign.json()]).toMatchObject([
      431,
      { type: 'error', error: { type: 'invalid_request_error' } },
    ]);
  });

  it('do not ask for a host header, nor mind an expectation nobody knows', async () => {
    const client = connectRaw(server.port);
    client.socket.write('GET /f/x HTTP/1.1\r\nexpect: miracles\r\n\r\n');
    expect(await client.until(answered)).toMatch(/^HTTP\/1.1 200 /);
    client.socket.destroy();
  });

  it('survive a client that leaves in the middle of its body', async () => {
    const client = connectRaw(server.port);
    client.socket.write('POST /f/x HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc');
    client.socket.end();
    await client.closed;
    expect(await (await post('ab')).text()).toBe('2');
    expect(server.lines).toEqual([]);
  });
});
