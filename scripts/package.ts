import { spawnSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildFunctions } from './build.ts';

/** The program of osls. */
export const osls = join(dirname(createRequire(import.meta.url).resolve('osls/package.json')), 'bin', 'serverless.js');

/** Where osls keeps the compiled schema of its configuration, which takes seconds to compile; else in a home of this time only. */
export const schemaCache = (home: string): string => {
  const cache = join(import.meta.dirname, '../node_modules/.cache/osls');
  try {
    mkdirSync(cache, { recursive: true });
    accessSync(cache, constants.W_OK);
    return cache;
  } catch {
    return home;
  }
};

/**
 * What of the environment reaches osls: packaging looks for no credentials and is the same on every machine. `home`: where osls
 * keeps what it remembers; the user's own may not be writable, or not be there.
 */
const quiet = ({ PATH, TMPDIR, AWS_REGION, NODE_OPTIONS }: NodeJS.ProcessEnv, home: string): NodeJS.ProcessEnv => ({
  PATH,
  HOME: home,
  USERPROFILE: home,
  TMPDIR,
  AWS_REGION: AWS_REGION ?? 'us-east-1',
  AWS_EC2_METADATA_DISABLED: 'true',
  SLS_SCHEMA_CACHE_BASE_DIR: schemaCache(home),
  CI: '1',
  // Yarn's Plug'n'Play is in them: without it osls finds none of its packages.
  ...('pnp' in process.versions && { NODE_OPTIONS }),
});

/** The stage cannot be packaged as it is, and why, as osls says it. */
export class PackagingRefused extends Error {}

/** Frames of a stack, and what osls says under each error. */
const IDLE = /^\s*(?:at |Error:?$|Environment: |Docs: |Learn more |Packaging )|^$/;

/** What osls said was wrong, without where in its code. */
export const saidByOsls = (error: unknown): string => {
  const [, ...lines] = (error as Error).message.split('\n');
  const said = lines.filter((line) => !IDLE.test(line) || /^ +at '/.test(line)).map((line) => line.trim());
  return said.join(' ').replace(/^Error: /, '') || (error as Error).message;
};

/** Throws `PackagingRefused` for a name that osls would refuse too, but only after all functions are built. */
export const checkStageName = (stage: string): void => {
  if (!/^[A-Za-z0-9-]+$/.test(stage))
    throw new PackagingRefused(`The name of a stage has only letters, digits and hyphens: ${JSON.stringify(stage)}.`);
};

/**
 * Makes the template and the zips of a stage from what is built in `<root>/dist`, without credentials or network.
 * They go to `outdir`. `conditions` decide whose agents these are, as in a build; `parameters` (`name=value`) replace those of
 * the stage. Throws `PackagingRefused` with what osls said when the configuration is wrong.
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
  if (status !== 0) throw new PackagingRefused(`osls could not package ${stage}:\n${String(stdout)}${String(stderr)}`);
};

const main = async (root: string, stage: string): Promise<void> => {
  checkStageName(stage);
  await buildFunctions(root);
  packageStage(root, stage, join(root, '.serverless'));
  console.log(`Packaged for ${stage} in .serverless`);
};

if (import.meta.main) {
  const { stage } = parseArgs({ options: { stage: { type: 'string', default: 'dev' } } }).values;
  main(resolve(import.meta.dirname, '..'), stage).catch((error: unknown) => {
    if (!(error instanceof PackagingRefused)) throw error;
    console.error(saidByOsls(error));
    process.exitCode = 1;
  });
}
