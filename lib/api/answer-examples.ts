import type { Json } from './operation.ts';

type Media = Readonly<Record<string, Json>>;
type Operations = Readonly<Record<string, Readonly<Record<string, Json>>>>;
/** By the id of an operation, the status and the type. */
type Examples = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined>>;

const mapped = <T, U>(
  members: Readonly<Record<string, T>>,
  change: (member: T, name: string) => U,
): Record<string, U> =>
  Object.fromEntries(Object.entries(members).map(([name, member]) => [name, change(member, name)]));

const withExamples = (response: Json, examples: Readonly<Record<string, unknown>> | undefined): Json =>
  examples === undefined
    ? response
    : {
        ...response,
        content: mapped(response['content'] as Media, (media, type) => ({ ...media, example: examples[type] })),
      };

/**
 * The description with an example of each answer that is no refusal: what `npm start` really answered, but for ids and times
 * (`test/api/examples`). They are loaded when they are first asked for.
 */
export const withAnswerExamples = async (described: Json): Promise<Json> => {
  const { default: loaded } = await import('./answer-examples.json', { with: { type: 'json' } });
  const examples = loaded as unknown as Examples;
  const paths = mapped(described['paths'] as Operations, (item) =>
    mapped(item, (operation) => ({
      ...operation,
      responses: mapped(operation['responses'] as Media, (response, status) =>
        withExamples(response, examples[String(operation['operationId'])]?.[status]),
      ),
    })),
  );
  return { ...described, paths };
};
