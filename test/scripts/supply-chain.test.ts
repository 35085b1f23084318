import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { auditOf } from '../../scripts/supply-chain/audit.ts';
import { flawsOf, isAllowed } from '../../scripts/supply-chain/licences.ts';
import { bytesOf, type LockedPackage, packagesOf } from '../../scripts/supply-chain/packages.ts';
import { dependenciesPage } from '../../scripts/supply-chain/page.ts';
import { read, ROOT } from '../readme/markdown.ts';
import { runCommand } from './stage.ts';

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
  readonly allowScripts: Readonly<Record<string, boolean>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(read('package.json').text) as Manifest;
const packages = packagesOf(read('package-lock.json').text);

describe('what is installed', () => {
  it('is locked as package.json asks for it, so that an installation changes no file', () => {
    const json = (file: string) => JSON.parse(readFileSync(path.join(ROOT, file), 'utf8')) as Record<string, unknown>;
    const asked = json('package.json');
    const { '': locked = {} } = json('package-lock.json')['packages'] as Record<string, Record<string, unknown>>;
    const { dependencies, devDependencies, bin, engines, version } = asked;
    expect(locked).toMatchObject({ dependencies, devDependencies, bin, engines, version });
  });

  it('has licences that may be used, hashes in the lock, and no install script that would run', () => {
    expect(packages.length).toBeGreaterThan(300);
    expect(flawsOf(packages, manifest.allowScripts)).toEqual([]);
    expect(
      flawsOf(packagesOf(read('test/full/package-lock.json').text), {}).filter((each) => /script|hash/.test(each)),
    ).toEqual([]);
  });

  it('is asked for by exact versions, but for types that the release of Node chooses', () => {
    const { dependencies, devDependencies, optionalDependencies } = manifest;
    const asked = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
    expect(asked.filter(([, version]) => !/^(?:npm:[a-z]+@)?\d+\.\d+\.\d+$/.test(version))).toEqual([
      ['@types/node', '^24'],
    ]);
  });

  it.each(['.npmrc', 'test/full/.npmrc', 'scripts/create/template/npmrc'])('runs no code of its own by %s', (file) => {
    expect(read(file).text).toMatch(/^ignore-scripts=true$/m);
  });

  it('needs no script before or after another, which npm would leave out, but for those of the package', () => {
    const names = Object.keys(manifest.scripts);
    const around = names.filter((name) => /^(?:pre|post)/.test(name) || ['install', 'prepare'].includes(name));
    expect(around).toEqual(['prepack', 'postpack']);
    expect(manifest.scripts['tarball']).toBe('npm pack --ignore-scripts=false');
  });

  it('is counted in docs/dependencies.md: npm run licences', () => {
    const sizes = new Map<string, number>();
    const page = dependenciesPage(packages, (each) => {
      const bytes = bytesOf(ROOT, each);
      sizes.set(each.part, (sizes.get(each.part) ?? 0) + (bytes ?? 0));
      return bytes;
    });
    // What is on disk depends on the platform.
    const bare = (text: string) => text.replace(/\d+ \| [\d.]+ MB/g, '');
    const { text } = read('docs/dependencies.md');
    expect(bare(text)).toBe(bare(page));
    const [, written] = /\| deployed \|.*\| ([\d.]+) MB/.exec(text) ?? [];
    const deployed = (sizes.get('deployed') ?? 0) / 1_000_000;
    expect(Math.abs(Number(written) - deployed)).toBeLessThan(deployed / 10);
  });
});

