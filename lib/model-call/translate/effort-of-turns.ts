import { isSet, objectOf } from '../../kernel/json.ts';
import type { ModelRequest } from '../provider.ts';

const configOf = (message: object): Readonly<Record<string, unknown>> => objectOf(objectOf(message)['output_config']);

/** Whether a single turn sets more than the effort from there on, which can't be said of a request. */
export const setsMoreThanEffort = ({ messages }: Pick<ModelRequest, 'messages'>): boolean =>
  messages.some((message) => Object.keys(configOf(message)).some((name) => name !== 'effort'));

/**
 * The request with what its turns say of their effort said of itself: of those the last one holds for the answer that is
 * asked for. For models that are not known to take it from turns, which is a beta; the same request where none does.
 */
export const withOneEffort = (request: ModelRequest): ModelRequest => {
  const efforts = request.messages.map((message) => configOf(message)['effort']).filter(isSet);
  if (!request.messages.some((message) => 'output_config' in message)) return request;
  const messages = request.messages.map((message) => {
    // The very same where nothing changes: it then goes out in its own bytes.
    if (!('output_config' in message)) return message;
    const { output_config: _, ...plain } = message as typeof message & { readonly output_config?: unknown };
    return plain;
  });
  if (efforts.length === 0) return { ...request, messages };
  const output = { ...objectOf(request.output_config), effort: efforts.at(-1) };
  return { ...request, messages, output_config: output as NonNullable<ModelRequest['output_config']> };
};
