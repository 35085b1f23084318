import { describe, expect, it } from 'vitest';
import { freePort } from '../../local/free-port.ts';
import { enginesOn } from '../../local/stale-engines.ts';
import { bundledServer } from '../api/bundled-server.ts';
import { describedFetch } from '../openapi/described-fetch.ts';
import { type SpawnedServer, testWorkplace } from './spawned-server.ts';

const entry = await bundledServer();

/** Code that goes wrong inside the server when the test says so. */
const onSignal = (code: string) => [
  '--import',
  `data:text/javascript,${encodeURIComponent(`process.on('SIGUSR2', () => { ${code} });`)}`,
];

/** The JSON log writes errors to the standard error stream. */
const all = ({ output }: SpawnedServer) => output.stdout + output.stderr;

const until = async (done: () => boolean) => {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 10));
};

describe('an error that nobody caught', () => {
  it('in a promise is one line in the log, and the server goes on', async () => {
    const place = testWorkplace();
    const server = place.start({ entry, nodeArguments: onSignal("Promise.reject(new TypeError('canary'))") });
    const url = await server.ready;
    server.child.kill('SIGUSR2');
    await until(() => all(server).includes('unhandled rejection'));
    expect((await describedFetch(`${url}/health/live`)).status).toBe(200);
    expect(all(server)).toMatch(/"unhandled rejection".*"error":"TypeError"/);
    expect(all(server)).not.toContain('canary');
  });

  it('ends the server, with all that it started and without a stack', async () => {
    const place = testWorkplace();
    const server = place.start({ entry, nodeArguments: onSignal("throw new TypeError('canary')") });
    await server.ready;
    server.child.kill('SIGUSR2');
    expect(await server.exited).toBe(1);
    expect(all(server)).toMatch(/"uncaught exception".*"error":"TypeError"/);
    expect(all(server)).not.toContain('canary');
    expect(enginesOn(place.database)).toEqual([]);
  });
});

describe('a server whose output nobody reads any more', () => {
  const deafen = ({ child }: SpawnedServer) => [child.stdout, child.stderr].forEach((stream) => stream?.destroy());
  const alive = async (url: string) =>
    (await describedFetch(`${url}/agents`, { headers: { 'x-api-key': 'ballast-dev-key' } }).catch(() => null))?.status;

  it.each([
    ['from its start on', true],
    ['once it is ready', false],
  ])('%s goes on, and ends when it is told to', async (_when, atOnce) => {
    const port = String(await freePort());
    const server = testWorkplace().start({ entry, env: { PORT: port } });
    if (!atOnce) await server.ready;
    deafen(server);
    const url = `http://127.0.0.1:${port}`;
    // Each answer is a line that cannot be written.
    for (let answers = 0; answers < 3; answers += 1) await expect.poll(() => alive(url)).toBe(200);
    server.child.kill('SIGTERM');
    expect(await server.exited).toBe(0);
  });
});
