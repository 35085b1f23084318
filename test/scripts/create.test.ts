import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { CreateRefused } from '../../scripts/create/create-refused.ts';
import { manifestIn, packageName, takeFolder } from '../../scripts/create/folder.ts';
import { packInto } from '../../scripts/create/npm-pack.ts';
import { projectFiles } from '../../scripts/create/project-files.ts';
import { updateProject } from '../../scripts/create/update-project.ts';
import { ROOT } from '../made-once.ts';

const TEMPLATE = join(ROOT, 'scripts/create/template');
const VERSIONS = {
  engines: { node: '>=20' },
  devDependencies: { '@types/node': '^24', typescript: '6', vite: '8', vitest: '5' },
};
const filesOf = (js: boolean) =>
  projectFiles(TEMPLATE, { name: 'shop-agents', js, ballast: 'file:vendor/ballast-1.tgz' }, VERSIONS);

const place = mkdtempSync(join(tmpdir(), 'ballast-create-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

/** A folder of this test with these files. */
const folderWith = (name: string, files: Readonly<Record<string, string>>): string => {
  const folder = join(place, name);
  mkdirSync(folder);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  return folder;
};

interface Manifest {
  readonly name: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: object;
  readonly devDependencies: object;
}

describe('a new project', () => {
  it('has an agent with its tool and test, a stage file, settings and scripts', async () => {
    const files = await filesOf(false);
    expect([...files.keys()].sort()).toEqual([
      '.env.example',
      '.gitignore',
      '.npmrc',
      'README.md',
      'agents/index.ts',
      'agents/support.test.ts',
      'agents/support.ts',
      'agents/tools/order-status.ts',
      'package.json',
      'shop.ts',
      'stages.yml',
      'tsconfig.json',
    ]);
    const { name, scripts, dependencies } = JSON.parse(files.get('package.json') ?? '') as Manifest;
    expect(name).toBe('shop-agents');
    expect(dependencies).toEqual({ ballast: 'file:vendor/ballast-1.tgz' });
    expect(scripts).toMatchObject({ start: 'ballast start', package: 'ballast package', deploy: 'ballast deploy' });
    expect(files.get('README.md')).toMatch(/^# shop-agents\n/);
    expect(files.get('.gitignore')).toMatch(/^\.env$/m);
  });

  it('is plain JavaScript where that is asked for', async () => {
    const files = await filesOf(true);
    expect([...files.keys()].filter((file) => /\.ts$|tsconfig/.test(file))).toEqual([]);
    expect(files.get('agents/index.js')).toBe(
      [
        "import { support } from './support.js';",
        '',
        '/** Every agent that this project offers. To add one, write its file beside these and name it here. */',
        'export const agents = [support];',
        '',
      ].join('\n'),
    );
    expect([...files.values()].filter((text) => /\.ts\b/.test(text))).toEqual([]);
    const { scripts, devDependencies } = JSON.parse(files.get('package.json') ?? '') as Manifest;
    expect(scripts['test']).toBe('vitest run');
    expect(Object.keys(devDependencies)).toEqual(['vite', 'vitest']);
  });

  it('has every command that its README names', async () => {
    const files = await filesOf(false);
    const { scripts } = JSON.parse(files.get('package.json') ?? '') as Manifest;
    const named = [...(files.get('README.md') ?? '').matchAll(/\bnpm (?:run ([a-z-]+)|(test|start)\b)/g)];
    const names = named.map(([, script, short]) => script ?? short ?? '').filter((name) => name !== 'create');
    expect(new Set(names).size).toBeGreaterThan(5);
    expect(names.filter((name) => !(name in scripts))).toEqual([]);
  });

  it.each([
    ['/home/a/My Agents', 'my-agents'],
    ['/home/a/.hidden', 'hidden'],
    ['/home/a/日本', 'my-agents'],
    ['/home/a/shop_2.0', 'shop_2.0'],
  ])('in %s is the package %s', (folder, name) => {
    expect(packageName(folder)).toBe(name);
  });
});

describe('the folder of a new project', () => {
  it('is made, with those above it, or empty, or holds no more than a repository', () => {
    takeFolder(join(place, 'new/deep'), ROOT);
    expect(readdirSync(join(place, 'new/deep'))).toEqual([]);
    takeFolder(folderWith('empty', {}), ROOT);
    takeFolder(folderWith('git', { '.git': 'gitdir: elsewhere' }), ROOT);
  });

  it.each([
    [
      'is not empty',
      () => folderWith('full', { 'notes.md': '' }),
      /full is not empty \(it has notes\.md\): name a new/,
    ],
    ['is a file', () => join(folderWith('with-file', { file: '' }), 'file'), /file is a file: name a new folder\.$/],
    ['is inside a file', () => join(place, 'with-file/file/deep'), /is a file: name a new folder\.$/],
    ['is Ballast itself', () => ROOT, /is inside Ballast itself: name a folder beside it/],
    ['is inside Ballast', () => join(ROOT, 'mine'), /mine is inside Ballast itself/],
  ])('%s: refused', (_title, folder, sentence) => {
    expect(() => takeFolder(folder(), ROOT)).toThrow(sentence);
  });
});

describe('a project that is given a newer Ballast', () => {
  it.each([
    ['another version', '1.0.0', '1.1.0'],
    ['the same version with other code', '1.0.0', '1.0.0'],
  ])('as %s, has it by the next npm install, and all else as it was', async (_title, before, after) => {
    const name = `from-${before}-to-${after}`;
    const built = (version: string, code: string) =>
      folderWith(`${name}-${code}`, {
        'package.json': JSON.stringify({ name: 'ballast', version }),
        'code.txt': code,
      });
    const other = `file:${folderWith(`${name}-other`, { 'package.json': '{"name": "other", "version": "1.0.0"}' })}`;
    const own = { name: 'own', scripts: { test: 'vitest run' }, dependencies: { other, ballast: '*' }, mine: [1] };
    const project = folderWith(name, { 'package.json': JSON.stringify(own), 'stages.yml': 'dev:' });
    const read = (file: string) => readFileSync(join(project, file), 'utf8');
    const update = async (version: string, code: string): Promise<string> => {
      await updateProject(project, async () => packInto(project, built(version, code)));
      // What is installed is the tarball by its path: no registry is asked.
      const options = { cwd: project, shell: process.platform === 'win32' };
      expect(spawnSync('npm', ['install', '--offline', '--no-audit', '--no-fund'], options).status).toBe(0);
      return `${(JSON.parse(read('node_modules/ballast/package.json')) as { version: string }).version} ${read('node_modules/ballast/code.txt')}`;
    };
    expect(await update(before, 'old')).toBe(`${before} old`);
    expect(await update(after, 'new')).toBe(`${after} new`);
    const [tarball] = readdirSync(join(project, 'vendor'));
    const dependencies = { other, ballast: `file:vendor/${tarball ?? ''}` };
    expect(JSON.parse(read('package.json'))).toEqual({ ...own, dependencies });
    expect(read('stages.yml')).toBe('dev:');
  });

  it('is left alone, and nothing is packed, where it does not depend on one', async () => {
    const project = folderWith('not-own', { 'package.json': '{}' });
    await expect(updateProject(project, () => Promise.reject(new Error('packed')))).rejects.toThrow(CreateRefused);
    expect(readFileSync(join(project, 'package.json'), 'utf8')).toBe('{}');
  });

  it('is one that depends on it', () => {
    const folder = folderWith('own', { 'package.json': '{"dependencies": {"ballast": "file:vendor/ballast-1.tgz"}}' });
    expect(manifestIn(folder).dependencies?.['ballast']).toBe('file:vendor/ballast-1.tgz');
  });

  it.each([
    ['is not there', () => join(place, 'nowhere'), /its package\.json cannot be read \(Error\/ENOENT\)/],
    ['has no package.json', () => folderWith('none', {}), /its package\.json cannot be read/],
    ['has a broken one', () => folderWith('broken', { 'package.json': '{' }), /cannot be read \(SyntaxError/],
    ['has no Ballast', () => folderWith('other', { 'package.json': '{}' }), /does not name ballast in dependencies\.$/],
  ])('%s: refused', (_title, folder, sentence) => {
    expect(() => manifestIn(folder())).toThrow(sentence);
  });
});

describe('the package in the folder vendor of a project', () => {
  it('takes the place of an earlier one, and has another name where anything in it is other', () => {
    const project = folderWith('vendored', {});
    const built = folderWith('built', { 'package.json': '{"name": "ballast", "version": "1.2.3"}', 'a.js': '1' });
    const first = packInto(project, built);
    expect(first).toMatch(/^vendor\/ballast-1\.2\.3-[0-9a-f]{8}\.tgz$/);
    expect(packInto(project, built)).toBe(first);
    writeFileSync(join(built, 'a.js'), '2');
    const second = packInto(project, built);
    expect(second).not.toBe(first);
    expect(readdirSync(join(project, 'vendor'))).toEqual([second.replace('vendor/', '')]);
  });

  it('is not made where npm cannot pack it', () => {
    const project = folderWith('unvendored', {});
    expect(() => packInto(project, folderWith('unbuilt', {}))).toThrow(/^npm could not pack Ballast:\n/);
  });
});
