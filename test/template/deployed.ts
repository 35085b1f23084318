import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packaged } from './packaged.ts';
import { type Environment, startEnvironment } from './runtime/environment.ts';
import { at, ofType, type Template } from './template.ts';

export interface Surroundings {
  /** What each reference of the template comes to. */
  readonly references: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  /** Where the template of `dev` and its zips are. Default: those of the repository. */
  readonly folder?: string | undefined;
  /** As `EnvironmentOptions` has it. */
  readonly concurrency?: number;
}

/** A function as the template has it. */
const declared = (folder: string, functionName: string): unknown => {
  const template = readFileSync(join(folder, 'cloudformation-template-update-stack.json'), 'utf8');
  const functions = ofType(JSON.parse(template) as Template, 'AWS::Lambda::Function');
  return functions.find(([, { Properties }]) => Properties['FunctionName'] === functionName)?.[1].Properties;
};

/** The function's own variables as the template sets them, each reference as the value that `references` gives it. */
const configured = (properties: unknown, references: Readonly<Record<string, string>>) => {
  const variables = at(properties, 'Environment', 'Variables') as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(variables).map(([key, value]) => {
      const id = at(value, 'Ref');
      return [key, typeof id === 'string' ? (references[id] ?? id) : String(value)];
    }),
  );
};

/** Begins an environment of a function as it is deployed: its package, its limit in time, the variables of the template. */
export const startDeployed = async (
  name: string,
  { references, env, folder: own, ...more }: Surroundings,
): Promise<Environment> => {
  const folder = own ?? join(await packaged(), 'dev');
  const functionName = `ballast-dev-${name}`;
  const properties = declared(folder, functionName);
  return startEnvironment({
    code: join(folder, `${name}.zip`),
    functionName,
    handler: String(at(properties, 'Handler')),
    variables: { ...configured(properties, references), ...env },
    timeoutMs: Number(at(properties, 'Timeout')) * 1_000,
    ...more,
  });
};
