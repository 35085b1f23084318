import type { ToolResultBlockParam } from '@anthropic-ai/sdk/resources/messages/messages';
import type { ModelRequest } from '../lib/model-call/provider.ts';
import type { RecordedEvent } from './recorded-events.ts';

/** One call of a tool, as the run made it. */
export interface ToolCalled {
  readonly name: string;
  /** As the model gave it. */
  readonly input: unknown;
  /** What the model was told; `null` where it was asked no more. */
  readonly result: string | null;
  readonly isError: boolean;
  /** What the tool threw, which neither the model nor a caller is ever told; `undefined`: nothing. */
  readonly threw: unknown;
}

const textOf = (content: ToolResultBlockParam['content']): string =>
  typeof content === 'string' ? content : JSON.stringify(content ?? '');

const resultsIn = (requests: readonly ModelRequest[]): ReadonlyMap<string, string> => {
  const results = new Map<string, string>();
  for (const { messages } of requests)
    for (const { content } of messages)
      for (const block of typeof content === 'string' ? [] : content)
        // Of the first telling: later ones may have given way to a note.
        if (block.type === 'tool_result' && !results.has(block.tool_use_id))
          results.set(block.tool_use_id, textOf(block.content));
  return results;
};

export interface ToolCallParts {
  readonly requests: readonly ModelRequest[];
  readonly events: readonly RecordedEvent[];
  readonly inputs: ReadonlyMap<string, unknown>;
  /** By the id of the call. */
  readonly thrown: ReadonlyMap<string, unknown>;
}

/** The calls of tools in the order in which they began. */
export const toolCallsOf = ({ requests, events, inputs, thrown }: ToolCallParts): ToolCalled[] => {
  const results = resultsIn(requests);
  const dataOf = (name: string) => events.flatMap(({ event, data }) => (event === name ? [data] : []));
  const finished = new Map(dataOf('tool.finished').map((data) => [data['toolUseId'], data]));
  return dataOf('tool.started').map((data) => {
    const id = String(data['toolUseId']);
    return {
      name: String(data['name']),
      input: inputs.get(id),
      result: results.get(id) ?? null,
      isError: finished.get(id)?.['isError'] === true,
      threw: thrown.get(id),
    };
  });
};
