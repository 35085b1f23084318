import { late } from '../kernel/late.ts';
import type { Pattern } from './define-agent.ts';
import { react } from './react.ts';
import type { LoopParts, LoopResult, Run } from './types.ts';

/** Not in the way of a cold start: most runs need no reviewer. */
export const loadReflection = late(async () => (await import('./reflection.ts')).reflection);

const PATTERNS: Record<Pattern, (parts: LoopParts, run: Run) => Promise<LoopResult>> = {
  react,
  reflection: async (parts, run) => (await loadReflection())(parts, run),
};

/** Runs an agent by its own pattern. */
export const runPattern = (parts: LoopParts, run: Run): Promise<LoopResult> => PATTERNS[run.agent.pattern](parts, run);
