import { readInput } from '../agent/tools/tool-input.ts';
import { scopedKey } from '../idempotency/key.ts';
import type { Clock } from '../kernel/clock.ts';
import { concurrently } from '../kernel/concurrently.ts';
import { AppError } from '../kernel/errors.ts';
import type { Ids } from '../kernel/ids/ids.ts';
import { parseUsd } from '../kernel/money.ts';
import { safe } from '../kernel/redacted.ts';
import { labelsIn } from '../redaction/classes.ts';
import type { Catalog } from '../run/catalog.ts';
import { checkInput } from '../run/check-input.ts';
import type { ActiveRuns } from '../runs/active.ts';
import type { InboxStore } from '../runs/inbox/inbox.ts';
import type { RunKey } from '../runs/run-key.ts';
import type { RunRow, RunStore } from '../runs/types.ts';
import { findRun } from '../runs/views.ts';
import type { Emit } from '../telemetry/events.ts';
import type { AuditEntry, Principal, TenantStore } from '../tenants/types.ts';
import { derivedId } from './derived-id.ts';
import type { Executions } from './executions.ts';
import type { DecisionRequest } from './http/async-request.ts';
import { wakeRun } from './wake-run.ts';

export interface ControlRunParts {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly emit: Emit;
  readonly catalog: Pick<Catalog, 'find' | 'lookUp'>;
  readonly runs: Pick<RunStore, 'find'>;
  readonly inbox: InboxStore;
  readonly executions: Executions;
  readonly active: Pick<ActiveRuns, 'list'>;
  readonly tenants: Pick<TenantStore, 'find'>;
  /** Is told whose run something is done to. Default: nobody is. */
  readonly found?: (run: RunRow) => void;
  /** Notes who does what to what; rejects where that cannot be noted, and then nothing is done. */
  readonly note: (by: Principal, action: string, target: string, changes: AuditEntry['changes']) => Promise<void>;
}

export interface PostedMessage {
  readonly content: string;
  readonly interrupt?: boolean | undefined;
  /** The client's own name for it: sent again under it, it is there once. */
  readonly idempotencyKey?: string | undefined;
}

/** What people do to a run that is under way. Each throws `not-found` for a run that is not the caller's own tenant's. */
export interface ControlRun {
  /** Throws `run-conflict` where the run has ended. */
  cancel(by: Principal, runId: string): Promise<void>;
  /** Cancels every unfinished run of a tenant, and resolves with how many there were. Throws `not-found` where there is neither. */
  cancelAll(by: Principal, tenantId: string): Promise<number>;
  /**
   * Resolves with the message's id. Throws `run-conflict` where the run has ended, or takes no more, and
   * `idempotency-key-reused` where another message was sent under its key.
   */
  post(by: Principal, runId: string, message: PostedMessage): Promise<string>;
  /** Throws `run-conflict` unless the run waits for room in a budget. A limit that was raised to just this counts as raised. */
  resume(by: Principal, runId: string, maxCostUsd: string | undefined): Promise<void>;
  /** Throws `not-found` for what nobody asked, `run-conflict` for what was decided, `invalid-request` for an input that the tool refuses. */
  decide(by: Principal, runId: string, toolUseId: string, decision: DecisionRequest): Promise<void>;
}

/**
 * Who decides has seen the input with its secrets replaced. Sent back, a label would be what the tool works on. Throws
 * `invalid-request`; a label that was not shown is the person's own text.
 */
const checkLabels = (shown: unknown, edited: unknown): void => {
  const sent = labelsIn(JSON.stringify(edited));
  if (![...labelsIn(JSON.stringify(shown))].some((label) => sent.has(label))) return;
  const message = safe`must not contain a label such as [REDACTED_CARD] that stands for a hidden value: write the value itself`;
  throw new AppError('invalid-request', safe`The tool would get a label in place of a value.`, {
    issues: [{ path: 'input', message }],
  });
};

/** Runs cancelled at a time. */
const AT_ONCE = 16;

const ended = () => new AppError('run-conflict', safe`The run has ended.`);
const noTenant = () => new AppError('not-found', safe`There is no tenant of this id.`);
const noApproval = () => new AppError('not-found', safe`Nothing of this id waits for approval.`);
const wasDecided = () => new AppError('run-conflict', safe`This was decided before.`);

