import type { ContentBlock, RawContentBlockDelta } from '@anthropic-ai/sdk/resources/messages/messages';
import type { Meter } from '../metering/meter.ts';
import { MalformedStream } from '../provider.ts';
import { applyDelta, type PartialBlock } from './apply-delta.ts';

/**
 * The content blocks of one message while they grow; `start` and `grow` return the text that they add to the answer.
 */
export interface ContentBlocks {
  readonly size: number;
  start(index: number, block: ContentBlock): string;
  /** Throws MalformedStream for a block that was not started, as `stop` does. */
  applyDelta(index: number, delta: RawContentBlockDelta): string;
  stop(index: number): void;
  /** Throws MalformedStream unless every input of a tool was told to its end, and is JSON. */
  checkInputs(): void;
  /**
   * In the order of their indices. An input that is no JSON, or was cut off, is the text that was written, under
   * `INVALID_JSON`: the provider's own form for it, which no tool takes for a call without arguments.
   */
  content(): ContentBlock[];
}

/** Inputs of tools are parsed by `parse`. */
export const createContentBlocks = (meter: Meter, parse: (json: string) => unknown): ContentBlocks => {
  const blocks = new Map<number, PartialBlock>();
  const brokenInputs = new Map<PartialBlock, unknown>();
  const written = (opened: PartialBlock): ContentBlock => {
    const isWhole = opened.json === '' || (opened.closed && !brokenInputs.has(opened));
    return isWhole ? opened.block : ({ ...opened.block, input: { INVALID_JSON: opened.json } } as ContentBlock);
  };
  const started = (index: number): PartialBlock => {
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
      // The model writes the name of a tool too, and more around it.
      if (block.type === 'tool_use') meter.wrote(JSON.stringify(block));
      if (block.type !== 'text') return '';
      meter.wrote(String(block.text));
      return block.text;
    },
    applyDelta: (index, delta) => applyDelta(started(index), delta, meter),
    stop(index) {
      const opened = started(index);
      opened.closed = true;
      if (opened.json === '') return;
      try {
        (opened.block as { input: unknown }).input = parse(opened.json);
      } catch (cause) {
        brokenInputs.set(opened, cause);
      }
    },
    checkInputs() {
      for (const cause of brokenInputs.values()) throw new MalformedStream('tool input is not JSON', { cause });
      // Half an input may parse as none, and a tool would be called with its defaults.
      if (blocks.values().some(({ json, closed }) => json !== '' && !closed))
        throw new MalformedStream('tool input without its end');
    },
    content: () => [...blocks].sort(([a], [b]) => a - b).map(([, opened]) => written(opened)),
  };
};
