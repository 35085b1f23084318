import { describe, expect, it } from 'vitest';
import { enginesOn } from '../../local/stale-engines.ts';
import { testWorkplace, type SpawnedServer } from './spawned-server.ts';

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
    const server = place.start({ nodeArguments: onSignal("Promise.reject(new TypeError('canary'))") });
    const url = await server.ready;
    server.child.kill('SIGUSR2');
    await until(() => all(server).includes('unhandled rejection'));
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    expect(all(server)).toMatch(/"unhandled rejection".*"error":"TypeError"/);
    expect(all(server)).not.toContain('canary');
  });

  it('ends the server, with all that it started and without a stack', async () => {
    const place = testWorkplace();
    const server = place.start({ nodeArguments: onSignal("throw new TypeError('canary')") });
    await server.ready;
    server.child.kill('SIGUSR2');
    expect(await server.exited).toBe(1);
    expect(all(server)).toMatch(/"uncaught exception".*"error":"TypeError"/);
    expect(all(server)).not.toContain('canary');
    expect(enginesOn(place.database)).toEqual([]);
  });
});
