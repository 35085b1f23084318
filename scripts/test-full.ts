import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { dynamoDbLocalMissing } from '../local/spawn-dynamodb-local.ts';
import { chosenSuites, type Suite } from './full-suites.ts';
import { Misused } from './read-options.ts';

const root = path.resolve(import.meta.dirname, '..');

interface Assertion {
  readonly status: string;
  readonly fullName: string;
}

/** The part of vitest's JSON report that the proof is made of. */
interface Report {
  readonly success: boolean;
  readonly startTime: number;
  readonly testResults: readonly { readonly name: string; readonly assertionResults: readonly Assertion[] }[];
}

const chosen = (): ReturnType<typeof chosenSuites> => {
  try {
    return chosenSuites(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof Misused)) throw error;
    console.error(error.message);
    process.exit(1);
  }
};

const { suites, isProof } = chosen();

/** Installed before several processes ask for it at once. */
const missing = dynamoDbLocalMissing();
if (missing !== null) console.error(missing);

const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');

interface Ran {
  readonly suite: Suite;
  readonly report: Report;
  readonly minutes: string;
}

/** Runs one suite and reads its report; the run's own output goes to the terminal. */
const run = (suite: Suite, folder: string): Ran => {
  const outputFile = path.join(folder, 'report.json');
  const startedAt = performance.now();
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${outputFile}`];
  spawnSync(process.execPath, [vitest, 'run', ...suite.files, ...reporters], {
    cwd: root,
    env: { ...process.env, ...suite.env },
    stdio: 'inherit',
  });
  const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
  return { suite, report: JSON.parse(readFileSync(outputFile, 'utf8')) as Report, minutes };
};

const areaOf = (file: string): string => {
  const [, area = ''] = path.relative(root, file).split(path.sep);
  return area.endsWith('.ts') ? path.basename(area, '.test.ts') : area;
};

const table = (report: Report): string => {
  const areas = new Map<string, { passed: number; failed: number; skipped: number }>();
  for (const { name, assertionResults } of report.testResults) {
    const counts = areas.get(areaOf(name)) ?? { passed: 0, failed: 0, skipped: 0 };
    for (const { status } of assertionResults) {
      if (status === 'passed') counts.passed += 1;
      else if (status === 'failed') counts.failed += 1;
      else counts.skipped += 1;
    }
    areas.set(areaOf(name), counts);
  }
  const rows = [...areas].sort(([a], [b]) => a.localeCompare(b));
  return [
    '| area | passed | failed | skipped |',
    '|---|---:|---:|---:|',
    ...rows.map(([area, { passed, failed, skipped }]) => `| ${area} | ${passed} | ${failed} | ${skipped} |`),
  ].join('\n');
};

const git = (...args: string[]): string => spawnSync('git', args, { cwd: root, encoding: 'utf8' }).stdout.trim();

/** Seeds stand in the tests as numbers; the proof names the ones it was made with. */
const seeds = (): string => {
  const found = git('grep', '-hoE', 'seed: [0-9]+|seededRandom\\([0-9]+\\)', '--', 'test').match(/\d+/g) ?? [];
  return [...new Set(found.map(Number))].sort((a, b) => a - b).join(', ');
};

const folder = mkdtempSync(path.join(tmpdir(), 'ballast-proof-'));
const reports = suites.map((suite) => run(suite, folder));
rmSync(folder, { recursive: true });

const unproven = reports.flatMap(({ report }) =>
  report.testResults.flatMap(({ assertionResults }) => assertionResults.filter(({ status }) => status !== 'passed')),
);
const dirty = git('status', '--porcelain', '--', ':!docs/proof.md') === '' ? '' : ' with uncommitted changes';
const tables = reports
  .map(({ suite, report, minutes }) => `## ${suite.title}\n\n${minutes} minutes.\n\n${table(report)}`)
  .join('\n\n');
const proof = `# Proof

Written by \`npm run test:full\`; it fails where a test fails or is skipped.

- Date: ${new Date(reports[0]?.report.startTime ?? 0).toISOString()}
- Commit: ${git('rev-parse', 'HEAD')}${dirty}
- Node ${process.version}, ${cpus().length} cores
- Seeds: ${seeds()}

${tables}

## Failed or skipped

${unproven.length === 0 ? 'None.' : unproven.map(({ fullName, status }) => `- ${status}: ${fullName}`).join('\n')}
`;
if (isProof) writeFileSync(path.join(root, 'docs', 'proof.md'), proof);
else console.log(tables);
for (const { fullName, status } of unproven) console.error(`${status}: ${fullName}`);
if (unproven.length > 0 || reports.some(({ report }) => !report.success)) process.exitCode = 1;
