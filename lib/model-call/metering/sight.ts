import type { RawMessageStreamEvent } from '@anthropic-ai/sdk/resources/messages/messages';
import type { Clock } from '../../kernel/clock.ts';
import type { BlockKind, Sight } from './unseen.ts';

const KINDS: Readonly<Partial<Record<string, BlockKind>>> = {
  text: 'text',
  tool_use: 'tool',
  thinking: 'thinking',
  redacted_thinking: 'thinking',
};

/** Follows what of an answer can be seen while its events pass. */
export interface SightRecorder {
  saw(event: RawMessageStreamEvent): void;
  held(ms: number): void;
  /** As it stands now; `broken`: an event came that could not be read. */
  at(broken: boolean): Sight;
}

export const createSightRecorder = (clock: Clock): SightRecorder => {
  const blocks = new Set<BlockKind>();
  let open: BlockKind | null = null;
  let lastEventMs = clock.monotonicMs();
  let heldMs = 0;
  return {
    saw(event) {
      lastEventMs = clock.monotonicMs();
      if (event.type === 'content_block_stop') open = null;
      if (event.type !== 'content_block_start') return;
      open = KINDS[event.content_block.type] ?? 'other';
      blocks.add(open);
    },
    held(ms) {
      heldMs += ms;
    },
    at: (broken) => ({ blocks, open, silentMs: clock.monotonicMs() - lastEventMs, heldMs, broken }),
  };
};
