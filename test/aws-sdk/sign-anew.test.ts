import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createDynamoDb } from '../../lib/dynamodb/client.ts';
import { createFakeClock } from '../fake-clock.ts';
import { serve } from './serving.ts';

const PUT = { TableName: 'any', Item: { pk: { S: 'p' }, sk: { S: 's' } } };

const refuse = (response: ServerResponse, status: number, body: object, headers = {}) =>
  void response.writeHead(status, headers).end(JSON.stringify(body));

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
    const lent: Record<string, string> = env('old');
    let onRefusal: (() => void) | null = null;
    const { url } = await serve((response, request) => {
      tokens.push(request.headers['x-amz-security-token']);
      if (tokens.at(-1) === valid) return void response.end('{}');
      onRefusal?.();
      refuse(response, 400, { __type: type, message: 'The security token included in the request is expired' });
    });
    lent['AWS_ENDPOINT_URL_DYNAMODB'] = url;
    const client = createDynamoDb({ env: lent, clock: createFakeClock() });
    const lend = (token: string) => void Object.assign(lent, env(token));
    return {
      put: () => client.send('PutItem', PUT),
      tokens,
      lend,
      lendOnRefusal: (token: string) => (onRefusal = () => lend(token)),
    };
  };

  it.each(['ExpiredTokenException', 'UnrecognizedClientException', 'InvalidClientTokenId'])(
    'are replaced by those that the environment has by then (%s)',
    async (type) => {
      const { put, tokens, lendOnRefusal } = await spent('new', type);
      lendOnRefusal('new');
      await put();
      await put();
      expect(tokens).toEqual(['old', 'new', 'new']);
    },
  );

  it('are not used any more once the environment has others, refused or not', async () => {
    const { put, tokens, lend } = await spent('new');
    lend('new');
    await put();
    lend('next');
    await expect(put()).rejects.toMatchObject({ name: 'ExpiredTokenException' });
    expect(tokens).toEqual(['new', 'next']);
  });

  it('are replaced for all that were refused at once', async () => {
    const { put, tokens, lendOnRefusal } = await spent('new');
    lendOnRefusal('new');
    await Promise.all(Array.from({ length: 8 }, put));
    expect(tokens.filter((token) => token === 'new')).toHaveLength(8);
  });

  it('are told, and nothing is sent again, while the environment has no others', async () => {
    const { put, tokens, lend } = await spent('newer');
    const expired = { name: 'ExpiredTokenException' };
    await expect(put()).rejects.toMatchObject(expired);
    lend('new');
    await expect(put()).rejects.toMatchObject(expired);
    await expect(put()).rejects.toMatchObject(expired);
    lend('newer');
    await put();
    expect(tokens).toEqual(['old', 'new', 'new', 'newer']);
  });
});

describe('a clock that is wrong', () => {
  const AHEAD_MS = 3_600_000;
  const ENV = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
  const putTo = (AWS_ENDPOINT_URL: string) => {
    const client = createDynamoDb({ env: { ...ENV, AWS_ENDPOINT_URL }, clock: createFakeClock() });
    return () => client.send('PutItem', PUT);
  };
  /** As HTTP has it, so many milliseconds ahead of this machine. */
  const dated = (aheadMs: number) => ({ date: new Date(Date.now() + aheadMs).toUTCString() });
  const signedAt = (request: IncomingMessage): number =>
    Date.parse(String(request.headers['x-amz-date']).replace(/^(....)(..)(..T..)(..)/, '$1-$2-$3:$4:'));
  const skewed = () =>
    serve((response, request) => {
      if (Math.abs(signedAt(request) - Date.now() - AHEAD_MS) < 60_000)
        return void response.writeHead(200, dated(AHEAD_MS)).end('{}');
      refuse(response, 400, { __type: 'InvalidSignatureException', message: 'Signature expired' }, dated(AHEAD_MS));
    });

  it('is corrected by the refusal, and the operation sent again, once', async () => {
    const { url, seen } = await skewed();
    const put = putTo(url);
    await put();
    expect(seen.requests).toBe(2);
    await put();
    expect(seen.requests).toBe(3);
  });

  it('that was corrected is not to blame for the next refusal', async () => {
    const { url, seen } = await serve((response, _, count) => {
      if (count === 2) return void response.writeHead(200, dated(AHEAD_MS)).end('{}');
      refuse(response, 400, { __type: 'InvalidSignatureException' }, dated(AHEAD_MS));
    });
    const put = putTo(url);
    await put();
    await expect(put()).rejects.toMatchObject({ name: 'InvalidSignatureException' });
    expect(seen.requests).toBe(3);
  });

  it('is corrected for all that were refused at once', async () => {
    const { url, seen } = await skewed();
    const put = putTo(url);
    await Promise.all(Array.from({ length: 8 }, put));
    expect(seen.requests).toBe(16);
  });

  it.each([
    ['a wrong signature at the right time', 'InvalidSignatureException', 60_000],
    ['another refusal', 'ValidationException', AHEAD_MS],
  ])('is not what %s tells of', async (_, name, aheadMs) => {
    const { url, seen } = await serve((response) => refuse(response, 400, { __type: name }, dated(aheadMs)));
    await expect(putTo(url)()).rejects.toMatchObject({ name });
    expect(seen.requests).toBe(1);
  });

  it('is corrected no second time for one operation', async () => {
    const { url, seen } = await serve((response, _, count) =>
      refuse(response, 400, { __type: 'RequestTimeTooSkewed' }, dated(count * AHEAD_MS)),
    );
    await expect(putTo(url)()).rejects.toMatchObject({ name: 'RequestTimeTooSkewed' });
    expect(seen.requests).toBe(2);
  });
});
