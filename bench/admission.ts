import { byPartition, type Round } from './counting-proxy.ts';
import { ADMIN_KEY } from './local-server.ts';
import { countOperations, type OperationsOfRun } from './operations.ts';
import type { Section } from './section.ts';

/** More than a run ever sends at a time, so that each round waits until nothing more comes. */
const TOGETHER = 100;

const BUDGET = { dailyBudgetUsd: '1000', monthlyBudgetUsd: '10000' };

/** High enough to refuse nothing. */
const RATES = { requestsPerMinute: 600, userRequestsPerMinute: 600, tokensPerMinute: 1_000_000 };

/** Who is limited by what. */
export interface Limited {
  readonly name: string;
  readonly tenant: object;
  readonly key: object;
  readonly userId?: string;
}

/** From nothing to all that can be set. */
export const LIMITED: readonly Limited[] = [
  { name: 'no limits', tenant: {}, key: {} },
  { name: 'budget of the tenant', tenant: BUDGET, key: {} },
  {
    name: 'every limit there is',
    tenant: { ...BUDGET, ...RATES, maxConcurrentRuns: 100, userDailyBudgetUsd: '1000' },
    key: { requestsPerMinute: 600, dailyBudgetUsd: '1000' },
    userId: 'user-1',
  },
];

const administer = async (method: string, url: string, body: object): Promise<Record<string, unknown>> => {
  const headers = { 'x-api-key': ADMIN_KEY, 'content-type': 'application/json' };
  const response = await fetch(url, { method, headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${method} ${url} was answered with ${response.status}.`);
  return (await response.json()) as Record<string, unknown>;
};

const setUp =
  ({ tenant, key, userId }: Limited, tenantId: string) =>
  async (url: string) => {
    await administer('PUT', `${url}/admin/tenants/${tenantId}`, tenant);
    const issued = await administer('POST', `${url}/admin/tenants/${tenantId}/keys`, { name: 'bench', ...key });
    return { apiKey: String(issued['key']), ...(userId === undefined ? {} : { userId }) };
  };

const counted = (round: Round): string =>
  [...new Set(round)]
    .map((name) => ({ name, times: round.filter((each) => each === name).length }))
    .map(({ name, times }) => (times === 1 ? name : `${times} ${name}`))
    .join(' + ');

const row = (name: string, when: string, rounds: readonly Round[]): string[] => [
  [`${name}, ${when}`, ...(rounds.length === 0 ? [] : [rounds.map(counted).join(', then ')])].join(': '),
  String(rounds.length),
  String(rounds.flat().length),
];

/** Counts what a run with one model call asks of DynamoDB whose tenant, key and user are limited so. */
export const countAdmission = (endpoint: string, folder: string, limited: Limited): Promise<OperationsOfRun> => {
  const runAs = setUp(limited, `bench-${limited.name.replaceAll(/[^a-z]/g, '-')}`);
  return countOperations({ endpoint, folder, together: TOGETHER, nameOf: byPartition, runAs });
};

/** The count as a part of the report, by what limits there are. */
export const admission = async (endpoint: string, subfolder: (name: string) => string): Promise<Section> => {
  const rows: string[][] = [];
  for (const [at, limited] of LIMITED.entries()) {
    const run = await countAdmission(endpoint, subfolder(`admission-${at}`), limited);
    rows.push(row(limited.name, 'before the model call', run.beforeModelCall));
    rows.push(row(limited.name, 'after it, before the answer', run.beforeAnswer));
  }
  return {
    title: 'Admission of a run, in DynamoDB operations',
    columns: ['limits', 'round trips, one after the other', 'operations'],
    rows,
    meaning:
      'One run with one model call in a warm server. Operations are named by the first part of their partition key: ' +
      '`budget` holds money, `rate` a bucket, `slots` a concurrent run, `usage` the record of the attempt. The tenant’s ' +
      'budget item is written even where it has no limit: what was left open by a killed process is found there. ' +
      'The read of the circuit, at most one a second, is counted where it fell into the run.',
    breaches: [],
  };
};
