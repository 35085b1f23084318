import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { amzDate, createSigner } from '../../lib/aws/sign-request.ts';
import { type Exchange, listen } from '../../local/simulated-claude/listen.ts';

const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

/** One request of the SDK's, as a server sees it. */
const signedBySdk = async (sessionToken: string | null): Promise<Exchange> => {
  const seen = Promise.withResolvers<Exchange>();
  const server = await listen(0, async (exchange) => {
    seen.resolve(exchange);
    exchange.response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end('{}');
  });
  const credentials = { ...CREDENTIALS, ...(sessionToken === null ? {} : { sessionToken }) };
  const sdk = new DynamoDBClient({ endpoint: server.url, region: 'eu-west-1', credentials });
  await sdk.send(new ListTablesCommand({ ExclusiveStartTableName: 'ü船🚢\u2028' }));
  sdk.destroy();
  await server.close();
  return await seen.promise;
};

it('signs as the test suite of Signature Version 4 does (post-vanilla)', () => {
  const sign = createSigner('service', 'us-east-1', { ...CREDENTIALS, sessionToken: null });
  const at = amzDate(Date.UTC(2015, 7, 30, 12, 36));
  expect(sign({ host: 'example.amazonaws.com', 'x-amz-date': at }, '', at)).toBe(
    'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, ' +
      'Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  );
});

it.each([null, 'a+session/token=='])('signs as the SDK does, with the session token %s', async (sessionToken) => {
  const { headers, raw } = await signedBySdk(sessionToken);
  const names = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1]?.split(';') ?? [];
  expect(names).toContain('x-amz-target');
  expect(names.includes('x-amz-security-token')).toBe(sessionToken !== null);
  const signed = Object.fromEntries(names.map((name) => [name, String(headers[name])]));
  const sign = createSigner('dynamodb', 'eu-west-1', { ...CREDENTIALS, sessionToken });
  const at = String(headers['x-amz-date']);
  expect(sign(signed, raw.toString(), at)).toBe(headers.authorization);
  expect(sign(signed, `${raw.toString()} `, at)).not.toBe(headers.authorization);
});

it('makes another key for another day', () => {
  const sign = createSigner('dynamodb', 'eu-west-1', { ...CREDENTIALS, sessionToken: null });
  const on = (day: number) => {
    const at = amzDate(Date.UTC(2026, 10, day));
    return sign({ 'x-amz-date': at }, '', at);
  };
  const [first, second] = [on(20), on(21)];
  expect(first).toContain('/20261120/');
  expect(second).toContain('/20261121/');
  expect(on(20)).toBe(first);
});
