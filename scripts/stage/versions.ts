import { createHash } from 'node:crypto';
import { functionIdOf, ofType, type Resource, type Template } from '../compiled-template.ts';

/** The alias under which everything invokes a function. A durable function has one of its own from the framework. */
const LIVE = 'live';

/** What Lambda keeps of a function as a whole, and not of each version. The code is told by its hash. */
const OF_ALL_VERSIONS = ['Code', 'ReservedConcurrentExecutions', 'Tags'];

/** Where something is invoked, or may be: a reference to a function in one of these is to be to its alias. */
const INVOKING = [
  'AWS::ApiGateway::Method',
  'AWS::Events::Rule',
  'AWS::IAM::Role',
  'AWS::Lambda::Permission',
  'AWS::SNS::Subscription',
  'AWS::Scheduler::Schedule',
];

const stemOf = (functionId: string): string => functionId.replace(/LambdaFunction$/, '');

/** With the keys of each object in order, so that the same settings are the same text. */
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
};

const digestOf = ({ Properties }: Resource, codeSha256: unknown): string => {
  const own = Object.entries(Properties).filter(([name]) => !OF_ALL_VERSIONS.includes(name));
  const text = JSON.stringify([codeSha256, sorted(Object.fromEntries(own))]);
  return createHash('sha256').update(text).digest('hex');
};

const functionNamed = ({ Resources }: Template, id: string): Resource => {
  const found = Resources[id];
  if (found === undefined) throw new Error(`The template lacks ${id}.`);
  return found;
};

/**
 * Names each version after all that it consists of. The framework names it before plugins have changed the function, so that a
 * deployment which changes only what they set would publish nothing. Versions stay when they leave the template: an environment
 * may still work on one, and a run may wait on it for weeks. Only that of a deployment that is taken back goes with it: while it
 * is the newest one, Lambda publishes the same code and settings no second time, and the commit could not be deployed again.
 */
const renameVersions = (template: Template): ReadonlyMap<string, string> => {
  const versions = new Map<string, string>();
  for (const [id, version] of ofType(template, 'AWS::Lambda::Version')) {
    const functionId = functionIdOf(version);
    const digest = digestOf(functionNamed(template, functionId), version.Properties['CodeSha256']);
    const renamed = `${stemOf(functionId)}LambdaVersion${digest}`;
    delete template.Resources[id];
    template.Resources[renamed] = {
      ...version,
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    };
    versions.set(functionId, renamed);
    // Nobody reads it, and a stack has few outputs.
    delete template.Outputs?.[`${functionId}QualifiedArn`];
  }
  return versions;
};

const makeAlias = (template: Template, functionId: string): string => {
  const id = `${stemOf(functionId)}LiveLambdaAlias`;
  template.Resources[id] = {
    Type: 'AWS::Lambda::Alias',
    Properties: { FunctionName: { Ref: functionId }, Name: LIVE },
  };
  return id;
};

/** Moves each alias to the version of this deployment, and gives one to each function that has none. The aliases, by functions. */
const moveAliases = (template: Template, versions: ReadonlyMap<string, string>): ReadonlyMap<string, string> => {
  const aliases = new Map(ofType(template, 'AWS::Lambda::Alias').map(([id, alias]) => [functionIdOf(alias), id]));
  for (const [functionId, version] of versions) {
    const id = aliases.get(functionId) ?? makeAlias(template, functionId);
    functionNamed(template, id).Properties['FunctionVersion'] = { 'Fn::GetAtt': [version, 'Version'] };
    aliases.set(functionId, id);
  }
  return aliases;
};

const qualified = (value: unknown, aliases: ReadonlyMap<string, string>): unknown => {
  if (Array.isArray(value)) return value.map((inner) => qualified(inner, aliases));
  if (typeof value !== 'object' || value === null) return value;
  const [id, attribute] = (value as { 'Fn::GetAtt'?: readonly string[] })['Fn::GetAtt'] ?? [];
  const alias = attribute === 'Arn' ? aliases.get(String(id)) : undefined;
  // What an alias refers to as is its ARN, with its name at the end.
  if (alias !== undefined) return { Ref: alias };
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, qualified(inner, aliases)]));
};

const qualifyRetries = (template: Template, aliases: ReadonlyMap<string, string>): void => {
  for (const [, config] of ofType(template, 'AWS::Lambda::EventInvokeConfig')) {
    const alias = aliases.get(functionIdOf(config));
    if (alias === undefined || config.Properties['Qualifier'] !== '$LATEST') continue;
    config.Properties['Qualifier'] = LIVE;
    config.DependsOn = [alias];
  }
};

/**
 * Publishes a version of each function that has changed, and has everything invoke functions by an alias, so that a deployment
 * can move a part of the traffic at first, and back. Last of all: a version holds the function as it is then.
 */
export const declareVersions = (template: Template): void => {
  const aliases = moveAliases(template, renameVersions(template));
  for (const type of INVOKING)
    for (const [id, resource] of ofType(template, type))
      template.Resources[id] = {
        ...resource,
        Properties: qualified(resource.Properties, aliases) as Resource['Properties'],
      };
  qualifyRetries(template, aliases);
};
