import type { AttemptOnBooks } from '../../accounts/books-of-run.ts';
import { usageOf } from '../../agent/loop/model/attempt-details.ts';
import type { Decision } from '../../agent/loop/steering.ts';
import { traceOfApproval, traceOfMessage, traceOfWait } from '../../agent/loop/trace-steps.ts';
import { formatUsd, sum } from '../../kernel/money.ts';
import { label, safe } from '../../kernel/redacted.ts';
import type { Inbox } from '../../runs/inbox/inbox-item.ts';
import type { RunEvent } from '../../runs/log-entry.ts';
import type { TraceStep } from '../../runs/trace/trace-step.ts';

/** What is known of a run whose worker is no more, beside its events. */
export interface KnownOfLost {
  readonly attempts: readonly AttemptOnBooks[];
  readonly inbox: Pick<Inbox, 'messages' | 'decisions'> | null;
}

/** The steps of a run by what it told and what is on the books: times are those of its events, within half a second. */
export interface LostTrace {
  /** To be told all events, in order; `at`: epoch milliseconds. */
  add(event: RunEvent, at: number): void;
  /** All steps; those that were under way have failed. To be asked once. */
  steps(): readonly TraceStep[];
}

/** What the events say that a trace has, as text. */
type Said = Readonly<
  Record<'model' | 'toolUseId' | 'name' | 'tool' | 'isError' | 'durationMs' | 'reason' | 'messageId', string> & {
    rule?: string;
  }
>;
const saidIn = (data: object): Said =>
  Object.fromEntries(Object.entries(data).map(([name, value]) => [name, String(value)])) as Said;

/** The call of an attempt `run:call:attempt`, whose further tries are `call.round.try`. */
const callOf = ({ attemptId }: AttemptOnBooks): number => Number.parseInt(attemptId.split(':')[1] ?? '', 10);
/** What was added to an attempt later has a longer id. */
const attemptOf = ({ attemptId }: AttemptOnBooks): string => attemptId.split(':').slice(0, 3).join(':');

const instant = (epochMs: number): string => new Date(epochMs).toISOString();

const FAILED = { code: safe`failed`, detail: safe`The tool call failed.` };
const INTERRUPTED = {
  status: 'failed',
  error: { code: safe`interrupted`, detail: safe`The run was ended while this was under way.` },
} as const;

const traceOfCall = (call: number, attempts: readonly AttemptOnBooks[], asked: string, at: number): TraceStep => {
  const lost = attempts.filter(({ isLost }) => isLost);
  return {
    kind: 'model',
    name: label(attempts.at(-1)?.model ?? asked),
    startedAt: instant(Math.min(...attempts.map((attempt) => attempt.at), at)),
    durationMs: 0,
    modelCall: call,
    attempts: new Set(attempts.map(attemptOf)).size,
    ...(lost.length === 0 ? {} : { lostUsd: formatUsd(sum(lost.map(({ cost }) => cost))) }),
    ...(attempts.some(({ answered }) => answered) ? { status: 'succeeded' as const } : INTERRUPTED),
    usage: usageOf(attempts),
    costUsd: formatUsd(sum(attempts.map(({ cost }) => cost))),
  };
};

/** A tool call, or the decision on it, that has not ended yet. */
const traceOfUse = (kind: 'tool' | 'approval', name: string, toolUseId: string, at: number): TraceStep => ({
  kind,
  name: label(name),
  toolUseId: label(toolUseId),
  startedAt: instant(at),
  durationMs: 0,
  attempts: 1,
  ...INTERRUPTED,
});

/** A step in its place, as far as it is known by now. */
interface Row {
  step: TraceStep;
}

