import type { Clock } from '../../../lib/kernel/clock.ts';
import { type PicoUsd, sum } from '../../../lib/kernel/money.ts';
import { createPriceTable } from '../../../lib/pricing/price-table.ts';
import { PUBLISHED_PRICES } from '../../../lib/pricing/prices.ts';
import { costOf, priceAt } from '../../../lib/pricing/pricing.ts';
import { answerSteps, type Step } from '../../../local/simulated-claude/steps.ts';
import { textBlock, type TokenCounts, toolUseBlock } from '../../../local/simulated-claude/wire.ts';
import type { SeenRequest } from '../../upstream/recorder.ts';
import { startScriptedUpstream } from '../../upstream/start-scripted-upstream.ts';

const PRICES = createPriceTable(PUBLISHED_PRICES);
const MODEL = 'claude-sonnet-5-5';

export interface Turn {
  readonly role: string;
  readonly content: string | readonly { readonly type: string; readonly text?: string }[];
}

export const turnsOf = ({ body }: SeenRequest): readonly Turn[] => (body?.['messages'] ?? []) as readonly Turn[];

/** All text that the user and the people who wrote to the run have said, in order. */
export const saidTo = (request: SeenRequest): string =>
  turnsOf(request)
    .filter(({ role }) => role === 'user')
    .flatMap(({ content }) => (typeof content === 'string' ? [content] : content.map(({ text = '' }) => text)))
    .join('\n');

/** What the upstream bills for what it has sent. */
export const billOf = (requests: readonly SeenRequest[]): PicoUsd =>
  sum(
    requests.map(({ billed, at }) => {
      const { input, output, read, write5m, write1h }: TokenCounts = billed ?? {
        input: 0,
        output: 0,
        read: 0,
        write5m: 0,
        write1h: 0,
      };
      const price = priceAt(PRICES, MODEL, at);
      if (price === null) throw new Error('the model has no price');
      const tokens = {
        inputTokens: input,
        outputTokens: output,
        cacheReadInputTokens: read,
        cacheWrite5mInputTokens: write5m,
        cacheWrite1hInputTokens: write1h,
        webSearchRequests: 0,
      };
      return costOf(tokens, price);
    }),
  );

interface ScriptedUse {
  readonly name: string;
  readonly id: string;
}

/** One answer: what is said, the tool that is then used, and how long it pauses in its text. */
export interface ScriptedTurn {
  readonly text: string;
  readonly tool?: ScriptedUse;
  /** Used beside it. */
  readonly secondTool?: ScriptedUse;
  readonly pauseMs?: number;
  /** Default: 100. */
  readonly inputTokens?: number;
}

/** The six model calls of the run that is killed. */
export const TURNS: readonly ScriptedTurn[] = [
  { text: 'First a look. ', tool: { name: 'look', id: 'toolu_look1' } },
  { text: 'Now it is done. ', tool: { name: 'effect', id: 'toolu_effect' } },
  { text: 'This needs a person. ', tool: { name: 'refund', id: 'toolu_refund' } },
  { text: 'Another look. ', tool: { name: 'look', id: 'toolu_look2' } },
  { text: 'And one more, which takes its time. ', tool: { name: 'look', id: 'toolu_look3' }, pauseMs: 1_200 },
  { text: 'All of it is done: the answer is 42.' },
];
export const OUTPUT = TURNS.at(-1)?.text ?? '';

const COUNTS: TokenCounts = { input: 100, output: 1_200, read: 0, write5m: 0, write1h: 0 };

/** With its pause in the middle of the text. */
const paused = (steps: readonly Step[], ms: number): Step[] => {
  const deltas = steps.flatMap((step, at) => (step.do === 'send' && step.piece === 'content_block_delta' ? [at] : []));
  const middle = deltas[1] ?? 0;
  return [...steps.slice(0, middle), { do: 'wait', ms }, ...steps.slice(middle)];
};

/** An Anthropic API that answers by what it is asked: a call that is made again gets the same answer. */
export const startScriptedModel = async (clock: Clock, turnFor: (request: SeenRequest) => ScriptedTurn) => {
  const upstream = await startScriptedUpstream(clock, {
    remembers: (path) => path === '/v1/messages',
    answerOf: () => (asked) => {
      const request = upstream.requests.at(-1);
      if (request === undefined) throw new Error('nothing was asked');
      const { text, tool, secondTool, pauseMs = 0, inputTokens = COUNTS.input } = turnFor(request);
      const answer = {
        id: asked.requestId.replace('req_', 'msg_'),
        model: asked.model,
        content: [
          textBlock(text),
          ...[tool, secondTool].flatMap((use) => (use ? [toolUseBlock(use.id, use.name, { what: 'it' })] : [])),
        ],
        stopReason: tool === undefined ? ('end_turn' as const) : ('tool_use' as const),
        stopSequence: null,
        // A limit may have lowered what it may say; nothing above is billed.
        counts: {
          ...COUNTS,
          input: inputTokens,
          output: Math.min(COUNTS.output, Number(request.body?.['max_tokens'])),
        },
      };
      const steps = answerSteps(answer, asked.stream);
      return pauseMs === 0 ? steps : paused(steps, pauseMs);
    },
  });
  return upstream;
};

export const turnByCount = (request: SeenRequest): ScriptedTurn =>
  TURNS[turnsOf(request).filter(({ role }) => role === 'assistant').length] ?? { text: 'Too many calls.' };
