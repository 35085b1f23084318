import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { enginesOn } from '../../local/stale-engines.ts';
import { bundledServer } from '../api/bundled-server.ts';
import { alive, ask, complaintsOf, descendantsOf, groupOf, testWorkplace } from './spawned-server.ts';

const until = async (done: () => boolean) => {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 10));
};

const entry = await bundledServer();

const runOnce = async (url: string): Promise<string> =>
  ((await (await ask(url, '/agent/run', { task: 'hello' })).json()) as { runId: string }).runId;

const findsRun = async (url: string, runId: string) =>
  expect(await (await ask(url, `/agent/runs/${runId}`)).json()).toMatchObject({ runId, status: 'succeeded' });

describe('a server that is stopped', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'by %s ends with everything it started, and with code 0',
    async (signal) => {
      const place = testWorkplace();
      const server = place.start({ entry });
      await server.ready;
      const family = descendantsOf(server.child.pid ?? 0);
      expect(alive(family)).not.toEqual([]);
      server.child.kill(signal);
      expect(await server.exited).toBe(0);
      await until(() => alive(family).length === 0);
      expect(complaintsOf(server)).toEqual([]);
    },
  );

  it('lets a run that is under way end first, also when it is told so twice in the same breath, as by npm', async () => {
    const place = testWorkplace();
    const server = place.start({ entry });
    const url = await server.ready;
    const answer = ask(url, '/agent/run', { task: 'What is 17 * 23?' });
    // The log tells that the run is under way: its first model call has been answered, the second is to come.
    await until(() => server.output.stdout.includes('model attempted'));
    server.child.kill('SIGINT');
    server.child.kill('SIGTERM');
    expect(await (await answer).json()).toMatchObject({ status: 'succeeded' });
    expect(await server.exited).toBe(0);
  });

  it('ends at once when it is told so again', async () => {
    const place = testWorkplace();
    const server = place.start({ entry, env: { LOG_LEVEL: 'DEBUG' } });
    const url = await server.ready;
    const family = descendantsOf(server.child.pid ?? 0);
    const answer = ask(url, '/agent/run', { task: '[[delay:60000]]' }).then(
      ({ status }) => status,
      () => 'cut',
    );
    await until(() => server.output.stdout.includes('run started'));
    while (server.child.exitCode === null) {
      server.child.kill('SIGINT');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(await server.exited).toBe(130);
    expect(await answer).not.toBe(200);
    await until(() => alive(family).length === 0);
  });
});

describe('a server that is killed', () => {
  it('leaves its data to the next start', async () => {
    const place = testWorkplace();
    const server = place.start({ entry });
    const runId = await runOnce(await server.ready);
    server.child.kill('SIGKILL');
    await findsRun(await place.start({ entry }).ready, runId);
    expect(enginesOn(place.database)).toHaveLength(1);
  });

  it('leaves them also where its engine is left running', async () => {
    const place = testWorkplace();
    const server = place.start({ entry });
    const runId = await runOnce(await server.ready);
    const engines = enginesOn(place.database);
    // What would end the engine with its server goes first, as in a shut-down of everything at once.
    for (const pid of engines.flatMap(descendantsOf)) process.kill(pid, 'SIGKILL');
    server.child.kill('SIGKILL');
    await until(() => server.child.signalCode !== null);
    expect(alive(engines)).toEqual(engines);
    await findsRun(await place.start({ entry }).ready, runId);
    expect(alive(engines)).toEqual([]);
  });
});

describe('a server whose engine ends', () => {
  it('says so and ends, rather than answering with errors for ever', async () => {
    const place = testWorkplace();
    const server = place.start({ entry });
    await server.ready;
    for (const pid of enginesOn(place.database)) process.kill(pid, 'SIGKILL');
    expect(await server.exited).toBe(1);
    expect(server.output.stderr).toBe('The embedded database has ended by itself: run npm start again.\n');
  });
});

describe('a server behind npm', () => {
  const startWithNpm = (place: ReturnType<typeof testWorkplace>) => {
    const program = join(import.meta.dirname, '..', '..', 'local', 'start.mjs');
    const start = `'${process.execPath}' --conditions=sample-agents '${program}'`;
    writeFileSync(join(place.directory, 'package.json'), JSON.stringify({ name: 'started', scripts: { start } }));
    return place.start({ command: ['npm', 'start'] });
  };

  /** As a terminal does at Ctrl-C: all in its group hear of it, which the engine is not in. */
  const interrupt = (pid: number, family: readonly number[]) => {
    for (const each of [pid, ...family.filter((child) => groupOf(child) === groupOf(pid))])
      process.kill(each, 'SIGINT');
  };

  it.each<[what: string, end: (pid: number, family: readonly number[]) => void]>([
    ['is interrupted', interrupt],
    ['is told to by SIGTERM', (pid) => process.kill(pid, 'SIGTERM')],
  ])('ends when npm %s', async (_what, end) => {
    const place = testWorkplace();
    const npm = startWithNpm(place);
    await npm.ready;
    const family = descendantsOf(npm.child.pid ?? 0);
    end(npm.child.pid ?? 0, family);
    await npm.exited;
    await until(() => alive(family).length === 0);
  });

  it('ends when npm is killed, so that the next start works at once', async () => {
    const place = testWorkplace();
    const npm = startWithNpm(place);
    const url = await npm.ready;
    const runId = await runOnce(url);
    const family = descendantsOf(npm.child.pid ?? 0);
    npm.child.kill('SIGKILL');
    await findsRun(await place.start({ entry, env: { PORT: new URL(url).port } }).ready, runId);
    await npm.exited;
    await until(() => alive(family).length === 0);
  });
});
