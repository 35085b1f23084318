import { isContent, type ReadEvent } from './read-event.ts';

/**
 * What an event shows: that the upstream is alive, that it makes content, or that it makes what need not be shown while
 * it grows: thinking, an input of a tool.
 */
export type Sign = 'life' | 'content' | 'unseen';

/** Reads the signs of one stream, event by event; what is open is remembered. */
export const createSigns = (): ((event: ReadEvent) => Sign) => {
  const unseen = new Set<number>();
  return ({ said }) => {
    if (said === null || !isContent(said)) return 'life';
    // Only text is known to come as it is made; a kind that is new may be of either sort.
    if (said.type === 'content_block_start' && said.content_block.type !== 'text') unseen.add(said.index);
    if (said.type === 'content_block_stop') unseen.delete(said.index);
    return unseen.size > 0 ? 'unseen' : 'content';
  };
};
