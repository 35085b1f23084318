import type { ToolUseBlock } from '@anthropic-ai/sdk/resources/messages/messages';
import { label, safe } from '../../kernel/redacted.ts';
import { brokenRule, type FlowRule } from '../flow/flow-rules.ts';
import type { AskedCall } from '../loop/steering.ts';
import type { Transcript } from '../loop/transcript.ts';
import type { LoopParts, Run } from '../loop/types.ts';
import { readInput } from './tool-input.ts';

/** The rules that calls would break, by their ids. */
export type BrokenRules = ReadonlyMap<string, FlowRule>;

/** The calls of one answer that a rule is about: those that break it, and those that were planned before a stranger's words were read. */
export const brokenRules = (
  { agent }: Run,
  { taint, plan }: Pick<Transcript, 'taint' | 'plan'>,
  uses: readonly ToolUseBlock[],
): { readonly broken: BrokenRules; readonly planned: BrokenRules } => {
  const [broken, planned] = [new Map<string, FlowRule>(), new Map<string, FlowRule>()];
  for (const { id, name, input } of uses) {
    const tool = agent.tools.get(name);
    if (tool === undefined) continue;
    // Made while no rule was about it, it is made all the same: not once more when one is.
    const isPlanned = plan.take({ tool: name, input });
    const rule = brokenRule(taint, tool);
    if (rule !== null) (isPlanned ? planned : broken).set(id, rule);
  }
  return { broken, planned };
};

const report = (
  { emit }: Pick<LoopParts, 'emit'>,
  { runId, agent }: Run,
  tool: string,
  rule: string,
  outcome: 'asked' | 'refused',
): void =>
  emit({
    type: 'tool.held',
    runId: label(runId),
    agent: label(agent.name),
    tool: label(tool),
    rule: label(rule),
    outcome: outcome === 'asked' ? safe`asked` : safe`refused`,
  });

/** Calls of a run without people: what a person would be asked about is refused. */
export const refusedCalls = (
  parts: Pick<LoopParts, 'emit'>,
  run: Run,
  broken: BrokenRules,
  uses: readonly ToolUseBlock[],
): BrokenRules => {
  if (run.steering.isAttended) return new Map();
  for (const { id, name } of uses) {
    const rule = broken.get(id);
    if (rule !== undefined) report(parts, run, name, rule.name, 'refused');
  }
  return broken;
};

/** The calls of one answer that are made only if a person agrees. */
export interface HeldCalls {
  readonly asked: readonly (ToolUseBlock & AskedCall)[];
  /** Those whose input the tool did not take, by their ids: nobody is asked, and they are not made, even if it would by now. */
  readonly invalid: ReadonlySet<string>;
}

/**
 * Calls of tools that always ask, and those that would break a rule. What the tool would not take is not worth asking. What a schema
 * says may change with time, and the run with it: so it is journalled.
 */
export const askedCalls = async (
  parts: Pick<LoopParts, 'emit'>,
  run: Run,
  broken: BrokenRules,
  { call, uses }: { readonly call: number; readonly uses: readonly ToolUseBlock[] },
): Promise<HeldCalls> => {
  const askedOf = (use: ToolUseBlock): readonly (ToolUseBlock & AskedCall)[] => {
    const rule = broken.get(use.id)?.name ?? null;
    const always = run.agent.tools.get(use.name)?.requiresApproval === true;
    return always || rule !== null ? [{ ...use, rule }] : [];
  };
  const candidates = uses.flatMap(askedOf);
  if (candidates.length === 0) return { asked: [], invalid: new Set() };
  const ids = await run.journal.step(`approvals-${call}`, async () => {
    const worthAsking: string[] = [];
    for (const { id, name, input, rule } of candidates) {
      const tool = run.agent.tools.get(name);
      if (tool === undefined || !(await readInput(tool, input)).ok) continue;
      worthAsking.push(id);
      if (rule !== null) report(parts, run, name, rule, 'asked');
    }
    return worthAsking;
  });
  const asked = candidates.filter(({ id }) => ids.includes(id));
  return { asked, invalid: new Set(candidates.map(({ id }) => id).filter((id) => !ids.includes(id))) };
};
