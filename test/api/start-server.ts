import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { spawnServer } from '../local/spawned-server.ts';
import { describedFetch } from '../openapi/described-fetch.ts';
import { stretchedTime } from '../stretched.ts';
import { bundledServer } from './bundled-server.ts';

/** The program of `npm start` in a process of its own, as a client sees it. */
export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** Where it was started; its data is below. */
  readonly directory: string;
  /** Everything it has printed so far. */
  printed(): string;
  /** Sends a request with the demo tenant's key. */
  ask(target: string, init?: RequestInit): Promise<Response>;
  /** `POST /agent/run` with a JSON body. */
  run(body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
}

/** Where Node keeps compiled code: `local/start.mjs` names the same place. */
const COMPILED = path.join(tmpdir(), 'node-compile-cache');

/**
 * Starts the local server on a free port, with a data directory of its own and every log level on, in stretched time.
 * Node may be given more, such as a module that stands in for one of the server's: then it is started from its own files.
 */
export const startServer = async (
  env: Readonly<Record<string, string>> = {},
  nodeArguments: readonly string[] = [],
): Promise<TestServer> => {
  const directory = mkdtempSync(path.join(tmpdir(), 'ballast-api-'));
  const stretched = stretchedTime();
  const all = { LOG_LEVEL: 'DEBUG', NODE_COMPILE_CACHE: COMPILED, ...stretched.env, ...env };
  const given = [...stretched.nodeArguments, ...nodeArguments];
  const program = nodeArguments.length > 0 ? {} : { entry: await bundledServer() };
  const { child, ready, output, exited } = spawnServer({ directory, env: all, nodeArguments: given, ...program });
  const url = await ready;
  const ask = (target: string, init: RequestInit = {}) =>
    describedFetch(`${url}${target}`, {
      ...init,
      headers: { 'x-api-key': 'ballast-dev-key', ...(init.headers as Record<string, string> | undefined) },
    });
  return {
    url,
    pid: child.pid ?? 0,
    directory,
    printed: () => output.stdout + output.stderr,
    ask,
    run: (body, headers = {}) =>
      ask('/agent/run', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await exited;
      rmSync(directory, { recursive: true, force: true });
    },
  };
};
