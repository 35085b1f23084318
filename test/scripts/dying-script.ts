import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { DUMMY_CONNECTION } from '../dynamodb-names.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const WRITES = /\.(?:DeleteItem|PutItem|UpdateItem)$/;

export interface Died {
  /** `null`: it was killed. */
  readonly code: number | null;
  /** Writes that reached the database. */
  readonly writes: number;
}

/**
 * Runs a script before a DynamoDB, and kills its process by SIGKILL at a write: that one arrives (`after`) or does not, and
 * its answer never does. `null`: it is not killed.
 */
export const runDying = async (
  name: string,
  endpoint: string,
  words: readonly string[],
  kill: { readonly at: number; readonly after: boolean } | null,
): Promise<Died> => {
  const { hostname, port } = new URL(endpoint);
  let writes = 0;
  let child: ChildProcess | null = null;
  const proxy = createServer((incoming, answer) => {
    const isWrite = WRITES.test(String(incoming.headers['x-amz-target']));
    const nth = isWrite ? (writes += 1) : 0;
    const isLast = kill !== null && nth === kill.at;
    if (kill !== null && (nth > kill.at || (isLast && !kill.after))) {
      writes -= 1;
      return void child?.kill('SIGKILL');
    }
    const { method, url, headers } = incoming;
    const passed = request({ hostname, port, method, path: url, headers }, (answered) => {
      if (isLast) {
        answered.resume();
        return void answered.once('end', () => child?.kill('SIGKILL'));
      }
      answer.writeHead(answered.statusCode ?? 500, answered.headers);
      answered.pipe(answer);
    });
    passed.once('error', () => answer.destroy());
    incoming.pipe(passed);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  // Named, so that Lambda is not asked for them.
  const stage = words[words.indexOf('--stage') + 1] ?? '';
  const { port: own } = proxy.address() as AddressInfo;
  const { region, credentials } = DUMMY_CONNECTION;
  const env = {
    PATH,
    NODE_COMPILE_CACHE,
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${own}`,
    LEDGER_TABLE: `ballast-${stage}-ledger`,
    RUNS_TABLE: `ballast-${stage}-runs`,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
  const program = path.join(ROOT, 'scripts', `${name}.ts`);
  child = spawn(process.execPath, [program, ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  const [, , [code]] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    closed as Promise<[number | null]>,
  ]);
  proxy.closeAllConnections();
  proxy.close();
  return { code, writes };
};
