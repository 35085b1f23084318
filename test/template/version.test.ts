import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commitIn, declareVersion } from '../../scripts/stage/version.ts';
import { ROOT } from '../made-once.ts';
import { packaged, packagedTemplate } from './packaged.ts';
import { ofType, type Template } from './template.ts';

const folder = mkdtempSync(join(tmpdir(), 'ballast-version-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(packaged);

const versionsIn = (template: Template): unknown[] => [
  ...new Set(
    ofType(template, 'AWS::Lambda::Function').map(([, { Properties }]) => {
      const { Variables } = Properties['Environment'] as { Variables: Record<string, unknown> };
      return Variables['BALLAST_VERSION'];
    }),
  ),
];

it('every function of a packaged stage tells the version and the commit', async () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  const commit = commitIn(ROOT);
  expect(versionsIn(await packagedTemplate('prod'))).toEqual([commit === null ? version : `${version}+${commit}`]);
});

it('the commit is that of the folder, and says whether files differ from it', () => {
  expect(commitIn(folder)).toBeNull();
  const git = (...words: string[]) =>
    spawnSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@example.com', ...words]);
  git('init');
  expect(commitIn(folder)).toBeNull();
  writeFileSync(join(folder, 'a'), 'one');
  git('add', 'a');
  git('commit', '-m', 'one');
  const commit = commitIn(folder);
  expect(commit).toMatch(/^[0-9a-f]{12}$/);
  writeFileSync(join(folder, 'untracked'), '');
  expect(commitIn(folder)).toBe(commit);
  writeFileSync(join(folder, 'a'), 'two');
  expect(commitIn(folder)).toBe(`${commit}.changed`);
});

it('without a commit the version stays as it is', async () => {
  const template = await packagedTemplate('dev');
  const before = versionsIn(template);
  declareVersion(template as never, null);
  expect(versionsIn(template)).toEqual(before);
});
