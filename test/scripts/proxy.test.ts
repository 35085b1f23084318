import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { ROOT } from '../made-once.ts';

let folder: string;
let proxy: Server;
let local: Server;
/** What the proxy was asked for, and how often the server beside it was. */
const asked: string[] = [];
let answered = 0;

const listening = async (server: Server): Promise<Server> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
};
const portOf = (server: Server) => (server.address() as AddressInfo).port;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ballast-proxy-'));
  mkdirSync(join(folder, 'agents'));
  writeFileSync(join(folder, 'agents', 'index.js'), 'export const agents = [];\n');
  proxy = await listening(
    createServer((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(502).end();
    }),
  );
  proxy.on('connect', (request, socket) => {
    asked.push(request.url ?? '');
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  local = await listening(
    createServer((_request, response) => {
      answered += 1;
      response.writeHead(401, { 'content-type': 'application/problem+json' }).end('{}');
    }),
  );
});
afterAll(async () => {
  for (const server of [proxy, local]) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  asked.length = 0;
  answered = 0;
});

const run = async (program: string, words: readonly string[], more: Readonly<Record<string, string>> = {}) => {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const url = `http://127.0.0.1:${portOf(proxy)}`;
  const env = {
    PATH,
    NODE_COMPILE_CACHE,
    HOME: folder,
    HTTP_PROXY: url,
    HTTPS_PROXY: url,
    NO_PROXY: 'intranet.example',
    AWS_REGION: 'eu-west-3',
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 'b',
    AWS_MAX_ATTEMPTS: '1',
    ...more,
  };
  const child = spawn(process.execPath, [join(ROOT, program), ...words], { env, cwd: folder });
  const closed = once(child, 'close');
  child.stdin.end();
  await Promise.all([text(child.stderr), text(child.stdout)]);
  await closed;
};

const TABLES = { LEDGER_TABLE: 'ballast-prod-ledger', RUNS_TABLE: 'ballast-prod-runs' };

it.each([
  ['scripts/export.ts', [], 'lambda', {}],
  ['scripts/export.ts', [], 'dynamodb', TABLES],
  ['scripts/secret.ts', ['list'], 'secretsmanager', {}],
  ['local/ballast.mjs', ['versions'], 'lambda', {}],
] as const)('%s %j goes to %s by the proxy of HTTPS_PROXY', async (program, words, service, env) => {
  await run(program, [...words, '--stage', 'prod'], env);
  expect(new Set(asked)).toEqual(new Set([`${service}.eu-west-3.amazonaws.com:443`]));
});

it('and directly where NO_PROXY names the host', async () => {
  // A name that leads nowhere.
  const env = { ...TABLES, AWS_ENDPOINT_URL_DYNAMODB: 'http://db.invalid' };
  await run('scripts/export.ts', ['--stage', 'prod'], { ...env, NO_PROXY: 'db.invalid' });
  expect(asked).toEqual([]);
  await run('scripts/export.ts', ['--stage', 'prod'], env);
  expect(new Set(asked)).toEqual(new Set(['http://db.invalid/']));
});

it('a stage is asked by the proxy, and this machine directly, whatever Node is told of proxies', async () => {
  await run('local/ballast.mjs', ['runs', '--url', 'https://api.example/dev', '--key', 'k']);
  expect(asked).toEqual(['api.example:443']);
  asked.length = 0;
  for (const more of [{}, { NODE_USE_ENV_PROXY: '1' }])
    for (const host of ['localhost', '127.0.0.1'])
      await run('local/ballast.mjs', ['runs', '--url', `http://${host}:${portOf(local)}`, '--key', 'k'], more);
  expect([asked, answered]).toEqual([[], 4]);
});
