import { defineAgent } from '../lib/agent/define/define-agent.ts';
import type { Tool } from '../lib/agent/define/define-tool.ts';
import { callSite, pointingAt } from './call-site.ts';
import type { TestRunOptions } from './options.ts';
import { always, calls } from './script.ts';
import { testRun } from './test-run.ts';
import type { LoggedLine } from './tested-run.ts';
import type { ToolCalled } from './tool-calls.ts';

export interface TestToolOptions extends Omit<TestRunOptions, 'hangs' | 'approves' | 'on' | 'settings'> {
  /** For whom it is called. Default: nobody is named. */
  readonly userId?: string;
  /** What the run is labelled with. Default: nothing. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Whether it hangs, whatever it waits for, and is stopped at its limit. Default false. */
  readonly hangs?: boolean;
}

/** What one call of a tool came to. */
export interface TestedTool extends ToolCalled {
  /** What it has written by its `log`. */
  readonly log: readonly LoggedLine[];
  /** How long it took, by a clock that jumps over every wait. */
  readonly durationMs: number;
}

/**
 * Calls one tool as a run would: its input is checked, its endpoints, secrets, limit and fallback hold, and a person has
 * approved. What it throws is `threw`; what rejects is a mistake of the test.
 */
export const testTool = (tool: Tool, input: unknown, options: TestToolOptions = {}): Promise<TestedTool> => {
  const site = callSite(testTool);
  return callIt(tool, input, options).catch((error: unknown) => {
    throw pointingAt(site, error);
  });
};

const MODEL = 'claude-haiku-5-5';

const callIt = async (tool: Tool, input: unknown, options: TestToolOptions): Promise<TestedTool> => {
  if (typeof tool?.run !== 'function')
    throw new TypeError('The first argument is no tool: give one made by defineTool.');
  const { userId, metadata, hangs = false, ...world } = options;
  const agent = defineAgent({
    name: 'caller',
    description: 'Calls a tool.',
    system: 'Call the tool.',
    models: { simple: MODEL, standard: MODEL, complex: MODEL },
    tools: [tool],
    maxModelCalls: 2,
  });
  const asked = { task: 'Call the tool.', ...(userId !== undefined && { userId }), ...(metadata && { metadata }) };
  const run = await testRun(agent, asked, [calls(tool, input), always('Done.')], {
    ...world,
    approves: true,
    hangs: hangs ? [tool.name] : [],
  });
  const [call] = run.tools;
  if (call === undefined) throw new Error(`${tool.name} was not called: ${run.error?.message ?? run.status}`);
  return { ...call, log: run.log, durationMs: run.durationMs };
};
