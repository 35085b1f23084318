import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseUsd, plus, ZERO } from '../../lib/kernel/money.ts';
import { startServer, type TestServer } from '../api/start-server.ts';
import { anyRequest, pick } from '../bounds/any-request.ts';
import { answer, sumOf } from '../bounds/gateway-rig.ts';
import { dearestBill, type JsonBody } from '../bounds/provider-bill.ts';
import { readSdkTypes } from '../bounds/sdk-types.ts';
import { seededRandom } from '../seeded-random.ts';
import { size } from '../sizes.ts';

const REQUESTS = size(150, 2_000);
/** Of a tenant of its own. */
const OF_A_LIMIT = 15;
const LIMITS = ['0.50', '5', '80', '2000'];

/** Of one tenant: they ask one after the other. */
let billed: ReturnType<typeof parseUsd>[] = [];
const upstream = createServer((request, response) => {
  void (async () => {
    const sent = await text(request);
    if (request.method !== 'POST') return response.end('{"data":[]}');
    const body = JSON.parse(sent) as JsonBody;
    const bill = dearestBill({ max_tokens: 1, ...body }, String(request.headers['anthropic-beta'] ?? '').split(','));
    if (request.url?.includes('count_tokens')) {
      response.setHeader('content-type', 'application/json');
      return response.end(JSON.stringify({ input_tokens: bill.counted }));
    }
    billed.push(bill.cost);
    response.setHeader('content-type', 'text/event-stream');
    for await (const { bytes } of answer(body['model'], bill)) response.write(bytes);
    return response.end();
  })();
});

let server: TestServer;
beforeAll(async () => {
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const { port } = upstream.address() as AddressInfo;
  server = await startServer({
    ANTHROPIC_API_KEY: 'key',
    ANTHROPIC_BASE_URL: `http://127.0.0.1:${port}`,
    MAX_RETRIES: '0',
  });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  upstream.closeAllConnections();
  upstream.close();
});

const administer = async (method: string, path: string, body?: object) => {
  const response = await server.ask(`/admin/tenants/${path}`, {
    method,
    headers: { 'x-api-key': 'ballast-dev-admin-key', 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  return (await response.json()) as Record<string, unknown>;
};

it(
  'a limit holds over the real gateway too, whatever its requests bill',
  async () => {
    const random = seededRandom(20_261_130);
    const [sdk] = readSdkTypes(fileURLToPath(new URL('../../node_modules/@anthropic-ai/sdk', import.meta.url)));
    const statuses = new Map<number, number>();
    for (let made = 0; made < REQUESTS; made += OF_A_LIMIT) {
      const limit = pick(random, LIMITS);
      const tenantId = `http-${made}`;
      await administer('PUT', tenantId, { dailyBudgetUsd: limit });
      const { key } = await administer('POST', `${tenantId}/keys`, { name: 'test' });
      billed = [];
      for (let at = 0; at < OF_A_LIMIT; at += 1) {
        const type = pick(random, sdk?.bodies ?? []);
        const { body, betas } = anyRequest(type, sdk?.betas ?? [], random);
        const response = await server.ask('/v1/messages', {
          method: 'POST',
          headers: {
            'x-api-key': String(key),
            'content-type': 'application/json',
            'anthropic-version': '2026-10-21',
            ...(betas.length > 0 && { 'anthropic-beta': betas.join(',') }),
          },
          body: JSON.stringify(body),
        });
        await response.text();
        statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
      }
      const { day } = (await administer('GET', `${tenantId}/budget`)) as { day: Record<string, string> };
      const [spent, reserved] = [parseUsd(day['spentUsd'] ?? ''), parseUsd(day['reservedUsd'] ?? '')];
      expect(reserved).toBe(ZERO);
      expect(plus(spent, reserved) <= parseUsd(limit), `spent ${spent} of ${limit}`).toBe(true);
      expect(spent >= sumOf(billed), `booked ${spent}, billed ${sumOf(billed)}`).toBe(true);
    }
    expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 402, 422]));
    expect(statuses.get(200)).toBeGreaterThan(REQUESTS / 10);
  },
  size(600_000, 900_000),
);
