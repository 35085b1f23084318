import { parse } from 'yaml';
import { nearestName } from '../../lib/kernel/nearest-name.ts';

/** Parameters by stage; those of `default` hold for every stage that does not say otherwise. */
export type Parameters = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The file is not what it should be; the message is for its author. */
export class WrongStages extends Error {}

const STAGE = /^[A-Za-z][A-Za-z0-9-]{0,63}$/;

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const check = (holds: boolean, sentence: string): void => {
  if (!holds) throw new WrongStages(`stages.yml: ${sentence}`);
};

const parsed = (text: string): unknown => {
  try {
    return parse(text) ?? {};
  } catch (error) {
    const [said = ''] = (error as Error).message.split('\n');
    throw new WrongStages(`stages.yml is no YAML: ${said.replace(/:$/, '')}.`);
  }
};

/**
 * The parameters of Ballast with those of a project in their place. Throws `WrongStages` that names the first one that Ballast does
 * not have, or that is no single value.
 */
export const withParameters = (base: Parameters, text: string): Parameters => {
  const known = Object.keys(base['default'] ?? {});
  const own = parsed(text);
  check(isMap(own), 'it is a list of stages, each with its parameters.');
  const stages = Object.entries(own as Readonly<Record<string, unknown>>).map(([stage, values]) => {
    check(STAGE.test(stage), `${stage} is no name of a stage: letters, digits and -.`);
    const parameters = values ?? {};
    check(isMap(parameters), `${stage} has no parameters: write them below it, as logLevel: INFO.`);
    for (const [name, value] of Object.entries(parameters)) {
      const meant = nearestName(name, known);
      const hint = meant === null ? 'serverless.yml of Ballast has them all.' : `Did you mean ${meant}?`;
      check(known.includes(name), `${stage}.${name} is no parameter. ${hint}`);
      check(['string', 'number', 'boolean'].includes(typeof value), `${stage}.${name} is one value.`);
    }
    return [stage, { ...base[stage], ...parameters }] as const;
  });
  return { ...base, ...Object.fromEntries(stages) };
};
