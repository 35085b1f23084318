import type { Agent } from './define-agent.ts';
import { outputParam, toolParams } from './tool-schema.ts';

/**
 * All of an agent that its answers depend on, but the code of its tools: JSON, for the key of a kept answer, and to know
 * whether a run that goes on has the agent that it began with. What was added since stands there only where it is set, so
 * that an agent without it stays the same.
 */
export const answerDependsOn = async (agent: Agent): Promise<readonly unknown[]> => {
  const { name, version, system, pattern, maxRounds, maxOutputTokens, maxToolOutputChars } = agent;
  const { effort, stopSequences, thinking, temperature, topP, topK } = agent;
  const since = Object.entries({ thinking, temperature, topP, topK }).filter(([, value]) => value !== null);
  const effects = [...agent.tools.values()].map(({ sideEffects, requiresApproval }) => [sideEffects, requiresApproval]);
  const { inputReads } = agent;
  const flows = [...agent.tools.values()].map(({ reads, does }) => [reads ?? [], does ?? []]);
  const output = await outputParam(agent);
  return [
    ...[name, version, system, pattern, maxRounds, maxOutputTokens, maxToolOutputChars],
    effects,
    await toolParams(agent),
    ...(output === null ? [] : [output]),
    ...(flows.flat(2).length === 0 ? [] : [{ flows }]),
    ...(inputReads.length === 0 ? [] : [{ inputReads }]),
    ...(effort === null && stopSequences.length === 0 ? [] : [effort, stopSequences]),
    ...(since.length === 0 ? [] : [Object.fromEntries(since)]),
  ];
};
