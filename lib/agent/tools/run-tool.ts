import type { ToolUseBlock } from '@anthropic-ai/sdk/resources/messages/messages';
import * as z from 'zod/mini';
import { describeIssues } from '../../http/describe-issue.ts';
import { orAborted } from '../../kernel/clock.ts';
import { createDeadline, type Deadline } from '../../kernel/deadline.ts';
import { label, type Redacted, safe } from '../../kernel/redacted.ts';
import { nameError } from '../../telemetry/describe-error.ts';
import type { Tool, ToolContext } from '../define/define-tool.ts';
import type { LoopParts, Run } from '../loop/types.ts';
import { createToolSecrets, type ToolSecrets } from './tool-secrets.ts';
import { failed, leftAlone, succeeded, type ToolVerdict, verdictOnThrow } from './tool-verdict.ts';

/** What a tool step leaves in the journal: plain JSON. */
export interface ToolStep extends Omit<ToolVerdict, 'outcome' | 'thrown'> {
  readonly startedAt: number;
  readonly durationMs: number;
}

interface Call {
  readonly tool: Tool;
  readonly input: never;
  readonly idempotencyKey: string;
}

const contextOf = (parts: LoopParts, run: Run, { tool, idempotencyKey }: Call, signal: AbortSignal) => {
  const secrets = createToolSecrets(tool, parts.secretOf);
  const context: ToolContext<string, string> = {
    signal,
    idempotencyKey,
    now: () => parts.clock.now(),
    runId: run.runId,
    tenantId: run.tenantId,
    userId: run.userId,
    fetch: parts.fetchFor(tool.endpoints, secrets, signal),
    secret: (name) => secrets.get(name),
  };
  return { context, secrets };
};

/** What a tool says where it fails may quote a secret, too: to the model, or to the caller whose run it ends. */
const withoutSecrets = (verdict: ToolVerdict, secrets: ToolSecrets): ToolVerdict => {
  const { content, fatal } = verdict;
  const quotes = fatal !== null && secrets.removeFrom(fatal) !== fatal;
  return { ...verdict, content: secrets.removeFrom(content), fatal: quotes ? safe`The tool failed.` : fatal };
};

const attempt = async (parts: LoopParts, run: Run, call: Call, limit: Deadline): Promise<ToolVerdict> => {
  const { tool, input } = call;
  const { signal } = limit;
  const { context, secrets } = contextOf(parts, run, call, signal);
  try {
    signal.throwIfAborted();
    const work = (async () => tool.run(input, context))();
    return succeeded(await orAborted(work, signal), run.agent.maxToolOutputChars, (text) => secrets.removeFrom(text));
  } catch (error) {
    return withoutSecrets(verdictOnThrow(error, tool, input, limit.stoppedBy === 'deadline'), secrets);
  }
};

/** What a call says about the dependency: a tool that declines has been answered, one cut short by the run says nothing. */
const healthOf = ({ error }: ToolVerdict, run: Run): 'success' | 'failure' | 'neutral' => {
  if (error === null) return 'success';
  return error.code === 'declined' || run.deadline.stoppedBy !== null ? 'neutral' : 'failure';
};

/** A probe that has not been heard of for longer than its call can take is lost. */
const LEASE_MARGIN_MS = 5_000;

/** The call inside its time limit and, where the tool names one, its circuit. */
const guarded = async (parts: LoopParts, run: Run, call: Call): Promise<ToolVerdict> => {
  const { circuit, timeoutMs } = call.tool;
  const entry =
    circuit && (await parts.circuits.enter(circuit.name, { ...circuit, probeLeaseMs: timeoutMs + LEASE_MARGIN_MS }));
  if (entry && !entry.admitted) return leftAlone(call.tool, call.input);
  using limit = createDeadline(parts.clock, Math.min(timeoutMs, run.deadline.remainingMs()), run.deadline.signal);
  const verdict = await attempt(parts, run, call, limit);
  if (entry) run.background.waitUntil(entry.report(healthOf(verdict, run)));
  return verdict;
};

const judge = async (parts: LoopParts, run: Run, use: ToolUseBlock): Promise<ToolVerdict> => {
  const tool = run.agent.tools.get(use.name);
  if (!tool) {
    const names = [...run.agent.tools.keys()].join(', ');
    return failed(`There is no tool of this name. There are: ${names}.`, 'unknown-tool');
  }
  const parsed = await z.safeParseAsync(tool.input, use.input);
  if (!parsed.success) {
    const issues = describeIssues(parsed.error.issues, { schema: tool.input, value: use.input }).map(
      ({ path, message }) => `${path || 'input'} ${message}`,
    );
    return failed(`The input is not valid: ${issues.join('; ')}.`, 'invalid-input');
  }
  return guarded(parts, run, { tool, input: parsed.data as never, idempotencyKey: `${run.runId}:${use.id}` });
};

/** A name that the model made up can hold anything: only those of the agent's own tools are told. */
export const toolName = ({ agent }: Run, name: string): Redacted =>
  agent.tools.has(name) ? label(name) : safe`unknown`;

/** Runs one tool call of the model. Whatever the tool does, this returns: with its result, or with words that betray nothing. */
export const runTool = async (parts: LoopParts, run: Run, use: ToolUseBlock): Promise<ToolStep> => {
  const [startedAt, startedMs] = [parts.clock.now(), parts.clock.monotonicMs()];
  run.stream.toolStarted(use.id, use.name);
  const { outcome, thrown, ...verdict } = await judge(parts, run, use).catch((error: unknown) =>
    failed('The tool failed.', 'failed', nameError(error)),
  );
  const durationMs = parts.clock.monotonicMs() - startedMs;
  run.stream.toolFinished(use.id, use.name, verdict.isError, durationMs);
  parts.emit({
    type: 'tool.finished',
    runId: label(run.runId),
    tool: toolName(run, use.name),
    outcome: label(outcome),
    error: thrown,
    durationMs,
  });
  return { startedAt, durationMs, ...verdict };
};
