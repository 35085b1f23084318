import type { MessageParam } from '@anthropic-ai/sdk/resources/messages/messages';
import { textOf } from '../../../model-call/attempt/assemble-message.ts';
import type { Called, ModelCalls } from '../model/model-calls.ts';
import { silentStream } from '../run-stream.ts';
import type { Run } from '../types.ts';
import { REVIEWER, reviewPrompt, verdictOf } from './reviewer.ts';

/** What came of the review of a draft. `none`: the reviewer answered, but gave no review. */
export type Review =
  | { readonly kind: 'approved' | 'none' }
  | { readonly kind: 'remarks'; readonly remarks: string }
  | Exclude<Called, { kind: 'answered' | 'interrupted' }>;

/** Of tool results, newest first: enough to check an answer by, and small beside any model's window. */
const MAX_EVIDENCE_CHARS = 200_000;

const plain = (content: unknown): string => {
  if (typeof content === 'string') return content;
  const blocks = (content ?? []) as readonly { readonly type: string; readonly text?: string }[];
  return blocks.map(({ type, text }) => (type === 'text' ? text : '')).join('');
};

/** Each tool call with its result, the oldest left out where there is too much. */
const evidenceIn = (messages: readonly MessageParam[]): string[] => {
  const blocks = messages.flatMap(({ content }) => (typeof content === 'string' ? [] : content));
  const calls = new Map(blocks.flatMap((block) => (block.type === 'tool_use' ? [[block.id, block] as const] : [])));
  const reports = blocks.flatMap((block) => {
    if (block.type !== 'tool_result') return [];
    const { name = '', input } = calls.get(block.tool_use_id) ?? {};
    return [`${name} ${JSON.stringify(input)}${block.is_error ? ' failed' : ''}\n${plain(block.content)}`];
  });
  let chars = 0;
  const first = reports.findLastIndex((report) => (chars += report.length) > MAX_EVIDENCE_CHARS);
  return reports.slice(first + 1);
};

/** The run as its reviewer: no tools, instructions and words of its own, nothing that it says is heard by the caller, and no message to the run is for it. */
const asReviewer = (run: Run): Run => ({
  ...run,
  agent: { ...run.agent, system: REVIEWER, tools: new Map(), output: null },
  stream: { ...silentStream, admitted: (headers) => run.stream.admitted(headers) },
  steering: { ...run.steering, unread: () => Promise.resolve([]) },
  earlier: undefined,
});

/** Has the run's own model review a draft, in a conversation apart. `messages` are those in which the draft was written. */
export const reviewDraft = async (
  run: Run,
  calls: ModelCalls,
  messages: readonly MessageParam[],
  draft: string,
): Promise<Review> => {
  const asked = run.messages.map(({ role, content }) => ({ role, text: plain(content) }));
  const matter = {
    instructions: run.agent.system,
    // Of earlier runs the calls of tools and their results say nothing here.
    earlierTurns: asked.slice(0, -1).filter(({ text }) => text !== ''),
    task: asked.at(-1)?.text ?? '',
    evidence: evidenceIn(messages.slice(run.messages.length)),
    draft,
  };
  const called = await calls.make(asReviewer(run), [{ role: 'user', content: reviewPrompt(matter) }]);
  if (called.kind === 'interrupted') return { kind: 'none' };
  if (called.kind !== 'answered') return called;
  const verdict = called.message.stop_reason === 'refusal' ? null : verdictOf(textOf(called.message));
  if (verdict === null) return { kind: 'none' };
  return verdict.approved ? { kind: 'approved' } : { kind: 'remarks', remarks: verdict.remarks };
};
