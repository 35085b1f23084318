import { Agent, request } from 'node:http';
import { API_KEY } from './local-server.ts';

export interface DriveOptions {
  /** Of the local server. */
  readonly url: string;
  /** Kept alive; each asks again as soon as it was answered. */
  readonly connections: number;
  /** Ends after so many runs, or when so much time has passed, whichever comes first. */
  readonly maxRuns: number;
  readonly maxMs: number;
}

export interface Driven {
  readonly runs: number;
  readonly elapsedMs: number;
}

const TASK = { task: 'Say that you are done.' };

export interface RunOnceOptions {
  readonly agent?: Agent;
  readonly idempotencyKey?: string;
  /** Whose run it is; by default the development tenant's. */
  readonly apiKey?: string;
  readonly userId?: string;
}

const headersFor = (body: string, { idempotencyKey, apiKey = API_KEY }: RunOnceOptions) => ({
  'x-api-key': apiKey,
  'content-type': 'application/json',
  'content-length': body.length,
  ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
});

/** One run, its answer read to the end. Rejects unless it is a 200. */
export const runOnce = (url: string, options: RunOnceOptions = {}): Promise<void> =>
  new Promise((resolve, reject) => {
    const { agent, userId } = options;
    const body = JSON.stringify({ ...TASK, ...(userId === undefined ? {} : { userId }) });
    const headers = headersFor(body, options);
    const sent = request(`${url}/agent/run`, { method: 'POST', headers, ...(agent ? { agent } : {}) });
    sent.once('error', reject).once('response', (response) => {
      response.resume().once('error', reject);
      response.once('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`A run was answered with ${response.statusCode}.`));
      });
    });
    sent.end(body);
  });

/** Runs one agent after the other over a bounded number of connections. Rejects with the first run that does not succeed. */
export const drive = async ({ url, connections, maxRuns, maxMs }: DriveOptions): Promise<Driven> => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const began = performance.now();
  let begun = 0;
  let ended = 0;
  const work = async () => {
    while (begun < maxRuns && performance.now() - began < maxMs) {
      begun += 1;
      await runOnce(url, { agent });
      ended += 1;
    }
  };
  try {
    await Promise.all(Array.from({ length: connections }, work));
    return { runs: ended, elapsedMs: performance.now() - began };
  } finally {
    agent.destroy();
  }
};
