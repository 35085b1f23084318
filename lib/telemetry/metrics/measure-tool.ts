import type { BallastEvent } from '../events.ts';
import { measured, type Measurement } from './metric-names.ts';

type Finished = Extract<BallastEvent, { readonly type: 'tool.finished' }>;

/** What goes wrong without the tool having failed: it was asked for what it is not, or declined. */
const OF_THE_MODEL: ReadonlySet<string> = new Set(['declined', 'invalid-input', 'unknown-tool', 'not-allowed']);

/** What keeps a call from its tool: its time would hide how long the others took. */
const NOT_RUN: ReadonlySet<string> = new Set(['invalid-input', 'unknown-tool', 'not-allowed', 'circuit-open']);

/** What a call of a tool adds. */
export const ofTool = ({ tool, outcome, fault, durationMs }: Finished): Measurement[] => {
  const failed = fault === null || OF_THE_MODEL.has(fault) ? 0 : 1;
  return [
    ...measured({ tool }, { ToolCalls: 1, ToolErrors: failed }),
    ...(NOT_RUN.has(fault ?? '') ? [] : measured({ tool }, { ToolDuration: durationMs })),
    ...measured({ tool, outcome }, { ToolOutcomes: 1 }),
    ...(fault === null ? [] : measured({ tool, fault }, { ToolFaults: 1 })),
    ...(fault === 'timeout' ? measured({ what: 'tool' }, { Timeouts: 1 }) : []),
  ];
};
