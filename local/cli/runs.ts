import { printable } from '../../lib/telemetry/terminal/printable.ts';
import { duration } from '../../lib/telemetry/terminal/run-line.ts';
import { withQuery } from './api.ts';
import { type Call, COMMON_USAGE, verbOf } from './parts.ts';
import { pairs } from './table.ts';
import { type ShownStep, TRACE_HEAD, traceRows } from './trace-table.ts';
import { Misused, Refused } from './verb.ts';

const USAGE = `Shows runs, and decides about them.

  npx ballast runs                                     the newest first
  npx ballast runs list --status failed --from 2026-11-20
  npx ballast runs show <run>
  npx ballast runs trace <run>                         its steps, and each attempt at a model
  npx ballast runs cancel <run>
  npx ballast runs approve <run> [<tool use>]          the call that waits for a person
  npx ballast runs deny <run> [<tool use>] --reason "Too dear."
  npx ballast runs edit <run> [<tool use>] --input '{"amountUsd": "5"}'
  npx ballast runs resume <run> [--max-cost-usd 2]     one that waits for a budget

  --status, --agent, --user, --session, --from, --to   of list: only such runs
  --limit <n>      of list: so many, 20 by default
  --all            of list: every one
${COMMON_USAGE}`;

interface Listed {
  readonly runId: string;
  readonly mode: string;
  readonly status: string;
  readonly agent: string;
  readonly userId: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

interface Approval {
  readonly toolUseId: string;
  readonly tool: string;
  readonly input: unknown;
}

/** A run, as `GET /agent/runs/{runId}` has it. */
export interface ShownRun extends Listed {
  readonly output?: string;
  readonly model?: string;
  readonly stopReason?: string;
  readonly durationMs?: number;
  readonly usage?: { readonly modelCalls: number; readonly toolCalls?: number; readonly costUsd: string };
  readonly error?: { readonly code: string; readonly detail: string };
  readonly approvals: readonly Approval[];
}

const path = (runId: string, ...more: readonly string[]): string =>
  ['/agent/runs', runId, ...more].map((part, nth) => (nth === 0 ? part : encodeURIComponent(part))).join('/');

const list = async (call: Call): Promise<undefined> => {
  const limit = call.text('limit') ?? '20';
  if (!/^[1-9]\d{0,5}$/.test(limit)) throw new Misused('--limit is a whole number from 1.');
  const most = call.flag('all') ? Infinity : Number(limit);
  const runs: Listed[] = [];
  let cursor: string | undefined;
  do {
    const query = {
      status: call.text('status'),
      agent: call.text('agent'),
      userId: call.text('user'),
      sessionId: call.text('session'),
      from: call.text('from'),
      to: call.text('to'),
      limit: String(Math.min(100, most - runs.length)),
      cursor,
    };
    const page = (await call.api.ask(withQuery('/agent/runs', query))) as {
      readonly runs: readonly Listed[];
      readonly nextCursor: string | null;
    };
    runs.push(...page.runs);
    cursor = page.nextCursor ?? undefined;
    call.progress.at({ done: runs.length, of: Number.isFinite(most) ? most : null, what: 'runs' });
  } while (cursor !== undefined && runs.length < most);
  call.progress.end();
  if (cursor !== undefined) call.shell.err('There are more: --limit shows so many, --all every one.\n');
  call.print({ runs }, () =>
    runs.length === 0
      ? 'There are no such runs. npx ballast ask "What is 17 * 23?" makes one.\n'
      : call.table(
          ['run', 'status', 'agent', 'mode', 'user', 'created'],
          runs.map((run) => [run.runId, run.status, run.agent, run.mode, run.userId, run.createdAt.slice(0, 19)]),
        ),
  );
};

/** What is known of a run, one thing a line, and its answer. */
export const describeRun = (run: ShownRun): string => {
  const { usage, error, output } = run;
  const facts = pairs([
    ['run', run.runId],
    ['status', run.stopReason === undefined ? run.status : `${run.status} (${run.stopReason})`],
    ['agent', run.agent],
    ...(run.model === undefined ? [] : [['model', run.model] as const]),
    ['mode', run.mode],
    ['created', run.createdAt],
    ['updated', run.updatedAt],
    ...(run.durationMs === undefined ? [] : [['took', duration(run.durationMs)] as const]),
    ...(usage === undefined ? [] : [['model calls', usage.modelCalls] as const]),
    ...(usage === undefined ? [] : [['cost', `$${usage.costUsd}`] as const]),
    ...(error === undefined ? [] : [['error', `${error.code}: ${error.detail}`] as const]),
    ...run.approvals.map(
      ({ toolUseId, tool, input }) => ['waits for', `${tool} ${JSON.stringify(input)} (${toolUseId})`] as const,
    ),
  ]);
  return output === undefined ? facts : `${facts}\n${printable(output)}\n`;
};

const show = async (call: Call): Promise<undefined> => {
  const run = (await call.api.ask(path(call.words[0] ?? ''))) as ShownRun;
  call.print(run, () => describeRun(run));
};

const trace = async (call: Call): Promise<undefined> => {
  const found = (await call.api.ask(path(call.words[0] ?? '', 'trace'))) as { readonly steps: readonly ShownStep[] };
  call.print(found, () =>
    found.steps.length === 0
      ? 'It has no steps yet: they are there when it has ended. npx ballast tail shows it meanwhile.\n'
      : call.table(TRACE_HEAD, traceRows(found.steps)),
  );
};

/** The only open call, or the one that is named. */
const openCall = async ({ words: [runId = '', toolUseId], api }: Call): Promise<string> => {
  if (toolUseId !== undefined) return toolUseId;
  const { approvals } = (await api.ask(path(runId))) as ShownRun;
  const [only, ...others] = approvals;
  if (only === undefined) throw new Refused('Nothing of this run waits for a person.');
  if (others.length > 0)
    throw new Misused(`Several calls wait: name one of ${approvals.map((each) => each.toolUseId).join(', ')}.`);
  return only.toolUseId;
};

const inputOf = (call: Call): unknown => {
  const text = call.text('input');
  if (text === undefined) throw new Misused('--input is missing: what the tool is called with instead, as JSON.');
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Misused('--input is not JSON.');
  }
};

