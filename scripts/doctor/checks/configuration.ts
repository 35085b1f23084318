import type { Template } from '../../compiled-template.ts';
import { saidByOsls } from '../../package.ts';
import { lengthDefect, roomForStage } from '../../stage/name-lengths.ts';
import { fail, type Finding, ok } from '../finding.ts';

/** Of CloudFormation: resources of a template, and bytes of one that is read from a bucket. */
const MAX_RESOURCES = 500;
const MAX_BYTES = 1_000_000;

export interface Compiled {
  readonly findings: readonly Finding[];
  /** `null`: there is none to look at. */
  readonly template: Template | null;
}

const sizeOf = (template: Template): Finding => {
  const count = Object.keys(template.Resources).length;
  const bytes = Buffer.byteLength(JSON.stringify(template));
  if (count > MAX_RESOURCES)
    return fail('configuration', `The stack would have ${count} resources, and CloudFormation takes ${MAX_RESOURCES}.`);
  if (bytes > MAX_BYTES)
    return fail('configuration', `The template has ${bytes} bytes, and CloudFormation takes ${MAX_BYTES}.`);
  return ok('configuration', `${count} resources.`);
};

/** Stages with names that are known to fit. */
const SHORT = 'dev';

const nameOf = (stage: string, template: Template): Finding => {
  // For the scripts it is the one of `npm start`, which they would administer in its place.
  if (stage === 'local')
    return fail('names', 'local is the stage of npm start: the scripts could not administer this one.');
  const defect = lengthDefect(template, stage);
  if (defect !== null) return fail('names', defect);
  const { room } = roomForStage(template);
  return ok('names', `All fit; a stage has at most ${stage.length + room} characters.`);
};

/** What a stage that does not compile is called where that is the reason: osls names a rule of its own first. */
const tooLong = (stage: string, compile: (stage: string) => Template): Finding | null => {
  if (stage.length <= SHORT.length) return null;
  try {
    const { Resources } = compile(SHORT);
    const text = JSON.stringify(Resources).replaceAll(/(ballast[-/])dev\b/g, `$1${stage}`);
    const found = nameOf(stage, { Resources: JSON.parse(text) as Template['Resources'] });
    return found.verdict === 'fail' ? found : null;
  } catch {
    return null;
  }
};

/** Compiles the stage as it would be deployed, and looks at what came of it. */
export const compileAndCheck = (stage: string, compile: (stage: string) => Template): Compiled => {
  try {
    const template = compile(stage);
    return { template, findings: [sizeOf(template), nameOf(stage, template)] };
  } catch (error) {
    const length = tooLong(stage, compile);
    if (length === null) return { template: null, findings: [fail('configuration', saidByOsls(error))] };
    return { template: null, findings: [fail('configuration', 'It does not compile with so long a name.'), length] };
  }
};
