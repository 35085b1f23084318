import { COMMENT } from '../../lib/gateway/answer/buffered-head.ts';
import type { Step } from '../../local/simulated-claude/steps.ts';
import { type ScriptedAnswer } from '../upstream/answers.ts';

/** What the answers say. */
export const TEXT = 'Weight, low down, of one kind or another.';

/** As Ballast sends what is quiet: the head with a comment first, then one between any two events. */
export const withComments =
  (answer: ScriptedAnswer): ScriptedAnswer =>
  (asked) =>
    [...answer(asked)].flatMap((step): Step[] =>
      step.do === 'send' ? [{ do: 'send', bytes: COMMENT, piece: 'comment', billed: null }, step] : [step],
    );