const decide =
  (decision: 'approve' | 'deny' | 'edit') =>
  async (call: Call): Promise<undefined> => {
    const input = decision === 'edit' ? { input: inputOf(call) } : {};
    const reason = call.text('reason');
    const toolUseId = await openCall(call);
    const body = { decision, ...input, ...(reason === undefined ? {} : { reason }) };
    await call.api.ask(path(call.words[0] ?? '', 'approvals', toolUseId), { body });
    call.print({ toolUseId, ...body }, () => `${decision}: ${toolUseId}\n`);
  };

const act =
  (name: 'cancel' | 'resume', done: string) =>
  async (call: Call): Promise<undefined> => {
    const maxCostUsd = call.text('max-cost-usd');
    const body = maxCostUsd === undefined ? {} : { maxCostUsd };
    const answer = await call.api.ask(path(call.words[0] ?? '', name), { body });
    call.print(answer, () => `${call.words[0] ?? ''} ${done}\n`);
  };

const text = { type: 'string' } as const;

/** `ballast runs`. */
export const runs = verbOf({
  usage: USAGE,
  parts: {
    list: {
      options: {
        status: text,
        agent: text,
        user: text,
        session: text,
        from: text,
        to: text,
        limit: text,
        all: { type: 'boolean', default: false },
      },
      run: list,
    },
    show: { takes: ['run'], run: show },
    trace: { takes: ['run'], run: trace },
    cancel: { takes: ['run'], run: act('cancel', 'is cancelled.') },
    approve: { takes: ['run', 'tool use?'], run: decide('approve') },
    deny: { takes: ['run', 'tool use?'], options: { reason: text }, run: decide('deny') },
    edit: { takes: ['run', 'tool use?'], options: { input: text, reason: text }, run: decide('edit') },
    resume: { takes: ['run'], options: { 'max-cost-usd': text }, run: act('resume', 'goes on.') },
  },
});
