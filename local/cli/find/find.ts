import { nameError } from '../../../lib/telemetry/describe-error.ts';
import { dataDirectoryOf, readAddress } from '../../data-files.ts';
import { type Call, verbOf } from '../parts.ts';
import { Misused, Refused } from '../verb.ts';
import { type FoundRun, readRun } from './books.ts';
import { causesIn } from './causes.ts';
import { queryFor } from './cloudwatch.ts';
import { deployedLines } from './deployed-lines.ts';
import { linesOf, namedIn } from './lines.ts';
import { readLocalLog } from './local-log.ts';
import { report } from './report.ts';

const USAGE = `Shows everything about one request: its lines in the log, its run, each attempt at a model, and the money on the books.

  npx ballast find <request-id>            as every answer has it in its header request-id
  npx ballast find <run id>
  npx ballast find <id> --stage prod --region eu-central-1

  --stage <stage>    of this stage on AWS, by CloudWatch Logs Insights (the AWS CLI) and its tables, with your credentials,
                     with what API Gateway answered and how Lambda ended the function; default: of npm start on this machine
  --region <region>  default: AWS_REGION, or that of your profile
  --tenant <tenant>  whose it is, where no line says so
  --hours <n>        how far back to look, where the id does not say when it was born (default: 24)
  --json             print what is found as JSON
`;

const STAGE = /^[A-Za-z0-9-]{1,64}$/;

const readRuns = async (
  call: Call,
  stage: string | undefined,
  { runIds, tenantId }: ReturnType<typeof namedIn>,
): Promise<FoundRun[]> => {
  if (runIds.length === 0) return [];
  const { shell } = call;
  const endpoint = stage === undefined ? readAddress(dataDirectoryOf(shell))?.dynamoDb : undefined;
  if (stage === undefined && endpoint === undefined)
    throw new Refused('The local server does not run: start it with npm run dev, for what its database knows.');
  // A run has a tenant; on this machine it is nearly always this one.
  const tenant = call.text('tenant') ?? tenantId ?? (stage === undefined ? 'demo' : null);
  if (tenant === null) throw new Refused('No line says whose it is: name the tenant by --tenant.');
  const { openStage } = await import('../../../scripts/open-stage.ts');
  const { TablesUnknown } = await import('../../../scripts/table-names.ts');
  const stores = await openStage(stage ?? 'local', call.text('region'), endpoint).catch((error: unknown) => {
    throw error instanceof TablesUnknown ? new Refused(error.message, { cause: error }) : error;
  });
  try {
    return await Promise.all(runIds.map((runId) => readRun(stores, { tenantId: tenant, runId }, shell.clock)));
  } catch (error) {
    throw new Refused(`The tables of ${stage ?? 'the local server'} cannot be read (${nameError(error)}).`, {
      cause: error,
    });
  } finally {
    stores.close();
  }
};

const find = async (call: Call): Promise<number> => {
  const [id = ''] = call.words;
  const stage = call.text('stage');
  if (stage !== undefined && !STAGE.test(stage)) throw new Misused('--stage is 1 to 64 letters, digits and -.');
  queryFor(id);
  const lines =
    stage === undefined ? linesOf(readLocalLog(dataDirectoryOf(call.shell)), id) : await deployedLines(call, stage, id);
  const runs = await readRuns(call, stage, namedIn(lines, id));
  const isThere = lines.length > 0 || runs.some(({ run, attempts }) => run !== null || attempts.length > 0);
  if (!isThere)
    throw new Refused(
      `Nothing is known of ${id}${stage === undefined ? ' on this machine: --stage asks a stage' : ''}.`,
    );
  const found = { id, lines, causes: causesIn(lines), runs };
  call.print(found, () => report(found, call));
  return 0;
};

const text = { type: 'string' } as const;

/** `ballast find`. */
export const findRequest = verbOf({
  usage: USAGE,
  parts: {
    '': { takes: ['request-id or run'], options: { stage: text, region: text, tenant: text, hours: text }, run: find },
  },
});
