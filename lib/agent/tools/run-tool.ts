import type { ToolUseBlock } from '@anthropic-ai/sdk/resources/messages/messages';
import { orAborted, sleep } from '../../kernel/clock.ts';
import { createDeadline, type Deadline } from '../../kernel/deadline.ts';
import { label, type Redacted, safe } from '../../kernel/redacted.ts';
import { nameError } from '../../telemetry/describe-error.ts';
import type { Tool } from '../define/define-tool.ts';
import type { ToolContext } from '../define/tool-options.ts';
import type { FlowRule, ReadKind } from '../flow/flow-rules.ts';
import type { Decision } from '../loop/steering.ts';
import type { LoopParts, Run } from '../loop/types.ts';
import { readInput } from './tool-input.ts';
import { createToolLog } from './tool-log.ts';
import { createToolSecrets, type ToolSecrets } from './tool-secrets.ts';
import { failed, leftAlone, succeeded, type ToolVerdict, verdictOnThrow } from './tool-verdict.ts';

/** What a tool step leaves in the journal: plain JSON. */
export interface ToolStep extends Omit<ToolVerdict, 'outcome' | 'thrown'> {
  readonly startedAt: number;
  readonly durationMs: number;
  /** What its result holds; what is said in our own words holds nothing. Default: nothing. */
  readonly reads?: readonly ReadKind[];
  /** The flow rule for which the call was not made, or that it would have broken had it not been planned. */
  readonly rule?: string;
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
    metadata: run.labels.metadata,
    log: createToolLog({
      runId: label(run.runId),
      agent: label(run.agent.name),
      tool: label(tool.name),
      emit: parts.emit,
      withoutSecrets: (text) => secrets.removeFrom(text),
    }),
    sleep: (ms) => sleep(parts.clock, ms, signal),
    fetch: parts.fetchFor(tool.endpoints, secrets, signal, idempotencyKey),
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
    const { stoppedBy } = limit;
    const verdict = verdictOnThrow(error, tool, input, stoppedBy === 'deadline');
    if (verdict.outcome !== 'declined' && run.deadline.stoppedBy === null)
      parts.onToolError?.({ tool, error, timedOut: stoppedBy !== null, secrets });
    return withoutSecrets(verdict, secrets);
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

const judge = async (parts: LoopParts, run: Run, use: ToolUseBlock, isInvalid: boolean): Promise<ToolVerdict> => {
  const tool = run.agent.tools.get(use.name);
  if (!tool) {
    const names = [...run.agent.tools.keys()].join(', ');
    return failed(`There is no tool of this name. There are: ${names}.`, 'unknown-tool');
  }
  if (run.terms?.().mayUse(tool.name) === false)
    return failed('This tool is not allowed any more, so it was not called.', 'not-allowed');
  const read = await readInput(tool, use.input);
  if (!read.ok) {
    const issues = read.issues.map(({ path, message }) => `${path || 'input'} ${message}`);
    return failed(`The input is not valid: ${issues.join('; ')}.`, 'invalid-input');
  }
  if (isInvalid)
    return failed('The input was not valid when it was read, and is by now: make the call again.', 'invalid-input');
  return guarded(parts, run, { tool, input: read.input, idempotencyKey: `${run.runId}:${use.id}` });
};

/** A name that the model made up can hold anything: only those of the agent's own tools are told. */
export const toolName = ({ agent }: Run, name: string): Redacted =>
  agent.tools.has(name) ? label(name) : safe`unknown`;

/**
 * Runs one tool call of the model. Whatever the tool does, this returns: with its result, or with words that betray nothing.
 * `isInvalid`: the tool has refused the input before, so the call is not made even if it takes it now.
 */
export const runTool = async (parts: LoopParts, run: Run, use: ToolUseBlock, isInvalid = false): Promise<ToolStep> => {
  const [startedAt, startedMs] = [parts.clock.now(), parts.clock.monotonicMs()];
  const { outcome, thrown, ...verdict } = await judge(parts, run, use, isInvalid).catch((error: unknown) =>
    failed('The tool failed.', 'failed', nameError(error)),
  );
  const durationMs = parts.clock.monotonicMs() - startedMs;
  parts.emit({
    type: 'tool.finished',
    runId: label(run.runId),
    agent: label(run.agent.name),
    tool: toolName(run, use.name),
    toolUseId: label(use.id),
    outcome: label(outcome),
    fault: verdict.error?.code ?? null,
    error: thrown,
    durationMs,
    inputChars: String(JSON.stringify(use.input)).length,
    outputChars: verdict.content.length,
  });
  const reads = run.agent.tools.get(use.name)?.reads ?? [];
  return { startedAt, durationMs, ...verdict, ...(verdict.error === null && reads.length > 0 ? { reads } : {}) };
};

/** A call that was interrupted, and is not made again: nobody knows how far it came. */
export const orphanedStep = ({ clock }: Pick<LoopParts, 'clock'>): ToolStep => {
  const words = 'This call was interrupted. It is not known whether it took effect: find out before it is made again.';
  const { outcome: _outcome, thrown: _thrown, ...verdict } = failed(words, 'interrupted');
  return { startedAt: clock.now(), durationMs: 0, ...verdict };
};

const undecidedStep = (startedAt: number): ToolStep => {
  const { outcome: _, thrown: __, ...verdict } = failed('The run was cancelled before anybody decided.', 'cancelled');
  return { startedAt, durationMs: 0, ...verdict };
};

/** A call that no person could be asked about. */
export const heldStep = ({ clock }: Pick<LoopParts, 'clock'>, { name, reason }: FlowRule): ToolStep => {
  const words = `This call was not made, because ${reason}. A person has to agree to it, which this run cannot ask for: tell the user what you would do, and why it was not done.`;
  const { outcome: _outcome, thrown: _thrown, ...verdict } = failed(words, 'held');
  return { startedAt: clock.now(), durationMs: 0, ...verdict, rule: name };
};

/** A call that a person has denied, or on which nobody decided in time. */
export const deniedStep = ({ clock }: Pick<LoopParts, 'clock'>, decision?: Decision): ToolStep => {
  if (decision === undefined) return undecidedStep(clock.now());
  const { reason, expired } = decision.decision === 'deny' ? decision : {};
  const said = expired ? 'Nobody approved this call in time, so it was not made.' : 'A person denied this call.';
  const words = reason === undefined ? said : `${said} Their reason: ${reason}`;
  const { outcome: _outcome, thrown: _thrown, ...verdict } = failed(words, expired ? 'expired' : 'denied');
  return { startedAt: clock.now(), durationMs: 0, ...verdict };
};
