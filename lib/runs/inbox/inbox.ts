import { type Item, n, s } from '../../dynamodb/attributes.ts';
import type { Assumption } from '../../dynamodb/condition.ts';
import type { CallOptions, ReadOptions, Table, WritingOptions } from '../../dynamodb/table.ts';
import type { Change, Updated } from '../../dynamodb/update.ts';
import { createWriteId } from '../../dynamodb/write-id.ts';
import { type Clock, epochSeconds, type Random } from '../../kernel/clock.ts';
import { parseUsd } from '../../kernel/money.ts';
import { createOverflow } from '../overflow.ts';
import type { RunKey } from '../run-key.ts';
import {
  type ApprovalRequest,
  type Cancellation,
  type Decision,
  decisionName,
  fromItem,
  type Inbox,
  inboxKey,
  type InboxMessage,
  messageName,
  messageText,
  newItem,
  requestName,
  saysTheSame,
  storedText,
  writeIdOf,
} from './inbox-item.ts';

/** Messages that one run takes in all. */
export const MAX_MESSAGES = 100;
/** Their length in all, as JSON: half of what an item holds. */
export const MAX_MESSAGE_BYTES = 200 * 1024;

/**
 * What people and other processes want of a run that is under way, in one item of the run. Each method is one write or
 * one read (another write or read for each request or decision above 1 KB), and harmless when repeated. `closed` is
 * said of a run that has ended, and of one that has no inbox. Rejects with `store-unavailable` only.
 */
export interface InboxStore {
  /** Opens the inbox of a new run; one that is there stays as it is. `maxCostUsd`: the run's own limit, if it has one. */
  create(run: RunKey, limits: { readonly maxCostUsd: string | null }, options?: CallOptions): Promise<void>;
  /**
   * Adds a message behind all others; a message of the same id is there once, and `other` where it said something else.
   * `full` where the bounds above end.
   */
  post(run: RunKey, message: InboxMessage, options?: CallOptions): Promise<'taken' | 'other' | 'full' | 'closed'>;
  /** Asks the run to end as cancelled; the first who asks is remembered. */
  cancel(run: RunKey, by: Cancellation, options?: CallOptions): Promise<'taken' | 'closed'>;
  /**
   * Tells the run to go on, with a limit in place of its own if one is given: a decimal string of US dollars.
   * `not-higher` where that would not be above its own, or it has none; then nothing has changed.
   */
  raise(run: RunKey, maxCostUsd: string | null, options?: CallOptions): Promise<'taken' | 'not-higher' | 'closed'>;
  /** Opens an approval. Asked again, also after it was decided, it stays as it is. */
  ask(run: RunKey, request: ApprovalRequest, options?: CallOptions): Promise<'taken' | 'closed'>;
  /** Decides an open approval: of all who try, one. `decided`: another was. `unknown`: there is no such approval. */
  decide(
    run: RunKey,
    toolUseId: string,
    decision: Omit<Decision, 'toolUseId'>,
    options?: CallOptions,
  ): Promise<'taken' | 'decided' | 'unknown' | 'closed'>;
  /** Decides that nobody has decided in time, at an instant in epoch milliseconds. */
  expire(
    run: RunKey,
    toolUseId: string,
    at: number,
    options?: CallOptions,
  ): Promise<'taken' | 'decided' | 'unknown' | 'closed'>;
  /** All of it; `null` where there is none. */
  read(run: RunKey, options?: ReadOptions): Promise<Inbox | null>;
  /**
   * Closes the inbox of a run that wants to end, having read so many messages; `true` also when it was closed before.
   * `false`: more messages have come, or the run was cancelled. Then the run reads again, and goes on or is cancelled.
   */
  close(run: RunKey, readMessages: number, options?: CallOptions): Promise<boolean>;
  /** Closes the inbox whatever is in it: of a run that was cancelled, or has failed. */
  forceClose(run: RunKey, options?: CallOptions): Promise<void>;
}

export interface InboxStoreOptions {
  readonly table: Table;
  readonly clock: Clock;
  readonly random: Random;
  /** How long an inbox is kept after its last change: the longest wait of a run, and then as long as a run is kept. */
  readonly retentionMs: number;
}

const OPEN: Item = { state: s('open') };
const CLOSED: Item = { state: s('closed') };
const isOpen = ({ state }: Item): boolean => state?.S === 'open';

