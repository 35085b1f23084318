import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Template } from './compiled-template.ts';
import { compileStage } from './cost/compile-stage.ts';
import { costReport, costText, withFigures } from './cost/cost-report.ts';
import { readTemplate } from './cost/read-template.ts';
import { Misused, STAGE } from './read-options.ts';

const USAGE = `Prints what a stage costs beside the model: an idle month, and so many runs, calls and asynchronous runs.

  npm run cost -- [--stage dev] [--requests 1000000] [--duration-ms 8000] [--idle-ms 250] [--json | --write]
                  [--template .serverless/cloudformation-template-update-stack.json]

It reads the template that the stage would be deployed as, which it makes offline, and asks AWS nothing.
`;

const OPTIONS = {
  stage: { type: 'string', default: 'dev' },
  requests: { type: 'string', default: '1000000' },
  'duration-ms': { type: 'string', default: '8000' },
  'idle-ms': { type: 'string', default: '250' },
  json: { type: 'boolean', default: false },
  template: { type: 'string' },
  write: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const MOST = 1e12;

const wholeNumber = (name: string, text: string): number => {
  const value = /^\d{1,13}$/.test(text) ? Number(text) : NaN;
  if (!(value >= 1 && value <= MOST)) throw new Misused(`--${name} must be a whole number from 1 to 1000000000000.`);
  return value;
};

const valuesOf = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    throw new Misused(`${(error as Error).message}\n\n${USAGE}`);
  }
};

const PAGE = 'docs/cost.md';
/** What the page is about: they are made with the defaults of the options. */
const PAGE_STAGES = ['dev', 'prod'];

const templateIn = (path: string): Template => {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Template;
  } catch {
    throw new Misused(`--template must be the file of a compiled template: ${path} cannot be read as one.`);
  }
};

/** What the command prints for these arguments. Throws `Misused` where it does not know them. */
export const cost = (args: readonly string[], root: string): string => {
  const { stage, requests, 'duration-ms': duration, 'idle-ms': idle, json, write, template, help } = valuesOf(args);
  if (help) return USAGE;
  if (!STAGE.test(stage)) throw new Misused(`--stage must be a name of letters, digits and dashes.\n\n${USAGE}`);
  const options = {
    stage,
    requests: wholeNumber('requests', requests),
    durationMs: wholeNumber('duration-ms', duration),
    idleMs: wholeNumber('idle-ms', idle),
  };
  const reportOf = (of: string, compiled: Template) => costReport(readTemplate(compiled), { ...options, stage: of });
  if (write) {
    const path = join(root, PAGE);
    const reports = PAGE_STAGES.map((each) => reportOf(each, compileStage(root, each)));
    writeFileSync(path, withFigures(readFileSync(path, 'utf8'), reports));
    return `Written: ${PAGE}\n`;
  }
  const report = reportOf(stage, template === undefined ? compileStage(root, stage) : templateIn(template));
  return json ? `${JSON.stringify({ ...options, sections: report }, null, 2)}\n` : costText(report);
};

if (import.meta.main) {
  try {
    process.stdout.write(cost(process.argv.slice(2), resolve(import.meta.dirname, '..')));
  } catch (error) {
    process.stderr.write(`${(error as Error).message.trimEnd()}\n`);
    process.exitCode = 1;
  }
}
