import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { alive, ask, descendantsOf, testWorkplace } from '../spawned-server.ts';

const CLI = join(import.meta.dirname, '..', '..', '..', 'local', 'ballast.mjs');

const until = async (done: () => boolean) => {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 10));
};

it('npm run dev starts anew when .env changes, with its port and data, waits while it is wrong, and leaves nothing behind', async () => {
  const place = testWorkplace();
  const file = join(place.directory, '.env');
  const command = [process.execPath, '--conditions=sample-agents', CLI, 'dev'] as const;
  const server = place.start({ command: [...command] });
  const url = await server.ready;
  const { runId } = (await (await ask(url, '/agent/run', { task: 'hello' })).json()) as { runId: string };

  const isAgain = (count: number) => server.output.stdout.split('Ballast ready on ').length - 1 === count;
  writeFileSync(file, 'BALLAST_DEV_API_KEY=another-key');
  await until(() => isAgain(2));
  expect(server.output.stdout).toMatch(new RegExp(`Ballast ready on ${url}, .* after \\.env is new\\.`));
  const found = await ask(url, `/agent/runs/${runId}`, undefined, 'another-key');
  expect(await found.json()).toMatchObject({ runId, status: 'succeeded' });

  writeFileSync(file, 'BALLAST_DEV_API_KEY');
  await until(() => server.output.stdout.includes('Waiting for a change.'));
  expect(server.output.stderr).toContain('Line 1 of .env sets nothing');
  writeFileSync(file, '');
  await until(() => isAgain(3));
  expect((await ask(url, '/agents')).status).toBe(200);

  const family = descendantsOf(server.child.pid ?? 0);
  server.child.kill('SIGINT');
  expect(await server.exited).toBe(0);
  await until(() => alive(family).length === 0);
  for (const line of server.output.stdout.trimEnd().split('\n'))
    expect(() => JSON.parse(line) as unknown).not.toThrow();
});
