import { Agent, request } from 'node:http';
import { driveLoad, type Driven, type Load, now, type Timing, timingOf } from './gateway-load.ts';
import { ADMIN_KEY } from './local-server.ts';

/** What a client of the API sends; the floor sends it upstream itself. */
export const MESSAGE = {
  model: 'claude-sonnet-5-5',
  max_tokens: 1_024,
  messages: [{ role: 'user', content: 'Say that you are done.' }],
};

const bodyOf = (stream: boolean): string => JSON.stringify({ ...MESSAGE, ...(stream ? { stream } : {}) });

/** Where to ask, by which key, and with which headers beside those of the API. */
export interface Asked {
  readonly url: string;
  readonly apiKey: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One message, read to its end. Rejects unless it is a 200 with the upstream's answer. */
export const askOnce = ({ url, apiKey, headers: more }: Asked, stream: boolean, agent?: Agent): Promise<Timing> =>
  new Promise((resolve, reject) => {
    const body = bodyOf(stream);
    const headers = {
      'x-api-key': apiKey,
      'anthropic-version': '2023-06-01',
      'content-type': 'application/json',
      'content-length': body.length,
      ...more,
    };
    const askedAt = now();
    let firstAt = 0n;
    const parts: Buffer[] = [];
    const sent = request(`${url}/v1/messages`, { method: 'POST', headers, ...(agent ? { agent } : {}) });
    sent.once('error', reject).once('response', (response) => {
      response.on('data', (part: Buffer) => {
        firstAt ||= now();
        parts.push(part);
      });
      response.once('error', reject).once('end', () => {
        if (response.statusCode !== 200)
          return reject(new Error(`A message was answered with ${response.statusCode}.`));
        const endedAt = now();
        resolve(timingOf(askedAt, firstAt, endedAt, Buffer.concat(parts)));
      });
    });
    sent.end(body);
  });

/** Drives a server over kept-alive connections, for a time or for at most so many messages. */
export const driveServer = async (asked: Asked, load: Load, most?: number): Promise<Driven> => {
  const agent = new Agent({ keepAlive: true, maxSockets: load.connections });
  try {
    return await driveLoad(load, () => askOnce(asked, load.stream, agent), most);
  } finally {
    agent.destroy();
  }
};

/** Limits of every kind that the bench is about, high enough to refuse nothing. */
const TENANT = { dailyBudgetUsd: '1000', monthlyBudgetUsd: '10000', requestsPerMinute: 1_000_000 };

/** A new tenant with a budget and a rate limit on a running Ballast; answers with a key of its own. */
export const limitedTenant = async (url: string, tenantId: string): Promise<string> => {
  const administer = async (method: string, path: string, body: object) => {
    const headers = { 'x-api-key': ADMIN_KEY, 'content-type': 'application/json' };
    const response = await fetch(`${url}/admin/tenants/${path}`, { method, headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}.`);
    return (await response.json()) as Record<string, unknown>;
  };
  await administer('PUT', tenantId, TENANT);
  return String((await administer('POST', `${tenantId}/keys`, { name: 'bench' }))['key']);
};
