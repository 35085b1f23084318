import DeclareOptions from '../../scripts/declare-options.ts';
import DeclareStage from '../../scripts/declare-stage.ts';
import DeclareToolSecrets from '../../scripts/declare-tool-secrets.ts';
import DeclareTracing from '../../scripts/declare-tracing.ts';
import { at, ofType, type Resource, resource, type Template } from '../template/template.ts';
import { type Parameters, readService, type Service } from './read-service.ts';

/** A stage as `serverless.yml`, `infra/` and the plugins of osls declare it, without its being built. */
export interface DeclaredStage {
  /** The functions with their roles, and all of `infra/`, after the plugins. */
  readonly template: Template;
  /** The statements of each function's own role, by the function's name. */
  readonly statements: ReadonlyMap<string, readonly unknown[]>;
  /** The variables of each function, by its name; a reference is the logical id that it is of. */
  readonly variables: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

type Plugin = new (osls: never) => { readonly hooks: Readonly<Record<string, () => void>> };

/** By the names that `serverless.yml` has for them. */
const PLUGINS: Readonly<Record<string, Plugin>> = {
  './scripts/declare-stage.ts': DeclareStage,
  './scripts/declare-tool-secrets.ts': DeclareToolSecrets,
  './scripts/declare-tracing.ts': DeclareTracing,
  './scripts/declare-options.ts': DeclareOptions,
};

const HOOK = 'after:aws:package:finalize:mergeCustomProviderResources';

/** As the tests of the packages have theirs: with the secrets that only some stages use. */
const EVERY_SECRET: Parameters = { secretsInAdvance: true };

/** `run-agent` as osls names what it makes of a function. */
const logicalName = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1)}`.replaceAll('-', 'Dash');

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

/** The template before the plugins, as far as they and the roles of the functions need it. */
const compiled = ({ provider, functions, resources }: Service, stage: string): Template => {
  const made = Object.entries(functions).flatMap(([name, { role, handler }]): [string, Resource][] => {
    const Properties = {
      FunctionName: `ballast-${stage}-${name}`,
      Handler: handler,
      Role: { 'Fn::GetAtt': [role, 'Arn'] },
      Environment: { Variables: provider.environment },
    };
    return [
      [`${logicalName(name)}LambdaFunction`, { Type: 'AWS::Lambda::Function', Properties }],
      [`${logicalName(name)}LogGroup`, { Type: 'AWS::Logs::LogGroup', Properties: {} }],
    ];
  });
  const Resources = {
    ApiGatewayRestApi: { Type: 'AWS::ApiGateway::RestApi', Properties: {} },
    ...Object.fromEntries(made),
    ...Object.assign({}, ...resources.map((part) => part.Resources ?? {})),
  } as Template['Resources'];
  // No two resources share an object, although YAML lets roles share statements.
  return JSON.parse(JSON.stringify({ Resources })) as Template;
};

const declare = (template: Template, { plugins, custom }: Service, stage: string): void => {
  const service = { custom, provider: { compiledCloudFormationTemplate: template, stage } };
  for (const path of plugins) {
    const Declared = PLUGINS[path];
    if (Declared === undefined) throw new Error(`No known plugin: ${path}`);
    new Declared({ service } as never).hooks[HOOK]?.();
  }
};

const functionsOf = (template: Template, stage: string): [string, Resource][] =>
  ofType(template, 'AWS::Lambda::Function').map(([, one]) => [
    String(one.Properties['FunctionName']).replace(`ballast-${stage}-`, ''),
    one,
  ]);

const statementsOf = (template: Template, { Properties }: Resource): unknown[] =>
  list(resource(template, String(at(Properties, 'Role', 'Fn::GetAtt', 0))).Properties['Policies']).flatMap((policy) =>
    list(at(policy, 'PolicyDocument', 'Statement')),
  );

const variablesOf = ({ Properties }: Resource): Record<string, string> =>
  Object.fromEntries(
    Object.entries(at(Properties, 'Environment', 'Variables') as object).map(([name, value]: [string, unknown]) => [
      name,
      String(at(value, 'Ref') ?? value),
    ]),
  );

/** A stage with these parameters, and for the rest with its own. */
export const readDeclaredStage = (stage = 'dev', set: Parameters = EVERY_SECRET): DeclaredStage => {
  const service = readService(stage, set);
  const template = compiled(service, stage);
  declare(template, service, stage);
  const functions = functionsOf(template, stage);
  return {
    template,
    statements: new Map(functions.map(([name, one]) => [name, statementsOf(template, one)])),
    variables: new Map(functions.map(([name, one]) => [name, variablesOf(one)])),
  };
};
