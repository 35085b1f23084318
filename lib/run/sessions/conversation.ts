import type { ContentBlockParam, MessageParam } from '@anthropic-ai/sdk/resources/messages/messages';
import type { Agent } from '../../agent/define/define-agent.ts';
import { joined, type Taint } from '../../agent/flow/flow-rules.ts';
import type { Weighed } from '../../agent/loop/model/fit-context.ts';
import type { LoopResult, Run } from '../../agent/loop/types.ts';
import { withoutEarlierThinking } from '../../model-call/translate/earlier-thinking.ts';
import { familyOf } from '../../pricing/pricing.ts';
import type { RunGuard } from '../redaction/run-guard.ts';
import type { RunRequest } from '../run-request.ts';

/** What was said to an agent, or by it, as its run showed it to people: nobody is shown more of it later. */
export interface VisibleTurn {
  readonly runId: string;
  readonly role: 'user' | 'assistant';
  readonly content: string;
}

/** What a run leaves to the next one of its session. Plain JSON. */
export interface StoredConversation {
  /** As the model got them, tool calls and their results included. */
  readonly messages: readonly MessageParam[];
  readonly turns: readonly VisibleTurn[];
  /** Whose thinking is in the messages. */
  readonly model: string;
  readonly weighed: Weighed | null;
  /** What was read in them. Default: nobody put it down. */
  readonly taint?: Taint;
}

type Asked = Pick<RunRequest, 'messages' | 'task'>;

const NOTHING: StoredConversation = { messages: [], turns: [], model: '', weighed: null };

/** As blocks from the beginning: what marks the end of a cached prefix later stands in a block, and changes no other byte. */
const said = (role: 'user' | 'assistant', text: string): MessageParam => ({ role, content: [{ type: 'text', text }] });

/** What the results in a conversation hold, by what their tools say of themselves now. */
const taintIn = (messages: readonly MessageParam[], { tools }: Pick<Agent, 'tools'>): Taint =>
  joined(
    ...messages.flatMap(({ content }) =>
      typeof content === 'string'
        ? []
        : content.map((block) => (block.type === 'tool_use' ? (tools.get(block.name)?.reads ?? []) : [])),
    ),
  );

/** What the model gets of the earlier runs, and then the task. A signature belongs to the model that made it. */
export const continued = (
  earlier: StoredConversation | null,
  { messages = [], task }: Asked,
  { agent, model }: Pick<Run, 'agent' | 'model'>,
): Pick<Run, 'messages' | 'earlier' | 'weighed' | 'taint'> => {
  const { messages: stored, weighed, model: before, taint } = earlier ?? { ...NOTHING, messages };
  const isOwn = familyOf(before) === familyOf(model);
  const kept = isOwn ? stored : withoutEarlierThinking([...stored]);
  const isWhole = kept.length === stored.length;
  return {
    messages: [...kept, said('user', task)],
    earlier: kept.length,
    // Counted by its bytes alone where it is not what was weighed.
    weighed: isWhole ? weighed : { tokens: 0, messages: 0 },
    taint: taint ?? taintIn(stored, agent),
  };
};

/** Calls that a limit kept from being made: the provider takes no conversation in which one has no result. */
const resultsOf = (content: readonly ContentBlockParam[]): ContentBlockParam[] =>
  content.flatMap((block) =>
    block.type === 'tool_use'
      ? [
          {
            type: 'tool_result' as const,
            tool_use_id: block.id,
            content: 'This call was not made: the run had reached a limit.',
            is_error: true,
          },
        ]
      : [],
  );

/** The messages as the next task can follow on them: each call has a result, and what was said last is the agent's. */
const completed = (messages: readonly MessageParam[], output: string): readonly MessageParam[] => {
  const last = messages.at(-1);
  if (last === undefined) return messages;
  if (last.role === 'assistant') {
    const results = typeof last.content === 'string' ? [] : resultsOf(last.content);
    return results.length === 0 ? messages : [...messages, { role: 'user', content: results }];
  }
  return output.trim() === '' ? messages : [...messages, said('assistant', output)];
};

const textOf = ({ content }: MessageParam): string =>
  typeof content === 'string' ? content : content.map((block) => (block.type === 'text' ? block.text : '')).join('');

/** Whether a run has anything to leave: one that no model answered leaves the session as it was. */
const hasAnswer = ({ ending, totals, degraded }: LoopResult): boolean =>
  'stop' in ending && (totals.modelCalls > 0 || degraded !== null);

interface LeavingRun {
  readonly runId: string;
  readonly model: string;
  readonly guard: Pick<RunGuard, 'input' | 'result'>;
}

/** What a run leaves; `null`: nothing. The same for the same run and guard, whoever works it out. */
export const conversationAfter = (
  earlier: StoredConversation | null,
  asked: Asked,
  { runId, model, guard }: LeavingRun,
  result: LoopResult,
): StoredConversation | null => {
  if (!hasAnswer(result)) return null;
  const { output, messages, weighed, taint } = result;
  const given = earlier === null ? (asked.messages ?? []) : [];
  const turns: VisibleTurn[] = [
    ...(earlier ?? NOTHING).turns,
    ...given.map((message) => ({ runId, role: message.role, content: guard.input(textOf(message as MessageParam)) })),
    { runId, role: 'user', content: guard.input(asked.task) },
    { runId, role: 'assistant', content: guard.result(result).output },
  ];
  return { messages: completed(messages, output), turns, model, weighed, ...(taint.length === 0 ? {} : { taint }) };
};
