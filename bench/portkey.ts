import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../local/free-port.ts';
import { installOnce } from '../local/install-once.ts';
import type { Asked } from './gateway-client.ts';

const folder = join(import.meta.dirname, 'portkey');
const SENTENCE = 'Installing the gateway of Portkey that the bench compares with, once, into bench/portkey: 25 MB.';
const START_TIMEOUT_MS = 30_000;

export interface Portkey extends AsyncDisposable {
  readonly pid: number;
  readonly asked: Asked;
}

const isUp = (url: string): Promise<boolean> =>
  fetch(url).then(
    () => true,
    () => false,
  );

/** Portkey's gateway in a process of its own, before an Anthropic API. Throws where it cannot be installed or does not start. */
export const startPortkey = async (upstream: string): Promise<Portkey> => {
  if (!installOnce(folder, SENTENCE)) throw new Error('The gateway of Portkey could not be installed.');
  const port = await freePort();
  const start = join(folder, 'node_modules/@portkey-ai/gateway/build/start-server.js');
  const child = spawn(process.execPath, [start, `--port=${port}`, '--headless'], {
    env: { PATH: process.env['PATH'], NODE_ENV: 'production' },
    stdio: 'ignore',
  });
  const exited = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  const lateAt = performance.now() + START_TIMEOUT_MS;
  while (!(await isUp(url))) {
    if (child.exitCode !== null || performance.now() > lateAt)
      throw new Error('The gateway of Portkey does not start.');
    await pause(50);
  }
  return {
    pid: child.pid ?? 0,
    asked: {
      url,
      apiKey: 'not-a-key',
      headers: { 'x-portkey-provider': 'anthropic', 'x-portkey-custom-host': `${upstream}/v1` },
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
};
