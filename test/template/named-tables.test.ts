import { beforeAll, describe, expect, it } from 'vitest';
import { declareOptions } from '../../scripts/declare-options.ts';
import { packaged, packagedTemplate } from './packaged.ts';
import { only } from './stage-options.ts';
import { at, ofType, type Template } from './template.ts';

beforeAll(packaged);

/** By name, without versions and what leads to one: those are named after all that a function is. */
const settled = ({ Resources }: Template): Template['Resources'] =>
  Object.fromEntries(Object.entries(Resources).filter(([, { Type }]) => !/::Lambda::(?:Version|Alias)$/.test(Type)));

const withTables = async (set: Readonly<Record<string, string>>): Promise<Template> => {
  const template = await packagedTemplate('prod');
  declareOptions(template as never, only(set));
  return template;
};

/** Resources that refer to a table in any way, itself aside. */
const referringTo = ({ Resources }: Template, id: string): string[] =>
  Object.entries(Resources).flatMap(([name, { Properties }]) =>
    name !== id && new RegExp(`"${id}"|\\$\\{${id}[.}]`).test(JSON.stringify(Properties)) ? [name] : [],
  );

describe.each([
  ['LedgerTable', 'ledgerTableName', 'LEDGER_TABLE', 'ballast-prod-ledger-2'],
  ['RunsTable', 'runsTableName', 'RUNS_TABLE', 'ballast-prod-runs-2'],
])('%s, where another is named', (id, parameter, variable, name) => {
  it('is the one of each function and alarm, and roles have both', async () => {
    const own = await packagedTemplate('prod');
    const template = await withTables({ [parameter]: name });
    const before = referringTo(own, id);
    const roles = before.filter((each) => own.Resources[each]?.Type === 'AWS::IAM::Role');
    expect(referringTo(template, id)).toEqual(roles);
    const types = new Set(before.map((each) => own.Resources[each]?.Type));
    expect([...types].sort()).toEqual(['AWS::CloudWatch::Alarm', 'AWS::IAM::Role', 'AWS::Lambda::Function']);
    for (const each of before) expect(JSON.stringify(template.Resources[each])).toContain(name);
    for (const [, { Properties }] of ofType(template, 'AWS::Lambda::Function'))
      expect(at(Properties, 'Environment', 'Variables', variable)).toBe(name);
  });

  it('stays in the stack as it is, and nothing else changes', async () => {
    const own = await withTables({});
    const template = await withTables({ [parameter]: name });
    expect(template.Resources[id]).toEqual(own.Resources[id]);
    const untouched = (some: Template) =>
      Object.fromEntries(Object.entries(settled(some)).filter(([each]) => !referringTo(own, id).includes(each)));
    expect(untouched(template)).toEqual(untouched(own));
  });

  it('grants what was granted, on both', async () => {
    const arn = `arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/${name}`;
    const renamed = (value: unknown): unknown =>
      JSON.parse(
        JSON.stringify(value)
          .replaceAll(`{"Fn::GetAtt":["${id}","Arn"]}`, JSON.stringify({ 'Fn::Sub': arn }))
          .replaceAll(
            `{"Fn::Sub":"\${${id}.Arn}/index/byTenant"}`,
            JSON.stringify({ 'Fn::Sub': `${arn}/index/byTenant` }),
          )
          .replaceAll(`{"Ref":"${id}"}`, JSON.stringify(name)),
      );
    const grants = (template: Template) =>
      ofType(template, 'AWS::IAM::Role').map(([role, { Properties }]) => {
        const statements = at(Properties, 'Policies', 0, 'PolicyDocument', 'Statement') as { Resource?: unknown }[];
        return [role, statements.map(({ Resource, ...rest }) => [rest, [Resource].flat()])];
      });
    const wanted = grants(await withTables({})).map(([role, statements]) => [
      role,
      (statements as [object, unknown[]][]).map(([rest, own]) => {
        const others = renamed(own) as unknown[];
        return [
          rest,
          JSON.stringify(own) === JSON.stringify(others)
            ? own
            : [...own, ...others.filter((each, index) => JSON.stringify(each) !== JSON.stringify(own[index]))],
        ];
      }),
    ]);
    expect(grants(await withTables({ [parameter]: name }))).toEqual(wanted);
  });
});

it.each(['a', 'ballast prod', 'ballast/ledger', `b${'x'.repeat(255)}`])('no table can have the name %s', (name) => {
  expect(() => only({ ledgerTableName: name })).toThrow('ledgerTableName must be the name of a table of DynamoDB.');
});
