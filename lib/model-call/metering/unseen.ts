/**
 * What a broken-off answer may have been billed for without anybody seeing it. The provider bills what it generated,
 * shown or not: thinking that is hidden or summarised, the input of a tool that is buffered until it is whole, what
 * its own tools read in between. So only where all of it was visible may an estimate be made from what was seen.
 */

/** `turns`: the input may have been read again, and more beside it, by tools that the provider runs. */
export type Unseen = 'nothing' | 'output' | 'turns';

export type BlockKind = 'text' | 'tool' | 'thinking' | 'other';

/** What passed of an answer until it broke off. */
export interface Sight {
  /** Kinds of the blocks that began. */
  readonly blocks: ReadonlySet<BlockKind>;
  /** That of the block whose end has not come. */
  readonly open: BlockKind | null;
  /** Milliseconds without an event of the message before the break: a `ping` proves life, not that all was seen. */
  readonly silentMs: number;
  /** Milliseconds in all for which the caller did not read, so that what was sent may lie unread. */
  readonly heldMs: number;
  /** Whether an event came that could not be read. */
  readonly broken: boolean;
}

/** What of a request decides what may be hidden. */
export interface Hiding {
  readonly mayThink: boolean;
  /** Whether the model has a tool whose input is not streamed as it is generated. */
  readonly buffersTools: boolean;
  /** Whether the provider may run tools, or read the input again, within the request. */
  readonly mayTakeTurns: boolean;
}

/** So long an answer that is being written is never silent, though it may be slow. */
export const LIVELY_MS = 1_000;

const ofModel = ({ mayThink, buffersTools }: Hiding, { blocks, open, silentMs, heldMs, broken }: Sight): Unseen => {
  const isLively = silentMs <= LIVELY_MS && heldMs <= LIVELY_MS && !broken;
  if (mayThink || !isLively || blocks.has('thinking') || blocks.has('other')) return 'output';
  // Between two blocks the next may be a tool's, of which not even the beginning has come; and of an input that came
  // whole nobody knows how many tokens it took.
  if (buffersTools && (open !== 'text' || blocks.has('tool'))) return 'output';
  return 'nothing';
};

/** The provider runs no tool while it writes text or thinks, until the first of its own has begun. */
const maySpendTurns = ({ blocks, open, silentMs, heldMs, broken }: Sight): boolean =>
  blocks.has('other') ||
  (open !== 'text' && open !== 'thinking') ||
  broken ||
  heldMs > LIVELY_MS ||
  (open === 'text' && silentMs > LIVELY_MS);

/** What may have been billed unseen; `null`: nothing is known of what passed. */
export const unseenOf = (hiding: Hiding, sight: Sight | null): Unseen => {
  if (sight === null) return hiding.mayTakeTurns ? 'turns' : 'output';
  if (hiding.mayTakeTurns && maySpendTurns(sight)) return 'turns';
  return ofModel(hiding, sight);
};
