import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writePrivateFile } from '../../local/private-file.ts';
import { testDirectory } from './executions/stand.ts';
import { ask, testWorkplace } from './spawned-server.ts';

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

it('a private file is for its owner alone, also where it was there for others, and is replaced whole', () => {
  const directory = testDirectory();
  const file = join(directory, 'secret');
  for (const mode of [0o600, 0o644, 0o666, 0o777]) {
    writeFileSync(file, 'a longer text that was there before');
    chmodSync(file, mode);
    writePrivateFile(file, 'canary');
    expect(modeOf(file)).toBe('600');
  }
  expect(readdirSync(directory)).toEqual(['secret']);
  expect(() => writePrivateFile(join(directory, 'none', 'secret'), 'canary')).toThrow('ENOENT');
});

it('what npm start keeps of what was asked and answered is for its owner alone, also where it was there for others', async () => {
  const place = testWorkplace();
  const data = join(place.directory, '.ballast');
  mkdirSync(data, { mode: 0o755 });
  for (const name of ['dynamodb.sqlite', 'dev-keys.json']) writeFileSync(join(data, name), '', { mode: 0o644 });
  const server = place.start();
  const url = await server.ready;
  await ask(url, '/agent/runs', { task: 'canary' });
  await ask(url, '/agent/run', { task: 'canary' });
  const files = readdirSync(data, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const modes = files.map(({ parentPath, name }) => [name, modeOf(join(parentPath, name))] as const);
  expect(modes.length).toBeGreaterThan(3);
  expect(modes.filter(([, mode]) => mode !== '600')).toEqual([]);
  server.child.kill('SIGTERM');
  await server.exited;

  const fresh = testWorkplace();
  const next = fresh.start();
  await next.ready;
  expect(modeOf(join(fresh.directory, '.ballast'))).toBe('700');
  next.child.kill('SIGTERM');
  await next.exited;
});
