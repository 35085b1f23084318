import type { Agent } from '../../agent/define/define-agent.ts';
import type { RunStream } from '../../agent/loop/run-stream.ts';
import type { LoopResult } from '../../agent/loop/types.ts';
import { openGuard, type OutputGuard } from '../../redaction/output-guard.ts';
import { redactionPolicy, type RedactionSettings } from '../../redaction/policy.ts';
import type { Redactor } from '../../redaction/redactor.ts';
import type { Emit } from '../../telemetry/events.ts';
import { tellSecrets } from '../../telemetry/tell-secrets.ts';
import type { Tenant } from '../../tenants/types.ts';
import type { Catalog } from '../catalog.ts';
import { type GuardedStream, guardStream } from './guarded-stream.ts';

/** Stands between a run and all that its callers get of it. What the model, its tools and the session get is not touched. */
export interface RunGuard extends GuardedStream {
  /** What is replaced: part of the key of a cached answer. */
  readonly name: string;
  /** How the run ended, as it is told and kept. */
  result(result: LoopResult): LoopResult;
  /** The input of a tool, as people read it who decide on it. */
  readonly input: <T>(input: T) => T;
  /** Tells how many secrets the answer had, before they were replaced. */
  tell(result: LoopResult): void;
}

export interface RunGuardParts {
  readonly tenant: RedactionSettings & Pick<Tenant, 'tenantId' | 'shadow'>;
  /** `null`: it is gone. */
  readonly agent: (Pick<Agent, 'name' | 'output'> & RedactionSettings) | null;
  /** What the agent asked for when the run was submitted, which counts whatever became of it. Default: nothing. */
  readonly earlier?: RedactionSettings | undefined;
  readonly stream: RunStream;
  /** Whether who listens may join the texts of all calls. Default: not. */
  readonly joinsCalls?: boolean;
  readonly emit: Emit;
  readonly runId: string;
}

const wholeBy = (open: () => Redactor, text: string): string => {
  const redactor = open();
  return redactor.push(text) + redactor.end();
};

export const openRunGuard = async ({
  tenant,
  agent,
  earlier,
  stream,
  joinsCalls = false,
  emit,
  runId,
}: RunGuardParts): Promise<RunGuard> => {
  const guard = await openGuard(redactionPolicy(tenant, agent ?? undefined, earlier));
  // An agent that answers by a schema answers in JSON.
  const open = agent === null || agent.output === null ? guard.texts : guard.jsons;
  const redact = (text: string) => (guard.isOn ? wholeBy(open, text) : text);
  return {
    ...(guard.isOn ? guardStream(stream, { open, redact, json: guard.json, joinsCalls }) : { stream, flush: () => {} }),
    name: guard.name,
    result: (result) => ({
      ...result,
      output: redact(result.output),
      result: result.result && guard.json(result.result),
    }),
    input: guard.json,
    tell: ({ output }) => tellSecrets(emit, { ...tenant, runId, agent: agent?.name }, guard.count({ texts: [output] })),
  };
};

/** Stands before texts that were kept of a session of this agent, as its runs showed them: by what is set now beside that. */
export const sessionGuard = (
  tenant: RunGuardParts['tenant'],
  catalog: Pick<Catalog, 'lookUp'>,
  agent: string,
): Promise<OutputGuard> => openGuard(redactionPolicy(tenant, catalog.lookUp(agent) ?? undefined));
