import { ALERTS, ANTHROPIC_KEY, CREDENTIALS, each, type Grant, KEY_USES, LOG, TOKENS } from './grants.ts';
import { EXECUTE_RUN_ALIAS, EXECUTE_RUN_EXECUTIONS, RUN_GRANTS, START } from './run-grants.ts';
import { at, ofType, type Template } from './template.ts';

/** What each function does on AWS, and nothing else. No grant holds a wildcard, but for the executions of execute-run. */
export const GRANTS: Readonly<Record<string, readonly Grant[]>> = {
  'run-agent': [
    ...LOG('RunDashagentLogGroup'),
    ...CREDENTIALS,
    ...each(['PutItem'], 'LedgerTable', 'usage#*', 'tool-usage#*'),
    ...each(['GetItem', 'PutItem'], 'LedgerTable', 'user-name#*'),
    ...each(['UpdateItem'], 'LedgerTable', 'budget#*'),
    ...each(['GetItem'], 'LedgerTable', 'budget#*', 'usage#*'),
    ...each(['UpdateItem'], 'ControlTable', 'rate#*'),
    ...each(['DeleteItem', 'PutItem'], 'ControlTable', 'parked'),
    ...each(['PutItem'], 'ControlTable', 'spent'),
    ...each(['DeleteItem', 'PutItem', 'Query'], 'ControlTable', 'slots#*'),
    { action: 'dynamodb:PutItem', on: 'RunsTable' },
    ...each(['DeleteItem', 'GetItem', 'Query'], 'RunsTable', 'session#*'),
    ...each(['GetItem', 'Query'], 'RunsTable', '*/run_*'),
    ...each(['DeleteItem', 'Query'], 'RunsTable', 'queue#*'),
    START,
    ...each(['Query'], 'LedgerTable', 'budget#*', 'usage#*'),
    ...each(['GetItem', 'PutItem'], 'ControlTable', 'circuits', 'rests'),
    ...each(['Query'], 'ControlTable', 'rests'),
    ...each(['DeleteItem', 'PutItem', 'Query'], 'ControlTable', 'idem#*'),
    ...each(['PutItem', 'Query'], 'ControlTable', 'cache#*'),
    ANTHROPIC_KEY,
  ],
  messages: [
    ...LOG('MessagesLogGroup'),
    ...CREDENTIALS,
    ...each(['PutItem'], 'LedgerTable', 'usage#*'),
    ...each(['GetItem', 'PutItem'], 'LedgerTable', 'user-name#*'),
    ...each(['PutItem'], 'ControlTable', 'idem-of#*'),
    ...each(['UpdateItem'], 'LedgerTable', 'budget#*'),
    ...each(['GetItem'], 'LedgerTable', 'budget#*', 'usage#*'),
    ...each(['UpdateItem'], 'ControlTable', 'rate#*'),
    ...each(['DeleteItem', 'PutItem'], 'ControlTable', 'parked'),
    ...each(['PutItem'], 'ControlTable', 'spent'),
    ...each(['GetItem', 'PutItem'], 'ControlTable', 'circuits', 'rests'),
    ...each(['Query'], 'ControlTable', 'rests'),
    ...each(['DeleteItem', 'PutItem', 'Query'], 'ControlTable', 'idem#*', 'slots#*'),
    ANTHROPIC_KEY,
  ],
  'ask-provider': [
    ...LOG('AskDashproviderLogGroup'),
    ...CREDENTIALS,
    ...each(['UpdateItem'], 'ControlTable', 'rate#*'),
    ...each(['GetItem'], 'ControlTable', 'circuits'),
    ANTHROPIC_KEY,
  ],
  'get-run': [
    ...LOG('GetDashrunLogGroup'),
    ...CREDENTIALS,
    { action: 'dynamodb:GetItem', on: 'RunsTable' },
    { action: 'dynamodb:Query', on: 'RunsTable' },
  ],
  'run-events': [
    ...LOG('RunDasheventsLogGroup'),
    ...CREDENTIALS,
    { action: 'dynamodb:GetItem', on: 'RunsTable' },
    { action: 'dynamodb:Query', on: 'RunsTable' },
  ],
  'list-agents': [...LOG('ListDashagentsLogGroup'), ...CREDENTIALS],
  admin: [
    ...LOG('AdminLogGroup'),
    TOKENS,
    { action: 'secretsmanager:GetSecretValue', on: 'WebhookSecret' },
    ...KEY_USES,
    ...each(['Query'], 'ControlTable', 'key-use#*'),
    ...each(['GetItem'], 'LedgerTable', 'key#*', 'tenants', 'tenant-keys#*'),
    ...each(['PutItem'], 'LedgerTable', 'key#*', 'tenants', 'tenant-keys#*', 'audit'),
    ...each(['DeleteItem'], 'LedgerTable', 'key#*', 'tenant-keys#*'),
    ...each(['Query'], 'LedgerTable', 'tenants', 'tenant-keys#*', 'audit'),
    ...each(['GetItem', 'PutItem', 'Query'], 'ControlTable', 'circuits', 'rests'),
    ...each(['PutItem'], 'RunsTable', 'erase-users'),
  ],
  'report-usage': [
    ...LOG('ReportDashusageLogGroup'),
    ...CREDENTIALS,
    ...each(['GetItem'], 'LedgerTable', 'rollup#*'),
    ...each(['Query'], 'LedgerTable', 'tenants', 'usage#*', 'tool-usage#*', 'rollup#*', 'budget#*'),
    ...each(['Query'], 'LedgerTable', 'user-name#*'),
  ],
  health: [
    ...LOG('HealthLogGroup'),
    { action: 'dynamodb:Query', on: 'ControlTable', keys: ['circuits', 'health'] },
    ANTHROPIC_KEY,
  ],
  console: LOG('ConsoleLogGroup'),
  'describe-api': LOG('DescribeDashapiLogGroup'),
  'probe-dependencies': [
    ...LOG('ProbeDashdependenciesLogGroup'),
    { action: 'dynamodb:GetItem', on: 'ControlTable', keys: ['circuits', 'health'] },
    { action: 'dynamodb:PutItem', on: 'ControlTable', keys: ['circuits', 'health'] },
    { action: 'dynamodb:Query', on: 'ControlTable', keys: ['circuits'] },
    ANTHROPIC_KEY,
    { action: 'secretsmanager:GetSecretValue', on: 'AlertsSecret' },
  ],
  'reconcile-budgets': [
    ...LOG('ReconcileDashbudgetsLogGroup'),
    ...each(['Query'], 'LedgerTable', 'tenants', 'budget#*', 'usage#*', 'tool-usage#*', 'rollup#*'),
    ...each(['GetItem'], 'LedgerTable', 'usage#*', 'rollup#*'),
    ...each(['PutItem'], 'LedgerTable', 'usage#*', 'rollup#*'),
    ...each(['UpdateItem'], 'LedgerTable', 'budget#*', 'rollup#*'),
    ...each(['DeleteItem', 'PutItem', 'Query'], 'ControlTable', 'parked'),
    ...each(['DeleteItem', 'Query'], 'ControlTable', 'spent'),
    ...ALERTS,
  ],
  'notify-alarm': [
    ...LOG('NotifyDashalarmLogGroup'),
    ...ALERTS,
    ...each(['GetItem', 'Query'], 'ControlTable', 'alert#*'),
    { action: 'sqs:SendMessage', on: 'NotifyDeadLetters' },
  ],
  ...RUN_GRANTS,
};

