import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildFunctions } from './build.ts';

/** The program of osls. */
export const osls = join(dirname(createRequire(import.meta.url).resolve('osls/package.json')), 'bin', 'serverless.js');

/**
 * What of the environment reaches osls: packaging looks for no credentials and is the same on every machine. `home`: where osls
 * keeps what it remembers; the user's own may not be writable, or not be there.
 */
const quiet = ({ PATH, TMPDIR, AWS_REGION }: NodeJS.ProcessEnv, home: string): NodeJS.ProcessEnv => ({
  PATH,
  HOME: home,
  USERPROFILE: home,
  TMPDIR,
  AWS_REGION: AWS_REGION ?? 'us-east-1',
  AWS_EC2_METADATA_DISABLED: 'true',
  CI: '1',
});

/**
 * Makes the template and the zips of a stage from what is built in `<root>/dist`, without credentials or network.
 * They go to `outdir`. `conditions` decide whose agents these are, as in a build; `parameters` (`name=value`) replace those of
 * the stage. Throws an Error with what osls said when the configuration is wrong.
 */
export const packageStage = (
  root: string,
  stage: string,
  outdir: string,
  conditions: readonly string[] = [],
  parameters: readonly string[] = [],
): void => {
  const args = [
    ...conditions.map((condition) => `--conditions=${condition}`),
    osls,
    'package',
    '--stage',
    stage,
    '--package',
    outdir,
    ...parameters.flatMap((parameter) => ['--param', parameter]),
  ];
  const home = mkdtempSync(join(tmpdir(), 'ballast-package-'));
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, env: quiet(process.env, home) });
  rmSync(home, { recursive: true, force: true });
  if (status !== 0) throw new Error(`osls could not package ${stage}:\n${String(stdout)}${String(stderr)}`);
};

if (import.meta.main) {
  const root = resolve(import.meta.dirname, '..');
  const { stage } = parseArgs({ options: { stage: { type: 'string', default: 'dev' } } }).values;
  await buildFunctions(root);
  packageStage(root, stage, join(root, '.serverless'));
  console.log(`Packaged for ${stage} in .serverless`);
}
