import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { nameError } from '../lib/telemetry/describe-error.ts';
import { proxiedHandler } from './proxy.ts';
import { type TableNames, TablesUnknown } from './table-names.ts';

/** The function that is asked: every function of a stage has the same tables. */
const ASKED = 'run-agent';

const unknown = (stage: string, why: string, cause?: unknown): TablesUnknown =>
  new TablesUnknown(
    `AWS does not say which tables the stage ${stage} works with (${why}): see that it is deployed, that credentials and ` +
      'region are those of its account and allow lambda:GetFunctionConfiguration, or name both tables by LEDGER_TABLE and RUNS_TABLE.',
    { cause },
  );

const variablesOf = async (stage: string, region: string | undefined): Promise<Readonly<Record<string, string>>> => {
  const client = new LambdaClient({ requestHandler: proxiedHandler(), ...(region === undefined ? {} : { region }) });
  try {
    // By the alias, since `versions --to` may have gone back to an earlier version.
    const asked = new GetFunctionConfigurationCommand({ FunctionName: `ballast-${stage}-${ASKED}`, Qualifier: 'live' });
    return (await client.send(asked)).Environment?.Variables ?? {};
  } catch (error) {
    throw unknown(stage, nameError(error), error);
  } finally {
    client.destroy();
  }
};

/**
 * The tables that the functions of a stage work with, which after a restore are not all its own (docs/backups.md). Rejects
 * with `TablesUnknown`.
 */
export const deployedTables = async (stage: string, region: string | undefined): Promise<TableNames> => {
  const { CONTROL_TABLE, LEDGER_TABLE, RUNS_TABLE } = await variablesOf(stage, region);
  if (!CONTROL_TABLE || !LEDGER_TABLE || !RUNS_TABLE)
    throw unknown(stage, `${ASKED} names none, or these credentials may not decrypt its variables`);
  return { CONTROL_TABLE, LEDGER_TABLE, RUNS_TABLE };
};