describe('a package is refused', () => {
  const fine: LockedPackage = {
    folder: 'node_modules/a',
    name: 'a',
    version: '1.0.0',
    licence: 'MIT',
    part: 'deployed',
    hasIntegrity: true,
    hasInstallScript: false,
    isOptional: false,
  };
  it.each<[string, Partial<LockedPackage>, string]>([
    ['that says no licence', { licence: null }, 'a@1.0.0 (deployed) says no licence.'],
    ['under a licence that is not on the list', { licence: 'GPL-3.0-only' }, 'has the licence GPL-3.0-only.'],
    ['under a licence that is for tools alone', { licence: 'MPL-2.0' }, 'has the licence MPL-2.0.'],
    ['that is under two licences, one of them not on the list', { licence: '(MIT AND GPL-2.0)' }, 'has the licence'],
    ['without a hash', { hasIntegrity: false }, 'node_modules/a has no hash in the lock.'],
    ['with an install script', { hasInstallScript: true }, 'a@1.0.0 (deployed) has an install script.'],
  ])('%s', (_title, change, flaw) => {
    expect(flawsOf([{ ...fine, ...change }], {})).toEqual([expect.stringContaining(flaw)]);
  });

  it('and others are not', () => {
    expect(flawsOf([fine, { ...fine, licence: 'MPL-2.0', part: 'development' }], {})).toEqual([]);
    expect(flawsOf([{ ...fine, hasInstallScript: true }], { a: false })).toEqual([]);
    expect(flawsOf([{ ...fine, hasInstallScript: true }], { a: true })).toHaveLength(1);
    const some = new Set(['MIT', 'ISC']);
    expect(['(MIT OR GPL-2.0)', 'MIT AND ISC', 'MIT'].filter((each) => isAllowed(each, some))).toHaveLength(3);
    expect(
      ['SEE LICENSE IN X', 'MIT WITH x', '((MIT))', 'GPL OR (MIT AND X)'].filter((each) => isAllowed(each, some)),
    ).toEqual([]);
  });
});

describe('npm run sbom', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'ballast-sbom-'));
  const made = async (...words: string[]) => {
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const out = path.join(folder, 'sbom.json');
    expect(await runCommand('sbom', ['--out', out, ...words])).toMatchObject({ code: 0 });
    const text = readFileSync(out, 'utf8');
    return {
      text,
      bom: JSON.parse(text) as {
        readonly bomFormat: string;
        readonly components: readonly { readonly name: string; readonly hashes?: unknown }[];
      },
    };
  };

  it('names each package of the lock with its hash, and no folder of this machine', async () => {
    const { bom, text } = await made();
    expect(bom.bomFormat).toBe('CycloneDX');
    const names = new Set(bom.components.map(({ name }) => name));
    expect(packages.filter(({ name }) => !names.has(name)).map(({ name }) => name)).toEqual([]);
    expect(bom.components.filter(({ hashes }) => hashes === undefined)).toEqual([]);
    expect(text).not.toContain(ROOT);
    expect(text).toContain('"name": "ballast"');
  });

  it('names what functions can import alone, where that is asked for', async () => {
    const { bom } = await made('--deployed');
    const deployed = new Set(packages.filter(({ part }) => part === 'deployed').map(({ name }) => name));
    expect(new Set(bom.components.map(({ name }) => name))).toEqual(deployed);
  });
});

describe('npm run audit', () => {
  /** A registry that answers each question about vulnerabilities alike. */
  const registry = async (status: number, body: unknown): Promise<string> => {
    const server = createServer((request, response) => {
      request.resume();
      const name = decodeURIComponent(String(request.url).slice(1));
      // Of a package that it warns of, npm wants to know all versions.
      const versions = Object.fromEntries(
        packages.flatMap((each) => (each.name === name ? [[each.version, each]] : [])),
      );
      const isAsked = request.method === 'POST';
      const answer = isAsked ? body : { name, versions, 'dist-tags': { latest: Object.keys(versions)[0] } };
      response.writeHead(isAsked ? status : 200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const audit = (url: string) => runCommand('audit', [`--registry=${url}`, '--fetch-retries=0']);
  const advisory = {
    id: 1,
    url: 'https://example.com/1',
    title: 'Prototype pollution',
    severity: 'high',
    vulnerable_versions: '<99.0.0',
  };

  it('says that there is none, which one there is, or that nobody has said', async () => {
    expect(await audit(await registry(200, {}))).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^No known vulnerability in \d{3} packages\.\n$/) as string,
    });
    const found = await audit(await registry(200, { zod: [advisory] }));
    expect(found).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('high: zod') as string });
    const unanswered = await audit(await registry(405, {}));
    expect(unanswered).toMatchObject({ code: 2, stdout: '' });
    expect(unanswered.stderr).toBe('The registry did not say: it answered 405. Nothing was checked.\n');
    expect(await audit('http://127.0.0.1:9')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Nothing was checked.') as string,
    });
  });

  it.each(['', '{', '{}', 'null', '{"message": "no"}', '<html>'])('takes %j for no answer', (said) => {
    expect(auditOf(said)).toMatchObject({ kind: 'unanswered' });
  });
});
