import type { ContentBlock, RawContentBlockDelta } from '@anthropic-ai/sdk/resources/messages/messages';
import { growBlock, type OpenBlock } from './grow-block.ts';
import { MalformedStream } from './malformed-stream.ts';
import type { Meter } from './meter.ts';

/**
 * The content blocks of one message while they grow; `start` and `grow` return the text that they add to the answer.
 */
export interface OpenBlocks {
  readonly size: number;
  start(index: number, block: ContentBlock): string;
  /** Throws MalformedStream for a block that was not started, as `stop` does. */
  grow(index: number, delta: RawContentBlockDelta): string;
  stop(index: number): void;
  /** Throws MalformedStream unless every input of a tool was told to its end, and is JSON. */
  checkInputs(): void;
  /** In the order of their indices. */
  content(): ContentBlock[];
}

/** Inputs of tools are parsed by `parse`. */
export const createOpenBlocks = (meter: Meter, parse: (json: string) => unknown): OpenBlocks => {
  const blocks = new Map<number, OpenBlock>();
  let brokenInput: unknown = null;
  const started = (index: number): OpenBlock => {
    const found = blocks.get(index);
    if (!found) throw new MalformedStream('delta of a block that was not started');
    return found;
  };
  return {
    get size() {
      return blocks.size;
    },
    start(index, block) {
      blocks.set(index, { block: { ...block }, json: '', closed: false });
      return block.type === 'text' ? block.text : '';
    },
    grow: (index, delta) => growBlock(started(index), delta, meter),
    stop(index) {
      const opened = started(index);
      opened.closed = true;
      if (opened.json === '') return;
      try {
        (opened.block as { input: unknown }).input = parse(opened.json);
      } catch (cause) {
        brokenInput = cause;
      }
    },
    checkInputs() {
      if (brokenInput !== null) throw new MalformedStream('tool input is not JSON', { cause: brokenInput });
      // Half an input may parse as none, and a tool would be called with its defaults.
      if (blocks.values().some(({ json, closed }) => json !== '' && !closed))
        throw new MalformedStream('tool input without its end');
    },
    content: () => [...blocks].sort(([a], [b]) => a - b).map(([, { block }]) => block),
  };
};
