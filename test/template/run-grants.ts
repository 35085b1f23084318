import { ANTHROPIC_KEY, CREDENTIALS, each, type Grant, LOG } from './grants.ts';

export const EXECUTE_RUN_ALIAS = 'execute-run under its alias';
export const EXECUTE_RUN_EXECUTIONS = 'executions of execute-run';

/** Partitions of the runs table that belong to a run. */
const RUNS = '*/run_*';
const UNFINISHED = 'active#*';
const WAITING = 'queue#*';
const DUE = 'outbox#*';
const ERASED_LATER = 'erase#*';

const SESSIONS = 'session#*';

export const START: Grant = { action: 'lambda:InvokeFunction', on: EXECUTE_RUN_ALIAS };
const WAKE: Grant = { action: 'lambda:SendDurableExecutionCallbackSuccess', on: EXECUTE_RUN_EXECUTIONS };
const KEEP_RUNS = each(['GetItem', 'PutItem', 'Query', 'UpdateItem'], 'RunsTable', RUNS);
const KEEP_SESSIONS = each(['DeleteItem', 'GetItem', 'PutItem', 'Query'], 'RunsTable', SESSIONS);
const COUNT_LOST = each(['Query'], 'LedgerTable', 'budget#*', 'usage#*');
const START_WAITING = [
  ...each(['DeleteItem', 'Query'], 'RunsTable', WAITING),
  ...each(['PutItem'], 'RunsTable', WAITING),
  ...each(['DeleteItem', 'PutItem', 'Query'], 'ControlTable', 'slots#*'),
  ...KEEP_SESSIONS,
  START,
];

/** What each function about asynchronous runs does on AWS, and nothing else. */
export const RUN_GRANTS: Readonly<Record<string, readonly Grant[]>> = {
  'submit-run': [
    ...LOG('SubmitDashrunLogGroup'),
    ...CREDENTIALS,
    ...each(['DeleteItem', 'PutItem', 'Query'], 'ControlTable', 'idem#*', 'slots#*'),
    ...each(['UpdateItem'], 'ControlTable', 'rate#*'),
    ...each(['GetItem', 'PutItem'], 'LedgerTable', 'user-name#*'),
    ...each(['PutItem'], 'RunsTable', RUNS, UNFINISHED, WAITING),
    ...KEEP_SESSIONS,
    ...COUNT_LOST,
    ...each(['GetItem', 'Query'], 'RunsTable', RUNS),
    ...each(['DeleteItem', 'Query'], 'RunsTable', WAITING),
    { action: 'dynamodb:Query', on: 'RunsTable/index/byTenant' },
    START,
  ],
  sessions: [
    ...LOG('SessionsLogGroup'),
    ...CREDENTIALS,
    ...KEEP_SESSIONS,
    ...each(['DeleteItem', 'GetItem', 'Query'], 'RunsTable', RUNS),
    { action: 'dynamodb:Query', on: 'RunsTable/index/byTenant' },
    ...each(['DeleteItem', 'Query'], 'ControlTable', 'idem#*'),
    ...each(['GetItem'], 'LedgerTable', 'user-name#*'),
    ...COUNT_LOST,
  ],
  'control-run': [
    ...LOG('ControlDashrunLogGroup'),
    ...CREDENTIALS,
    ...KEEP_RUNS,
    ...each(['Query'], 'RunsTable', UNFINISHED),
    ...each(['PutItem', 'Query'], 'LedgerTable', 'audit'),
    START,
    WAKE,
  ],
  'execute-run': [
    ...LOG('ExecuteDashrunLogGroup'),
    { action: 'lambda:CheckpointDurableExecution', on: EXECUTE_RUN_EXECUTIONS },
    { action: 'lambda:GetDurableExecutionState', on: EXECUTE_RUN_EXECUTIONS },
    WAKE,
    { action: 'sqs:SendMessage', on: 'RunDeadLetters' },
    ...KEEP_RUNS,
    ...each(['PutItem'], 'RunsTable', DUE, ERASED_LATER),
    ...each(['DeleteItem'], 'RunsTable', UNFINISHED, RUNS),
    ...START_WAITING,
    ...each(['UpdateItem'], 'ControlTable', 'rate#*'),
    ...each(['GetItem', 'PutItem'], 'ControlTable', 'circuits', 'rests'),
    ...each(['Query'], 'ControlTable', 'rests'),
    ...each(['PutItem', 'Query'], 'ControlTable', 'cache#*'),
    ...each(['DeleteItem', 'PutItem', 'Query'], 'ControlTable', 'parked'),
    ...each(['PutItem'], 'ControlTable', 'spent'),
    ...each(['PutItem'], 'LedgerTable', 'usage#*', 'tool-usage#*', 'rollup#*'),
    ...each(['UpdateItem'], 'LedgerTable', 'budget#*'),
    ...each(['GetItem'], 'LedgerTable', 'tenants', 'budget#*', 'usage#*'),
    ...each(['Query'], 'LedgerTable', 'budget#*', 'usage#*', 'tool-usage#*'),
    ANTHROPIC_KEY,
  ],
  'sweep-runs': [
    ...LOG('SweepDashrunsLogGroup'),
    ...each(['DeleteItem', 'Query'], 'RunsTable', UNFINISHED),
    ...KEEP_RUNS,
    ...START_WAITING,
    ...each(['PutItem'], 'RunsTable', DUE, ERASED_LATER),
    ...each(['PutItem'], 'RunsTable', UNFINISHED),
    ...each(['Query'], 'RunsTable', ERASED_LATER),
    ...each(['DeleteItem'], 'RunsTable', ERASED_LATER, RUNS),
    ...each(['GetItem'], 'LedgerTable', 'tenants'),
    ...COUNT_LOST,
    WAKE,
    ...each(['DeleteItem', 'PutItem', 'Query'], 'RunsTable', 'erase-users'),
    { action: 'dynamodb:Query', on: 'RunsTable/index/byTenant' },
    ...each(['DeleteItem', 'Query'], 'ControlTable', 'idem#*', 'idem-of#*'),
    ...each(['DeleteItem'], 'ControlTable', 'cache#*'),
    ...each(['DeleteItem'], 'LedgerTable', 'user-name#*'),
    ...each(['UpdateItem'], 'LedgerTable', 'usage#*'),
    ...each(['GetItem', 'PutItem', 'Query'], 'LedgerTable', 'rollup#*'),
    ...each(['Query'], 'LedgerTable', 'tool-usage#*'),
  ],
  'project-run-status': [
    ...LOG('ProjectDashrunDashstatusLogGroup'),
    { action: 'sqs:SendMessage', on: 'RunStatusDeadLetters' },
    ...each(['DeleteItem', 'Query'], 'RunsTable', UNFINISHED),
    ...KEEP_RUNS,
    ...START_WAITING,
    ...COUNT_LOST,
    ...each(['PutItem'], 'RunsTable', DUE, ERASED_LATER),
    ...each(['GetItem'], 'LedgerTable', 'tenants'),
  ],
  'deliver-webhooks': [
    ...LOG('DeliverDashwebhooksLogGroup'),
    ...each(['DeleteItem', 'GetItem', 'Query', 'UpdateItem'], 'RunsTable', RUNS),
    ...each(['DeleteItem', 'PutItem', 'Query'], 'RunsTable', DUE),
    { action: 'secretsmanager:GetSecretValue', on: 'WebhookSecret' },
    { action: 'secretsmanager:GetSecretValue', on: 'AlertsSecret' },
  ],
};