/** Roles of services that call a function, each with the one function. */
export const CALLERS: Readonly<Record<string, readonly Grant[]>> = {
  ProbeScheduleRole: [{ action: 'lambda:InvokeFunction', on: 'ProbeDashdependenciesLambdaFunction' }],
  ReconcileScheduleRole: [{ action: 'lambda:InvokeFunction', on: 'ReconcileDashbudgetsLambdaFunction' }],
  DeliverScheduleRole: [{ action: 'lambda:InvokeFunction', on: 'DeliverDashwebhooksLambdaFunction' }],
  NotifyScheduleRole: [{ action: 'lambda:InvokeFunction', on: 'NotifyDashalarmLambdaFunction' }],
  SweepScheduleRole: [{ action: 'lambda:InvokeFunction', on: 'SweepDashrunsLambdaFunction' }],
};

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

const EXECUTE_RUN =
  /^arn:\$\{AWS::Partition\}:lambda:\$\{AWS::Region\}:\$\{AWS::AccountId\}:function:ballast-\w+-execute-run:(durable|\*)$/;

/** What is named instead of referred to: the one function that refers to itself, and an index. */
const named = (text: string): string => {
  const qualifier = EXECUTE_RUN.exec(text)?.[1];
  if (qualifier !== undefined) return qualifier === '*' ? EXECUTE_RUN_EXECUTIONS : EXECUTE_RUN_ALIAS;
  return text.replace(/^\$\{(\w+)\.Arn\}\/index\/(\w+)$/, '$1/index/$2');
};