export const createLostTrace = ({ attempts, inbox }: KnownOfLost): LostTrace => {
  const byCall = Map.groupBy(
    attempts.toSorted((a, b) => a.at - b.at),
    callOf,
  );
  const rows: Row[] = [];
  /** Steps that have not ended yet, by the names of what they wait for. */
  const open = new Map<string, Row>();
  let call = 0;
  let lastAt = 0;

  const add = (step: TraceStep, place = rows.length): Row => {
    const row = { step };
    rows.splice(place, 0, row);
    return row;
  };
  const end = (name: string, at: number, ended: (step: TraceStep) => TraceStep = (step) => step): void => {
    const row = open.get(name);
    if (row === undefined) return;
    open.delete(name);
    row.step = ended({ ...row.step, durationMs: Math.max(0, at - Date.parse(row.step.startedAt)) });
  };
  const answered = ({ error: _, ...step }: TraceStep): TraceStep => ({ ...step, status: 'succeeded' });
  /** The run has gone on: its call has answered, and it waits no more. */
  const goOn = (at: number): void => {
    end('model', at, answered);
    end('wait', at);
  };
  /** What a trace has behind the decision on a call. */
  const placeOfTool = (toolUseId: string): number =>
    1 + rows.findLastIndex(({ step }) => step.kind === 'approval' && step.toolUseId === toolUseId) || rows.length;
  const decisionOn = (toolUseId: string, askedAt: number): Decision | null => {
    const found = inbox?.decisions.find((each) => each.toolUseId === toolUseId);
    if (found === undefined) return null;
    const { decision, at: decidedAt, by: decidedBy } = found;
    const why = { askedAt, decidedAt, decidedBy };
    if (decision === 'approve' || decision === 'edit') return { ...why, decision, input: null };
    return { ...why, decision: 'deny', expired: decision === 'expire' };
  };

  const tell: Readonly<Record<string, (said: Said, at: number) => void>> = {
    'model.started'({ model }, at) {
      goOn(at);
      call += 1;
      open.set('model', add(traceOfCall(call, byCall.get(call) ?? [], String(model), at)));
      byCall.delete(call);
    },
    'text.delta': (_said, at) => end('wait', at),
    'tool.started'({ toolUseId, name }, at) {
      goOn(at);
      open.set(`tool ${toolUseId}`, add(traceOfUse('tool', name, toolUseId, at), placeOfTool(toolUseId)));
    },
    'tool.finished': ({ toolUseId, isError, durationMs }, at) =>
      end(`tool ${toolUseId}`, at, (step) => ({
        ...(isError === 'true' ? { ...step, error: FAILED } : answered(step)),
        durationMs: Number(durationMs),
      })),
    'approval.requested'({ toolUseId, tool, rule }, at) {
      goOn(at);
      const asked = {
        ...traceOfUse('approval', tool, toolUseId, at),
        ...(rule === undefined ? {} : { rule: label(rule) }),
      };
      open.set(`approval ${toolUseId}`, add(asked));
    },
    'approval.decided': ({ toolUseId }, at) =>
      end(`approval ${toolUseId}`, at, (step) => {
        const decided = decisionOn(toolUseId, Date.parse(step.startedAt));
        if (decided === null) return step;
        const approval = traceOfApproval(step.name, toolUseId, decided, step.rule ?? null);
        const denied = {
          ...traceOfUse('tool', step.name, toolUseId, decided.decidedAt),
          error: approval.error ?? FAILED,
        };
        if (decided.decision === 'deny') add(denied, placeOfTool(toolUseId));
        return approval;
      }),
    'run.waiting'({ reason }, at) {
      if (reason === 'approval') return;
      const before = rows.at(-1);
      // What is tried in vain waits on.
      if (before?.step.kind === 'wait' && before.step.name === reason) {
        before.step = { ...before.step, attempts: before.step.attempts + 1 };
        return void open.set('wait', before);
      }
      const waited = {
        reason: reason === 'budget' ? 'budget' : 'slot',
        since: at,
        until: at,
        isResumed: false,
      } as const;
      open.set('wait', add(traceOfWait(waited, call === 0 ? undefined : call)));
    },
    'message.received'({ messageId }, at) {
      end('wait', at);
      const found = inbox?.messages.find((each) => each.messageId === messageId);
      const reader = open.get('model');
      const place = reader === undefined ? rows.length : rows.indexOf(reader);
      add(traceOfMessage(found ?? { messageId, content: '' }, call, at), place);
    },
    'run.resumed': (_said, at) => end('wait', at),
  };

  return {
    add({ event, data }, at) {
      lastAt = at;
      tell[event]?.(saidIn(data), at);
    },
    steps() {
      for (const name of [...open.keys()]) end(name, lastAt);
      // Killed before it could say that it makes them.
      for (const [made, known] of [...byCall].toSorted(([a], [b]) => a - b))
        add(traceOfCall(made, known, '', known[0]?.at ?? lastAt));
      return rows.map(({ step }) => step);
    },
  };
};
