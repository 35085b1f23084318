import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');

/** Layers from the top down; a file may import from its own folder and from layers below its own. */
const LAYERS: readonly (readonly string[])[] = [
  ['local/cli'],
  ['scripts'],
  ['functions', 'local', 'testing'],
  ['lib/app'],
  ['lib/api', 'lib/middleware'],
  ['agents'],
  ['lib/index.ts'],
  ['lib/erasure'],
  ['lib/durable-run'],
  ['lib/run', 'lib/administration', 'lib/health'],
  ['lib/gateway', 'lib/agent'],
  ['lib/caller', 'lib/providers'],
  ['lib/model-call'],
  ['lib/accounts'],
  ['lib/identity', 'lib/pricing'],
  [
    'lib/alerts',
    'lib/budget',
    'lib/circuit-breaker',
    'lib/end-users',
    'lib/idempotency',
    'lib/rate-limit',
    'lib/response-cache',
    'lib/rests',
    'lib/runs',
    'lib/sessions',
    'lib/tenants',
    'lib/usage',
    'lib/webhooks',
  ],
  ['lib/group-commit'],
  ['lib/dynamodb', 'lib/secrets'],
  ['lib/config.ts', 'lib/http', 'lib/telemetry'],
  ['lib/aws-sdk', 'lib/egress', 'lib/redaction', 'lib/retry'],
  ['lib/kernel'],
];

/** Neighbours in one layer that may know each other: the folders below the domains build on the one named. */
const NEIGHBOURS = new Set<string>(['local -> functions', 'testing -> local']);

const ROOMS = LAYERS.flatMap((layer, depth) => layer.map((room) => ({ room, depth })));

const roomOf = (file: string) => ROOMS.find(({ room }) => file === room || file.startsWith(`${room}/`));

interface Source {
  readonly file: string;
  readonly text: string;
}

const IMPORT = /(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+|#agents|ballast(?:\/[^']+)?)'/g;

const { exports: doors } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, string>>;
};

/** The file that an import leads to; `ballast` by the package's own exports. */
const targetOf = (file: string, specifier: string): string => {
  if (specifier === '#agents') return 'agents/index.ts';
  const door = specifier.replace(/^ballast/, '.');
  if (door === specifier) return path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier));
  return path.posix.normalize(doors[door] ?? specifier);
};

/** What a file imports from the project, types and late imports included. */
const importsOf = ({ file, text }: Source): string[] =>
  [...text.matchAll(IMPORT)].map(([, specifier = '']) => targetOf(file, specifier));

/** One ring of files for each file from which a way of imports leads back to it, in the order of the way. */
const cycles = (sources: readonly Source[]): string[] => {
  const imports = new Map(sources.map((source) => [source.file, importsOf(source)]));
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]) => {
    const start = way.indexOf(file);
    if (start >= 0) found.push([...way.slice(start), file].join(' -> '));
    if (start >= 0 || done.has(file)) return;
    for (const next of imports.get(file) ?? []) visit(next, [...way, file]);
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  return found;
};

const violations = (sources: readonly Source[]): string[] =>
  sources.flatMap(({ file, text }) => {
    const own = roomOf(file);
    if (!own) return [`${file} stands in no known room`];
    return importsOf({ file, text }).flatMap((target) => {
      const other = roomOf(target);
      if (!other) return [`${file} imports ${target}, which stands in no known room`];
      if (own.room === 'agents' && !['agents', 'lib/index.ts'].includes(other.room))
        return [`${file} imports ${target}: an agent imports from 'ballast'`];
      const allowed =
        other.room === own.room || other.depth > own.depth || NEIGHBOURS.has(`${own.room} -> ${other.room}`);
      return allowed ? [] : [`${file} imports ${target}: ${own.room} may not know ${other.room}`];
    });
  });

const sourcesIn = (folder: string): Source[] =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('node_modules'))
    .map((name) => path.posix.join(folder, name.replaceAll(path.sep, '/')))
    .map((file) => ({ file, text: readFileSync(path.join(root, file), 'utf8') }));

const sources = (): Source[] =>
  ['functions', 'local', 'testing', 'agents', 'lib']
    .flatMap(sourcesIn)
    .filter(({ file }) => !file.endsWith('.test.ts'));

it('imports point down, and domains do not know each other', () => {
  expect(sources().length).toBeGreaterThan(40);
  expect(violations(sources())).toEqual([]);
});

