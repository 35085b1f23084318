import {
  type Item,
  keyOf,
  n,
  optional,
  readBigInt,
  readNumber,
  readString,
  readStrings,
  s,
} from '../../dynamodb/attributes.ts';
import { formatUsd, parseUsd, pico } from '../../kernel/money.ts';
import type { Overflow } from '../overflow.ts';
import { partitionOf, type RunKey } from '../run-key.ts';

/** A message to a run that is under way. */
export interface InboxMessage {
  readonly messageId: string;
  readonly content: string;
  /** Whether the model call in flight ends for it. */
  readonly interrupt: boolean;
  /** Epoch milliseconds. Default: it was sent before this was kept. */
  readonly sentAt?: number | undefined;
}

/** Who cancelled a run, and when (epoch milliseconds). */
export interface Cancellation {
  readonly keyId: string;
  readonly at: number;
}

/** A tool call that waits for a person. Instants are epoch milliseconds. */
export interface ApprovalRequest {
  readonly toolUseId: string;
  readonly tool: string;
  /** JSON. */
  readonly input: unknown;
  /** The flow rule for which it is asked. Default: its tool always asks. */
  readonly rule?: string;
  readonly requestedAt: number;
  /** When nobody will have decided. */
  readonly expiresAt: number;
}

/** What became of an approval. */
export interface Decision {
  readonly toolUseId: string;
  readonly decision: 'approve' | 'deny' | 'edit' | 'expire';
  /** JSON that the tool gets in place of the model's, for an `edit`. */
  readonly input?: unknown;
  readonly reason?: string;
  /** The id of the key that decided; `null` for time. */
  readonly by: string | null;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** All that was sent to a run, as plain JSON. */
export interface Inbox {
  /** A run's own limit as it is now: a decimal string of US dollars. */
  readonly maxCostUsd: string | null;
  /** How often the run was told to go on; where an answer was lost, one of them may count twice. */
  readonly raises: number;
  readonly cancelled: Cancellation | null;
  /** In the order in which they came. */
  readonly messages: readonly InboxMessage[];
  /** The approvals that are open, the oldest first. */
  readonly approvals: readonly ApprovalRequest[];
  readonly decisions: readonly Decision[];
  /** Whether nothing more is taken. */
  readonly closed: boolean;
}

/** The item as an update finds it; what is said of one thing has an attribute of its own, so that it is said once. */
export const inboxKey = (run: RunKey) => ({ pk: partitionOf(run), sk: 'inbox' });
export const messageName = (messageId: string): string => `message#${messageId}`;
export const requestName = (toolUseId: string): string => `approval#${toolUseId}`;
export const decisionName = (toolUseId: string): string => `decision#${toolUseId}`;

/** As text: DynamoDB's own strings hold no lone surrogate. */
export const messageText = ({ content, interrupt, sentAt }: InboxMessage): string =>
  JSON.stringify({ content, interrupt, sentAt });

/** Whether a message that is there says what one does that is sent again, later; of one that was erased, nobody knows better. */
export const saysTheSame = (text: string, { content, interrupt }: InboxMessage): boolean => {
  const earlier = JSON.parse(text) as Omit<InboxMessage, 'messageId'> & { readonly erased?: boolean };
  return earlier.erased === true || (earlier.content === content && earlier.interrupt === interrupt);
};

/** Up to here a request or a decision stands in the inbox itself, which has 400 KB for all of them. */
export const INLINE_BYTES = 1_024;

/** `writeId` marks whose it is, for what several may want to say. */
interface Stored {
  readonly writeId?: string | undefined;
  readonly value?: unknown;
  readonly overflowKey?: string;
}

export const storedText = async (overflow: Overflow, run: RunKey, value: object, writeId?: string): Promise<string> => {
  const isInline = Buffer.byteLength(JSON.stringify(value)) <= INLINE_BYTES;
  const stored: Stored = isInline ? { writeId, value } : { writeId, overflowKey: await overflow.put(run, value) };
  return JSON.stringify(stored);
};

/** What `storedText` has made text of. */
export const storedValue = (overflow: Overflow, run: RunKey, text: string): Promise<unknown> => {
  const { value, overflowKey } = JSON.parse(text) as Stored;
  return overflowKey === undefined ? Promise.resolve(value) : overflow.get(run, overflowKey);
};

export const writeIdOf = (attribute: Item[string] | undefined): string | undefined =>
  attribute?.S === undefined ? undefined : (JSON.parse(attribute.S) as Stored).writeId;

/** What was stored under all names that begin so. */
const storedValues = (overflow: Overflow, run: RunKey, item: Item, prefix: string): Promise<unknown[]> =>
  Promise.all(
    Object.keys(item)
      .filter((name) => name.startsWith(prefix))
      .map((name) => storedValue(overflow, run, readString(item, name))),
  );

/** By their instants, then by their ids: attributes have no order. */
const inOrder = <T extends { readonly toolUseId: string }>(all: T[], at: (one: T) => number): T[] =>
  all.sort((a, b) => at(a) - at(b) || (a.toolUseId < b.toolUseId ? -1 : 1));

export const newItem = (run: RunKey, maxCostUsd: string | null): Item => ({
  ...keyOf(inboxKey(run)),
  state: s('open'),
  raises: n(0),
  messageCount: n(0),
  messageBytes: n(0),
  ...(maxCostUsd === null ? {} : { maxCostPicoUsd: n(parseUsd(maxCostUsd)) }),
});

export const fromItem = async (overflow: Overflow, run: RunKey, item: Item): Promise<Inbox> => {
  const [approvals, decisions] = await Promise.all([
    storedValues(overflow, run, item, requestName('')) as Promise<ApprovalRequest[]>,
    storedValues(overflow, run, item, decisionName('')) as Promise<Decision[]>,
  ]);
  const maxCost = optional(item, 'maxCostPicoUsd', readBigInt);
  const cancelled = optional(item, 'cancelled', readString);
  return {
    maxCostUsd: maxCost === null ? null : formatUsd(pico(maxCost)),
    raises: readNumber(item, 'raises'),
    cancelled: cancelled === null ? null : (JSON.parse(cancelled) as Cancellation),
    messages: (optional(item, 'messageIds', readStrings) ?? []).map((messageId) => ({
      messageId,
      ...(JSON.parse(readString(item, messageName(messageId))) as Omit<InboxMessage, 'messageId'>),
    })),
    approvals: inOrder(approvals, ({ requestedAt }) => requestedAt),
    decisions: inOrder(decisions, ({ at }) => at),
    closed: readString(item, 'state') === 'closed',
  };
};

const inline = (value: object): Item[string] => s(JSON.stringify({ value } satisfies Stored));

/** The item without anything that people or models wrote: what was decided or sent is still known to have been. */
export const withoutContent = (item: Item, { messages, approvals, decisions }: Inbox): Item => ({
  ...item,
  ...Object.fromEntries([
    ...messages.map(({ messageId, interrupt }) => {
      const erased = JSON.stringify({ content: '', interrupt, erased: true });
      return [messageName(messageId), s(erased)] as const;
    }),
    ...approvals.map((asked) => [requestName(asked.toolUseId), inline({ ...asked, input: null })] as const),
    ...decisions.map(({ input: _input, reason: _reason, ...decided }) => {
      return [decisionName(decided.toolUseId), inline(decided)] as const;
    }),
  ]),
});
