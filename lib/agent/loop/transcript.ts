import type { ToolUseBlock } from '@anthropic-ai/sdk/resources/messages/messages';
import type { AppError } from '../../kernel/errors.ts';
import type { Redacted } from '../../kernel/redacted.ts';
import type { StepContent, StepName } from '../../runs/trace/run-content.ts';
import type { TraceStep } from '../../runs/types.ts';
import { joined, type Taint } from '../flow/flow-rules.ts';
import { createPlan, type Plan } from '../flow/planned-calls.ts';
import type { ToolStep } from '../tools/run-tool.ts';
import { fellBack } from '../tools/tool-verdict.ts';
import type { ModelStep } from './model/model-step.ts';
import type { Decision, Waited } from './steering.ts';
import type { RunStop } from './stop-reasons.ts';
import { addWait, traceOfApproval, traceOfMessage, traceOfModel, traceOfTool } from './trace-steps.ts';
import type { Ending, LoopResult, RunTotals, Said } from './types.ts';

/** A tool call of the model. */
type ToolUse = Pick<ToolUseBlock, 'id' | 'input'>;

/** Keeps what a run has done while it does it: its trace, its counts, its words. */
export interface Transcript {
  /** The `call`-th model call of the run, or a try of it; `name`: the model that was asked. */
  model(name: string, call: number, step: ModelStep): void;
  /** `input`: what it ran with. */
  tool(name: Redacted, use: ToolUse, step: ToolStep): void;
  /** A person's decision on a call of this tool; `input`: what they were asked about, `rule`: the flow rule for which they were. */
  approval(name: Redacted, use: ToolUse, decision: Decision, rule: string | null): void;
  /** The `call`-th model call has waited, and is tried again. */
  waited(call: number, waited: Waited): void;
  /** What the run has to say as it stands. */
  say(said: Pick<Said, 'text' | 'by' | 'withTools'>): void;
  /** What it has said last. */
  readonly said: string;
  /** That as an answer: empty where it came with tool calls. */
  readonly answer: string;
  /** What the agent's `output` makes of the answer. */
  give(result: object): void;
  /** What has been read so far. */
  readonly taint: Taint;
  /** The calls that it has planned. */
  readonly plan: Plan;
  /** What the first tool that ended the run wants the caller to be told. */
  readonly fatal: Redacted | null;
  ended(stop: RunStop): LoopResult;
  endedAs(ending: Ending): LoopResult;
  failed(error: AppError): LoopResult;
}

const NOTHING: RunTotals = {
  modelCalls: 0,
  toolCalls: 0,
  inputTokens: 0,
  outputTokens: 0,
  cacheReadInputTokens: 0,
  cacheCreationInputTokens: 0,
};

/** `before`: what was read before the run began. */
export const createTranscript = (before: Taint = []): Transcript => {
  const steps: TraceStep[] = [];
  const contents = new Map<StepName, StepContent>();
  let totals = NOTHING;
  let output = '';
  let answer = '';
  let given: object | null = null;
  let answeredBy: string | null = null;
  let fatal: Redacted | null = null;
  let degraded: LoopResult['degraded'] = null;
  let lastFault: LoopResult['lastFault'] = null;
  let taint = before;
  const toolFallbacks = new Set<string>();
  const result = (ending: Ending): LoopResult => ({
    ending,
    output,
    result: given,
    steps,
    contents,
    totals,
    answeredBy,
    degraded,
    toolFallbacks: [...toolFallbacks],
    lastFault,
    messages: [],
    weighed: null,
    taint,
  });
  return {
    plan: createPlan(),
    model(name, call, step) {
      const served = step.ok ? step.degraded : null;
      for (const message of step.received) {
        steps.push(traceOfMessage(message, call, step.startedAt));
        contents.set(`message:${message.messageId}`, { input: message.content });
      }
      steps.push(traceOfModel(name, call, step));
      totals = {
        ...totals,
        modelCalls: totals.modelCalls + (step.ok ? 1 : 0),
        inputTokens: totals.inputTokens + step.tokens.inputTokens,
        outputTokens: totals.outputTokens + step.tokens.outputTokens,
        cacheReadInputTokens: totals.cacheReadInputTokens + step.tokens.cacheReadInputTokens,
        cacheCreationInputTokens: totals.cacheCreationInputTokens + step.tokens.cacheCreationInputTokens,
      };
      lastFault = step.ok ? null : step.fault;
      if (served) degraded ??= { reason: served.reason, servedBy: 'fallback-model' };
    },
    tool(name, { id, input }, step) {
      steps.push(traceOfTool(name, id, step));
      contents.set(`tool:${id}`, { input, output: step.content });
      totals = { ...totals, toolCalls: totals.toolCalls + 1 };
      fatal ??= step.fatal;
      taint = joined(taint, step.reads ?? []);
      if (fellBack(step)) toolFallbacks.add(name);
    },
    approval(name, { id, input }, decision, rule) {
      steps.push(traceOfApproval(name, id, decision, rule));
      const { reason } = decision.decision === 'approve' ? {} : decision;
      contents.set(`approval:${id}`, { input, ...(reason === undefined ? {} : { output: reason }) });
    },
    waited: (call, waited) => addWait(steps, waited, call),
    say({ text, by, withTools }) {
      [output, given] = [text, null];
      answer = withTools ? '' : text;
      answeredBy = by;
    },
    get answer() {
      return answer;
    },
    get said() {
      return output;
    },
    give(value) {
      given = value;
    },
    get taint() {
      return taint;
    },
    get fatal() {
      return fatal;
    },
    ended: (stop) => result({ stop }),
    endedAs: result,
    failed: (error) => result({ error }),
  };
};
