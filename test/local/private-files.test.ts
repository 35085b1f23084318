import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writePrivateFile } from '../../local/private-file.ts';
import { testDirectory } from './executions/stand.ts';
import { ask, testWorkplace } from './spawned-server.ts';

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

/** The files below a folder, at least four, that others than their owner may read. */
const othersRead = (folder: string): string[] => {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(3);
  return files.map(({ parentPath, name }) => join(parentPath, name)).filter((file) => modeOf(file) !== '600');
};

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
  expect(othersRead(data)).toEqual([]);
  server.child.kill('SIGTERM');
  await server.exited;

  const fresh = testWorkplace();
  const next = fresh.start();
  await ask(await next.ready, '/agent/runs', { task: 'canary' });
  expect(othersRead(join(fresh.directory, '.ballast'))).toEqual([]);
  expect(modeOf(join(fresh.directory, '.ballast'))).toBe('700');
  next.child.kill('SIGTERM');
  await next.exited;
});
