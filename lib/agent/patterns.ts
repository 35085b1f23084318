import type { Pattern } from './define-agent.ts';
import { react } from './react.ts';
import { reflection } from './reflection.ts';
import type { LoopParts, LoopResult, Run } from './types.ts';

const PATTERNS: Record<Pattern, (parts: LoopParts, run: Run) => Promise<LoopResult>> = { react, reflection };

/** Runs an agent by its own pattern. */
export const runPattern = (parts: LoopParts, run: Run): Promise<LoopResult> => PATTERNS[run.agent.pattern](parts, run);
