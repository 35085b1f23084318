import type { ToolUseBlock } from '@anthropic-ai/sdk/resources/messages/messages';
import { label, safe } from '../../kernel/redacted.ts';
import { brokenRule, type FlowRule, type Taint } from '../flow/flow-rules.ts';
import type { AskedCall } from '../loop/steering.ts';
import type { LoopParts, Run } from '../loop/types.ts';
import { readInput } from './tool-input.ts';

/** Tool calls of one answer that are not simply made. */
export interface HeldCalls {
  /** Those that people decide on. */
  readonly asked: readonly (ToolUseBlock & AskedCall)[];
  /** Those that nobody could decide on, by their ids. */
  readonly refused: ReadonlyMap<string, FlowRule>;
}

const ruleFor = ({ agent }: Run, taint: Taint, { name }: ToolUseBlock): FlowRule | null => {
  const tool = agent.tools.get(name);
  return tool === undefined ? null : brokenRule(taint, tool);
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
  taint: Taint,
  uses: readonly ToolUseBlock[],
): HeldCalls['refused'] => {
  if (run.steering.isAttended) return new Map();
  const refused = new Map<string, FlowRule>();
  for (const use of uses) {
    const rule = ruleFor(run, taint, use);
    if (rule === null) continue;
    refused.set(use.id, rule);
    report(parts, run, use.name, rule.name, 'refused');
  }
  return refused;
};

/**
 * Calls that people are asked about: of tools that always ask, and those that would break a rule. What the tool would not take is
 * not worth asking. What a schema says may change with time, and the run with it: so it is journalled.
 */
export const askedCalls = async (
  parts: Pick<LoopParts, 'emit'>,
  run: Run,
  taint: Taint,
  { call, uses }: { readonly call: number; readonly uses: readonly ToolUseBlock[] },
): Promise<HeldCalls['asked']> => {
  const askedOf = (use: ToolUseBlock): readonly (ToolUseBlock & AskedCall)[] => {
    const rule = ruleFor(run, taint, use)?.name ?? null;
    const always = run.agent.tools.get(use.name)?.requiresApproval === true;
    return always || rule !== null ? [{ ...use, rule }] : [];
  };
  const candidates = uses.flatMap(askedOf);
  if (candidates.length === 0) return [];
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
  return candidates.filter(({ id }) => ids.includes(id));
};