/** A resource by the logical id it refers to; anything else stands as it is, and so matches no list. */
const target = (value: unknown): string => {
  const [id, attribute] = list(at(value, 'Fn::GetAtt'));
  if (typeof id === 'string' && attribute === 'Arn') return id;
  if (typeof at(value, 'Fn::Sub') === 'string') return named(String(at(value, 'Fn::Sub')));
  return typeof at(value, 'Ref') === 'string' ? String(at(value, 'Ref')) : JSON.stringify(value);
};

const granted = (statement: unknown): Grant[] => {
  const keys = at(statement, 'Condition', 'ForAllValues:StringLike', 'dynamodb:LeadingKeys') as string[] | undefined;
  return list(at(statement, 'Action')).flatMap((action) =>
    list(at(statement, 'Resource')).map((on) => ({
      action: String(action),
      on: target(on),
      ...(keys === undefined ? {} : { keys }),
    })),
  );
};

/** `ForAllValues` alone holds of a request that names no key at all, too. */
const keylessDefects = (name: string, statement: unknown): string[] =>
  Object.entries((at(statement, 'Condition') ?? {}) as Record<string, object>)
    .filter(([operator]) => operator.startsWith('ForAllValues:'))
    .flatMap(([, keys]) => Object.keys(keys))
    .filter((key) => at(statement, 'Condition', 'Null', key) !== 'false')
    .map((key) => `${name}: ${String(at(statement, 'Sid'))} holds of requests without ${key}`);

const written = (grants: readonly Grant[]): string[] =>
  grants.map(({ action, on, keys }) => [action, on, ...(keys ?? [])].join(' ')).sort();

const roleDefects = (
  template: Template,
  name: string,
  roleId: unknown,
  grants: readonly Grant[] = GRANTS[name] ?? [],
): string[] => {
  const role = typeof roleId === 'string' ? template.Resources[roleId]?.Properties : undefined;
  if (role === undefined) return [`${name} has no role of its own`];
  const statements = list(role['Policies']).flatMap((policy) => list(at(policy, 'PolicyDocument', 'Statement')));
  const has = written(statements.flatMap(granted));
  const needs = written(grants);
  return [
    ...(role['ManagedPolicyArns'] === undefined ? [] : [`${name} has managed policies`]),
    ...statements.flatMap((statement) => (at(statement, 'Effect') === 'Allow' ? [] : [`${name} is denied something`])),
    ...statements.flatMap((statement) => keylessDefects(name, statement)),
    ...has.filter((grant) => grant.includes('"*"') || /[:*]\*/.test(grant)).map((grant) => `wildcard: ${grant}`),
    ...has.filter((grant) => !needs.includes(grant)).map((grant) => `${name} does not need ${grant}`),
    ...needs.filter((grant) => !has.includes(grant)).map((grant) => `${name} lacks ${grant}`),
  ];
};

/** Where a function's role is not exactly what it needs, or is shared; empty when all is well. */
export const grantDefects = (template: Template): string[] => {
  const roles = ofType(template, 'AWS::Lambda::Function').map(([, { Properties }]) => ({
    name: /^dist\/(.*)\/index\.handler$/.exec(String(Properties['Handler']))?.[1] ?? '',
    role: at(Properties, 'Role', 'Fn::GetAtt', 0),
  }));
  const unknown = ofType(template, 'AWS::IAM::Role').filter(
    ([id]) => !(id in CALLERS) && !roles.some(({ role }) => role === id),
  );
  const policies = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::RolePolicy'];
  return [
    ...roles.flatMap(({ name, role }) => roleDefects(template, name, role)),
    ...Object.entries(CALLERS).flatMap(([id, grants]) => roleDefects(template, id, id, grants)),
    ...(new Set(roles.map(({ role }) => role)).size === roles.length ? [] : ['two functions share a role']),
    ...unknown.map(([id]) => `${id} belongs to no function`),
    ...policies.flatMap((type) => ofType(template, type)).map(([id]) => `${id} stands outside of the roles`),
  ];
};