export const createInboxStore = ({ table, clock, random, retentionMs }: InboxStoreOptions): InboxStore => {
  const overflow = createOverflow({ table, clock, retentionMs });
  const expiry = (): Item => ({ expiresAt: n(epochSeconds(clock.now() + retentionMs)) });

  const change = (
    run: RunKey,
    { set, ...more }: Change,
    assumed: Assumption,
    options?: WritingOptions,
  ): Promise<Updated> => table.update(inboxKey(run), { ...more, set: { ...set, ...expiry() } }, assumed, options);

  const decide: InboxStore['decide'] = async (run, toolUseId, decision, options) => {
    const writeId = createWriteId(random);
    const name = decisionName(toolUseId);
    const text = await storedText(overflow, run, { toolUseId, ...decision }, writeId);
    const updated = await change(
      run,
      { set: { [name]: s(text) }, remove: [requestName(toolUseId)] },
      { equal: OPEN, has: [requestName(toolUseId)], lacks: [name] },
      options,
    );
    if (updated.applied || writeIdOf(updated.found[name]) === writeId) return 'taken';
    if (!isOpen(updated.found)) return 'closed';
    return updated.found[name] === undefined ? 'unknown' : 'decided';
  };

  return {
    async create(run, { maxCostUsd }, options) {
      await table.putNew({ ...newItem(run, maxCostUsd), ...expiry() }, options);
    },

    async post(run, message, options) {
      const name = messageName(message.messageId);
      const text = messageText(message);
      const bytes = Buffer.byteLength(text);
      const updated = await change(
        run,
        {
          set: { [name]: s(text) },
          append: { messageIds: s(message.messageId) },
          add: { messageCount: 1, messageBytes: bytes },
        },
        {
          equal: OPEN,
          lacks: [name],
          atMost: { messageCount: MAX_MESSAGES - 1, messageBytes: MAX_MESSAGE_BYTES - bytes },
        },
        options,
      );
      if (updated.applied) return 'taken';
      const earlier = updated.found[name]?.S;
      if (earlier !== undefined) return saysTheSame(earlier, message) ? 'taken' : 'other';
      return isOpen(updated.found) ? 'full' : 'closed';
    },

    async cancel(run, by, options) {
      const cancelled = s(JSON.stringify(by));
      const updated = await change(run, { set: { cancelled } }, { equal: OPEN, lacks: ['cancelled'] }, options);
      return updated.applied || isOpen(updated.found) ? 'taken' : 'closed';
    },

    async raise(run, maxCostUsd, options) {
      const raised = { add: { raises: 1 } };
      if (maxCostUsd === null)
        return (await change(run, raised, { equal: OPEN }, options)).applied ? 'taken' : 'closed';
      const writeId = s(createWriteId(random));
      const maxCost = parseUsd(maxCostUsd);
      const updated = await change(
        run,
        { ...raised, set: { maxCostPicoUsd: n(maxCost), raisedBy: writeId } },
        { equal: OPEN, has: ['maxCostPicoUsd'], atMost: { maxCostPicoUsd: maxCost - 1n } },
        options,
      );
      if (updated.applied || updated.found['raisedBy']?.S === writeId.S) return 'taken';
      return isOpen(updated.found) ? 'not-higher' : 'closed';
    },

    async ask(run, request, options) {
      const name = requestName(request.toolUseId);
      const set = { [name]: s(await storedText(overflow, run, request)) };
      const lacks = [name, decisionName(request.toolUseId)];
      const updated = await change(run, { set }, { equal: OPEN, lacks }, options);
      return updated.applied || isOpen(updated.found) ? 'taken' : 'closed';
    },

    decide,
    expire: (run, toolUseId, at, options) => decide(run, toolUseId, { decision: 'expire', by: null, at }, options),

    async read(run, options) {
      const item = await table.get(inboxKey(run), options);
      return item === null ? null : await fromItem(overflow, run, item);
    },

    async close(run, readMessages, options) {
      const assumed = { equal: OPEN, lacks: ['cancelled'], atMost: { messageCount: readMessages } };
      const updated = await change(run, { set: CLOSED }, assumed, options);
      return updated.applied || updated.found['state']?.S === 'closed';
    },

    async forceClose(run, options) {
      await change(run, { set: CLOSED }, { has: ['state'] }, options);
    },
  };
};