it.each([
  ['an upward import', 'lib/kernel/money.ts', "import { app } from '../app/app.ts';"],
  ['a domain that knows another', 'lib/usage/record.ts', "import type { Tenant } from '../tenants/types.ts';"],
  ['a late upward import', 'lib/model-call/faults.ts', "const late = await import('../agent/loop/patterns.ts');"],
  ['a re-export from above', 'lib/http/types.ts', "export { modelStep } from '../agent/loop/model-step.ts';"],
  ['deployed code that knows local code', 'functions/health.ts', "import { startEngine } from '../local/engine.ts';"],
  ['an agent that passes the front door by', 'agents/a.ts', "import { safe } from '../lib/kernel/redacted.ts';"],
  ['inner code that comes in by the front door', 'lib/run/catalog.ts', "import type { Agent } from 'ballast';"],
  ['deployed code that knows the test kit', 'functions/health.ts', "import { testRun } from 'ballast/testing';"],
  ['a door that the package does not have', 'agents/a.ts', "import { x } from 'ballast/inner';"],
  ['a file in no room', 'lib/utils/strings.ts', ''],
])('%s is found', (_title, file, text) => {
  expect(violations([{ file, text }])).toHaveLength(1);
});

it('no test hangs on what stands in agents/: the agents of the tests are sample agents', () => {
  const users = [...sourcesIn('test'), ...sourcesIn('testing')].filter((source) =>
    importsOf({ ...source, text: source.text.replaceAll('#agents', '') }).some((file) => file.startsWith('agents/')),
  );
  // It holds for any agents.
  expect(users.map(({ file }) => file)).toEqual(['test/agents/agents.test.ts']);
});

it('no file imports itself, by whatever way', () => {
  expect(cycles([...sources(), ...['bench', 'infra', 'scripts'].flatMap(sourcesIn)])).toEqual([]);
});

it('a cycle is found, through types and through late imports', () => {
  const planted = [
    { file: 'lib/a/one.ts', text: "import type { Two } from './two.ts';" },
    { file: 'lib/a/two.ts', text: "export { three } from '../b/three.ts';" },
    { file: 'lib/b/three.ts', text: "const one = await import('../a/one.ts');" },
    { file: 'lib/b/four.ts', text: "import { one } from '../a/one.ts';" },
  ];
  expect(cycles(planted)).toEqual(['lib/a/one.ts -> lib/a/two.ts -> lib/b/three.ts -> lib/a/one.ts']);
});

it('there is one wiring of a run: what is deployed and what testing/ runs are the same', () => {
  const made = /(?<!const )\bcreate(?:ModelCall|SyncRun|Catalog|KeyPool|KeyCheck|Rests|Circuits|RateLimit)\(/;
  expect(sources().flatMap(({ file, text }) => (made.test(text) ? [file] : []))).toEqual([
    'lib/app/call-parts.ts',
    'lib/app/core.ts',
  ]);
});

it('nothing is made redacted by a cast outside the file that defines it', () => {
  const cast = /\bas (?:unknown as )?Redacted\b/;
  const found = sources().flatMap(({ file, text }) => (cast.test(text) ? [file] : []));
  // describe-issue.ts takes back what its schemas attached to an issue as redacted text.
  expect(found.sort()).toEqual(['lib/http/issues/describe-issue.ts', 'lib/kernel/redacted.ts']);
});

/** Modules of Node by which a program is started, or code compiled. */
const PROGRAMS = /(?:from|import|require)\s*\(?\s*['"](?:node:)?(?:child_process|cluster|vm|worker_threads)['"]/;
const startsPrograms = (found: readonly Source[]): string[] =>
  found.flatMap(({ file, text }) => (PROGRAMS.test(text) ? [file] : []));

it('nothing that is deployed starts a program or compiles code', () => {
  const deployed = sources().filter(({ file }) => /^(?:agents|functions|lib)\//.test(file));
  expect(deployed.length).toBeGreaterThan(400);
  expect(startsPrograms(deployed)).toEqual([]);
  const planted = [
    "import { exec } from 'node:child_process';",
    "import vm from 'vm';",
    "const late = await import('worker_threads');",
  ].map((text) => ({ file: 'lib/x.ts', text }));
  expect(startsPrograms(planted)).toHaveLength(3);
});

it('every folder of lib/ is in the rule, so that a new one is a decision', () => {
  const folders = readdirSync(path.join(root, 'lib')).map((name) => `lib/${name}`);
  expect(folders.filter((folder) => !roomOf(folder))).toEqual([]);
});

it('no folder of lib has more files than one finds one’s way in', () => {
  const files = Map.groupBy(sourcesIn('lib'), ({ file }) => path.posix.dirname(file));
  expect([...files].flatMap(([folder, { length }]) => (length > 17 ? [`${folder}: ${length}`] : []))).toEqual([]);
});
