import { ofType, type Template, variablesOf } from '../../compiled-template.ts';
import { fail, type Finding, warn } from '../finding.ts';
import { awsCommand, type Deployment } from '../subject.ts';

const PARAMETERS = { LEDGER_TABLE: 'ledgerTableName', RUNS_TABLE: 'runsTableName' } as const;
const OWN = { LEDGER_TABLE: 'LedgerTable', RUNS_TABLE: 'RunsTable' } as const;
/** By which items of the runs table go. */
const EXPIRY = 'expiresAt';

/** Tables that the stage works with instead of its own, by the variable that names them. */
const restoredIn = (template: Template): (readonly [variable: keyof typeof PARAMETERS, name: string])[] => {
  const [, first] = ofType(template, 'AWS::Lambda::Function')[0] ?? [];
  const variables = first === undefined ? {} : variablesOf(first);
  return (['LEDGER_TABLE', 'RUNS_TABLE'] as const).flatMap((variable) => {
    const name = variables[variable];
    return typeof name === 'string' ? [[variable, name] as const] : [];
  });
};

/** Whether what a restore has made is there, is a table of this kind, and has what no restore brings. `null`: all is well. */
export const checkRestored = async (deployment: Deployment): Promise<Finding | null> => {
  for (const [variable, name] of restoredIn(deployment.template)) {
    const on = (command: string, ...words: readonly string[]) =>
      awsCommand(deployment, 'dynamodb', command, '--table-name', name, ...words);
    const found = await deployment.account.restoredTable(name);
    const parameter = PARAMETERS[variable];
    if (found === null)
      return fail('tables', `There is no table ${name}, which ${parameter} names: restore one, or name another.`, [
        awsCommand(deployment, 'dynamodb', 'list-tables'),
      ]);
    if (found.keys.join() !== 'pk,sk')
      return fail('tables', `${name}, which ${parameter} names, is no table of a stage: its keys are not pk and sk.`);
    const lifetimes =
      variable === 'RUNS_TABLE' && found.expiry !== EXPIRY
        ? [on('update-time-to-live', '--time-to-live-specification', `Enabled=true,AttributeName=${EXPIRY}`)]
        : [];
    const recovery = found.isRecoverable
      ? []
      : [on('update-continuous-backups', '--point-in-time-recovery-specification', 'PointInTimeRecoveryEnabled=true')];
    const own = deployment.template.Resources[OWN[variable]]?.Properties;
    const protection =
      own?.['DeletionProtectionEnabled'] === true && !found.isProtected
        ? [on('update-table', '--deletion-protection-enabled')]
        : [];
    const todo = [...recovery, ...protection, ...lifetimes];
    if (todo.length > 0) return warn('tables', `A restore has made ${name}, and it lacks what none brings.`, todo);
  }
  return null;
};
