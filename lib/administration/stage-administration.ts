import type { Agent } from '../agent/define/define-agent.ts';
import type { Circuits } from '../circuit-breaker/circuits.ts';
import type { Table } from '../dynamodb/table.ts';
import { createUserErasures } from '../end-users/erasures.ts';
import { issueKey } from '../identity/issue-key.ts';
import type { KeyUses } from '../identity/key-uses.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Ids, RandomBytes } from '../kernel/ids/ids.ts';
import { nearestName } from '../kernel/nearest-name.ts';
import { circuitOf } from '../model-call/with-circuit.ts';
import { nearestModel } from '../pricing/nearest-model.ts';
import type { Rests } from '../rests/rests.ts';
import type { ApiKeyDirectory, TenantDirectory } from '../tenants/types.ts';
import { webhookIssue } from '../webhooks/allowed-url.ts';
import type { AlarmsPort } from './administer-alarms.ts';
import { type Administration, createAdministration } from './administration.ts';
import { createDynamoDbAuditLog } from './dynamodb-audit-log.ts';

export interface StageAdministrationOptions {
  readonly ledger: Table;
  readonly runsTable: Table;
  readonly tenants: TenantDirectory;
  readonly apiKeys: ApiKeyDirectory;
  readonly keyUses?: Pick<KeyUses, 'of'>;
  readonly circuits: Pick<Circuits, 'list' | 'set'>;
  readonly rests: Pick<Rests, 'list' | 'end'>;
  readonly alarms: () => Promise<AlarmsPort>;
  readonly agents: readonly Agent[];
  readonly isPriced: (model: string) => boolean;
  /** Those that have a price at any time. */
  readonly models: Iterable<string>;
  readonly clock: Clock;
  /** Those of `WEBHOOK_HOSTS`. */
  readonly webhookHosts: readonly string[];
  readonly webhookSecret: () => Promise<string>;
  readonly ids: Ids;
  readonly randomBytes: RandomBytes;
  readonly onChanged: (tenantId: string) => void;
}

/** What an administrator may do in a stage, where settings can name its own agents, tools and priced models only. */
export const createStageAdministration = (options: StageAdministrationOptions): Administration => {
  const { ledger, runsTable, apiKeys, agents, models, isPriced, randomBytes, webhookHosts } = options;
  const names = new Set(agents.map(({ name }) => name));
  const tools = new Map(agents.flatMap((agent) => [...agent.tools]));
  const ofTools = [...tools.values()].flatMap(({ circuit }) => (circuit === null ? [] : [circuit.name]));
  const priced = [...models];
  const circuits = new Set([...priced.map(circuitOf), ...ofTools]);
  const near = {
    model: (name: string) => nearestModel(name, priced),
    agent: (name: string) => nearestName(name, names),
    tool: (name: string) => nearestName(name, tools.keys()),
  };
  return createAdministration({
    ...options,
    keys: apiKeys,
    audit: createDynamoDbAuditLog(ledger),
    erasures: createUserErasures(runsTable),
    issue: () => issueKey(randomBytes),
    known: {
      isPriced,
      hasAgent: (name) => names.has(name),
      hasTool: (name) => tools.has(name),
      circuits,
      webhookIssue: (url) => webhookIssue(url, webhookHosts),
      nearest: (kind, name) => near[kind](name),
    },
  });
};
