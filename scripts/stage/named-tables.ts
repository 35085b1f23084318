import type { Resource, Template } from '../compiled-template.ts';
import type { StageOptions } from './stage-options.ts';

type NamedTables = Pick<StageOptions, 'ledgerTableName' | 'runsTableName'>;

const arnOf = (name: string, more = '') => ({
  'Fn::Sub': `arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/${name}${more}`,
});

/** What refers to the table, and the same beside it that refers to the other one. */
const beside = (statement: Record<string, unknown>, id: string, name: string): Record<string, unknown> => {
  const own = [statement['Resource']].flat();
  const others = own.map((each) => renamed(each, id, name)).filter((each, at) => !same(each, own[at]));
  return others.length === 0 ? statement : { ...statement, Resource: [...own, ...others] };
};

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/**
 * Roles keep what they had: versions that were published before, canaries, and runs under way work with the stage's own table
 * until they end.
 */
const extendRole = ({ Properties }: Resource, id: string, name: string): void => {
  for (const { PolicyDocument } of (Properties['Policies'] ?? []) as { PolicyDocument: { Statement: unknown } }[])
    PolicyDocument.Statement = [PolicyDocument.Statement]
      .flat()
      .map((statement) => beside(statement as Record<string, unknown>, id, name));
};

/** Whatever refers to the table with this logical id: its name, its ARN, or a text with its ARN in front. */
const renamed = (value: unknown, id: string, name: string): unknown => {
  if (Array.isArray(value)) return value.map((member) => renamed(member, id, name));
  if (typeof value !== 'object' || value === null) return value;
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Sub': text } = value as Readonly<Record<string, unknown>>;
  if (Ref === id) return name;
  if (Array.isArray(attribute) && attribute[0] === id && attribute[1] === 'Arn') return arnOf(name);
  if (typeof text === 'string' && text.startsWith(`\${${id}.Arn}`))
    return arnOf(name, text.slice(`\${${id}.Arn}`.length));
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, renamed(member, id, name)]));
};

/**
 * Lets functions and alarms work with tables that a restore has made, in place of the stage's own, and roles with both. Those stay
 * in the stack as they are: a stage can go back to them.
 */
export const declareTables = (template: Template, { ledgerTableName, runsTableName }: NamedTables): void => {
  const names = [
    ['LedgerTable', ledgerTableName],
    ['RunsTable', runsTableName],
  ] as const;
  for (const [id, name] of names) {
    if (name === null) continue;
    for (const [logicalId, resource] of Object.entries(template.Resources))
      if (resource.Type === 'AWS::IAM::Role') extendRole(resource, id, name);
      else if (logicalId !== id) Object.assign(resource, { Properties: renamed(resource.Properties, id, name) });
  }
};
