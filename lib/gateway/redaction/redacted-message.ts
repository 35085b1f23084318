import type { Message } from '@anthropic-ai/sdk/resources/messages/messages';
import type { OutputGuard, SecretCounts } from '../../redaction/output-guard.ts';

/** Members that are no text for people: names, and what the provider has signed, encrypted or encoded, which a change would break. */
const OPAQUE: ReadonlySet<string> = new Set([
  'type',
  'id',
  'name',
  'model',
  'caller',
  'signature',
  'data',
  'tool_use_id',
  'file_id',
  'container_id',
  'media_type',
  'encrypted_content',
  'encrypted_index',
  'encrypted_stdout',
]);

/** The data of a document is encoded, unless it is one of plain text. */
const isOpaque = (name: string, of: object): boolean =>
  OPAQUE.has(name) && !(name === 'data' && 'type' in of && of.type === 'text');

/** A value with each text in it changed, members that are opaque left out. */
const changeTexts = (value: unknown, change: (text: string) => string): unknown => {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => changeTexts(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, isOpaque(name, value) ? item : changeTexts(item, change)]),
  );
};

export const redactTexts = (value: unknown, guard: OutputGuard): unknown =>
  changeTexts(value, (text) => guard.text(text));

/** A block of an answer: the input of a tool as the JSON it is, all else as texts. */
export const redactBlock = (block: object, guard: OutputGuard): object => {
  if (!('input' in block)) return redactTexts(block, guard) as object;
  const { input, ...rest } = block;
  return { ...(redactTexts(rest, guard) as object), input: guard.json(input) };
};

export const redactMessage = (message: Message, guard: OutputGuard): Message => ({
  ...message,
  content: message.content.map((block) => redactBlock(block, guard)) as Message['content'],
});

/** What is or would be redacted of an answer. */
export const secretsIn = ({ content }: Message, guard: OutputGuard): SecretCounts => {
  const texts: string[] = [];
  const inputs: unknown[] = [];
  for (const block of content) {
    const { input, ...rest } = { input: undefined, ...block };
    if (input !== undefined) inputs.push(input);
    changeTexts(rest, (text) => {
      texts.push(text);
      return text;
    });
  }
  // A secret does not go over the border of two texts.
  return guard.count(texts.join('\n\0\n'), inputs);
};