/** Signals are written first, and then the run is woken: a wake that is lost is made up for by the sweeper. */
export const createControlRun = (parts: ControlRunParts): ControlRun => {
  const { clock, ids, emit, catalog, runs, inbox, executions, active, tenants, note, found } = parts;

  const asyncRun = async ({ tenantId }: Principal, runId: string): Promise<RunRow> => {
    const row = await findRun(runs, tenantId, runId);
    found?.(row);
    // A synchronous run is kept once it has ended.
    if (row.mode === 'sync') throw ended();
    return row;
  };
  const wake = (run: RunKey): Promise<void> => wakeRun({ runs, executions }, run);

  /** Whether somebody who had no answer asks again. */
  const wasRaisedTo = async (run: RunKey, maxCostUsd: string | null): Promise<boolean> => {
    const now = await inbox.read(run);
    if (!now?.maxCostUsd || maxCostUsd === null || now.raises === 0) return false;
    return parseUsd(now.maxCostUsd) === parseUsd(maxCostUsd);
  };

  /** Throws `invalid-request` where the tool would not take the input. */
  const checkToolInput = async (row: RunRow, tool: string, input: unknown): Promise<void> => {
    const found = catalog.find({ agent: row.agent }).tools.get(tool);
    if (found === undefined) throw noApproval();
    const read = await readInput(found, input);
    if (read.ok) return;
    const issues = read.issues.map(({ path, message }) => ({ path: path === '' ? 'input' : `input.${path}`, message }));
    throw new AppError('invalid-request', safe`The tool does not take this input.`, { issues });
  };

  return {
    async cancel(by, runId) {
      const run = await asyncRun(by, runId);
      if ((await inbox.cancel(run, { keyId: by.keyId, at: clock.now() })) === 'closed') throw ended();
      await wake(run);
    },

    async cancelAll(by, tenantId) {
      const unfinished = await active.list(tenantId);
      // What is left of a tenant that is gone can still be stopped.
      if (unfinished.length === 0 && (await tenants.find(tenantId)) === null) throw noTenant();
      await note(by, 'runs.cancelled', tenantId, { cancelled: { from: null, to: unfinished.length } });
      const cancelled = await concurrently(unfinished, AT_ONCE, async (run) => {
        const taken = await inbox.cancel(run, { keyId: by.keyId, at: clock.now() });
        if (taken !== 'closed') await wake(run);
        return taken !== 'closed';
      });
      return cancelled.filter(Boolean).length;
    },

    async post(by, runId, { content, interrupt = false, idempotencyKey: key }) {
      const run = await asyncRun(by, runId);
      const agent = catalog.lookUp(run.agent);
      if (agent !== null) await checkInput({ emit }, agent, by.tenant, [[{ path: 'content', text: content }]]);
      const id = key === undefined ? ids.request().replace(/^req_/, '') : derivedId(runId, scopedKey(by.tenantId, key));
      const messageId = `msg_${id}`;
      const posted = await inbox.post(run, { messageId, content, interrupt, sentAt: clock.now() });
      if (posted === 'closed') throw ended();
      if (posted === 'other')
        throw new AppError('idempotency-key-reused', safe`This Idempotency-Key was used for another message.`);
      if (posted === 'full')
        throw new AppError('run-conflict', safe`The run takes no more messages: 100 of them, or 200 KB, is the most.`);
      return messageId;
    },

    async resume(by, runId, maxCostUsd = undefined) {
      const run = await asyncRun(by, runId);
      if (run.status !== 'awaiting_budget')
        throw new AppError('run-conflict', safe`The run does not wait for room in a budget.`);
      const raised = await inbox.raise(run, maxCostUsd ?? null);
      if (raised === 'closed') throw ended();
      if (raised === 'not-higher' && !(await wasRaisedTo(run, maxCostUsd ?? null))) {
        const issues = [{ path: 'maxCostUsd', message: safe`must be higher than the run's own limit` }];
        throw new AppError('invalid-request', safe`The limit is not raised.`, { issues });
      }
      await wake(run);
    },

    async decide(by, runId, toolUseId, { decision, input, reason }) {
      const run = await asyncRun(by, runId);
      const before = await inbox.read(run);
      const asked = before?.approvals.find((approval) => approval.toolUseId === toolUseId);
      if (asked === undefined) {
        const isDecided = before?.decisions.some((each) => each.toolUseId === toolUseId);
        throw isDecided ? wasDecided() : noApproval();
      }
      if (decision === 'edit') {
        checkLabels(asked.input, input);
        await checkToolInput(run, asked.tool, input);
      }
      await note(by, 'approval.decided', `${runId}/${toolUseId}`, { decision: { from: null, to: decision } });
      const why = reason === undefined ? {} : { reason };
      const edited = decision === 'edit' ? { input } : {};
      const decided = await inbox.decide(run, toolUseId, {
        decision,
        ...edited,
        ...why,
        by: by.keyId,
        at: clock.now(),
      });
      if (decided === 'closed') throw ended();
      if (decided === 'unknown') throw noApproval();
      if (decided === 'decided') throw wasDecided();
      // The run goes on when all that it asked at once is decided.
      if ((await inbox.read(run))?.approvals.length === 0) await wake(run);
    },
  };
};
