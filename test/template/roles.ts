import { readDeclaredStage } from '../privilege/declared-stage.ts';
import { type Grant, grantsOf } from '../privilege/policy.ts';
import { at, ofType, type Template } from './template.ts';

const called = (resource: string): Grant => ({ action: 'lambda:InvokeFunction', resource, key: null });

/** Roles of services that call a function, each with the one function. */
export const CALLERS: Readonly<Record<string, readonly Grant[]>> = {
  ProbeScheduleRole: [called('ProbeDashdependenciesLiveLambdaAlias')],
  ReconcileScheduleRole: [called('ReconcileDashbudgetsLiveLambdaAlias')],
  DeliverScheduleRole: [called('DeliverDashwebhooksLiveLambdaAlias')],
  NotifyScheduleRole: [called('NotifyDashalarmLiveLambdaAlias')],
  SweepScheduleRole: [called('SweepDashrunsLiveLambdaAlias')],
};

/** Of CodeDeploy; test/template/canary.test.ts has what it may do. */
export const CANARY = 'CanaryRole';

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

/** `ForAllValues` alone holds of a request that names no key at all, too. */
const keylessDefects = (name: string, statement: unknown): string[] =>
  Object.entries((at(statement, 'Condition') ?? {}) as Record<string, object>)
    .filter(([operator]) => operator.startsWith('ForAllValues:'))
    .flatMap(([, keys]) => Object.keys(keys))
    .filter((key) => at(statement, 'Condition', 'Null', key) !== 'false')
    .map((key) => `${name}: ${String(at(statement, 'Sid'))} holds of requests without ${key}`);

const EXECUTIONS = /:function:ballast-\w+-execute-run:\*$/;

const isWild = ({ action, resource }: Grant): boolean =>
  action.includes('*') || (resource.includes('*') && !EXECUTIONS.test(resource));

const written = ({ action, resource, key }: Grant): string =>
  [action, resource, ...(key === null ? [] : [key])].join(' ');

const roleDefects = (template: Template, name: string, roleId: unknown, needed: readonly Grant[]): string[] => {
  const role = typeof roleId === 'string' ? template.Resources[roleId]?.Properties : undefined;
  if (role === undefined) return [`${name} has no role of its own`];
  const statements = list(role['Policies']).flatMap((policy) => list(at(policy, 'PolicyDocument', 'Statement')));
  const grants = statements.flatMap(grantsOf);
  const [has, needs] = [grants.map(written), needed.map(written)];
  return [
    ...(role['ManagedPolicyArns'] === undefined ? [] : [`${name} has managed policies`]),
    ...statements.flatMap((statement) => (at(statement, 'Effect') === 'Allow' ? [] : [`${name} is denied something`])),
    ...statements.flatMap((statement) => keylessDefects(name, statement)),
    ...grants.filter(isWild).map((grant) => `wildcard: ${written(grant)}`),
    ...has.filter((grant) => !needs.includes(grant)).map((grant) => `${name} does not need ${grant}`),
    ...needs.filter((grant) => !has.includes(grant)).map((grant) => `${name} lacks ${grant}`),
  ];
};

/**
 * Where a function's role is not exactly as `infra/` declares it, of which `test/privilege` shows that the function needs it;
 * or is shared. Empty when all is well.
 */
export const grantDefects = (template: Template, stage = 'dev'): string[] => {
  const { statements } = readDeclaredStage(stage);
  const roles = ofType(template, 'AWS::Lambda::Function').map(([, { Properties }]) => ({
    name: /^dist\/(.*)\/index\.handler$/.exec(String(Properties['Handler']))?.[1] ?? '',
    role: at(Properties, 'Role', 'Fn::GetAtt', 0),
  }));
  const unknown = ofType(template, 'AWS::IAM::Role').filter(
    ([id]) => !(id in CALLERS) && id !== CANARY && !roles.some(({ role }) => role === id),
  );
  const policies = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::RolePolicy'];
  return [
    ...roles.flatMap(({ name, role }) =>
      roleDefects(template, name, role, (statements.get(name) ?? []).flatMap(grantsOf)),
    ),
    ...Object.entries(CALLERS).flatMap(([id, grants]) => roleDefects(template, id, id, grants)),
    ...(new Set(roles.map(({ role }) => role)).size === roles.length ? [] : ['two functions share a role']),
    ...unknown.map(([id]) => `${id} belongs to no function`),
    ...policies.flatMap((type) => ofType(template, type)).map(([id]) => `${id} stands outside of the roles`),
  ];
};
