import type { Message } from '@anthropic-ai/sdk/resources/messages/messages';
import type { OutputGuard, SecretCounts } from '../../redaction/output-guard.ts';

/** The protocol's own members, which are no text for people: names, and what the provider has signed or encrypted, which a change would break. */
const OPAQUE: ReadonlySet<string> = new Set([
  'type',
  'id',
  'name',
  'model',
  'role',
  'stop_reason',
  'caller',
  'signature',
  'tool_use_id',
  'file_id',
  'container_id',
  'media_type',
  'expires_at',
  'encrypted_content',
  'encrypted_index',
  'encrypted_stdout',
]);
/** What is encrypted or encoded has its bytes in `data`; elsewhere that is a text. */
const OF_BYTES: ReadonlySet<unknown> = new Set(['redacted_thinking', 'base64']);

export const isOpaque = (name: string, of: object): boolean =>
  name === 'data' ? 'type' in of && OF_BYTES.has(of.type) : OPAQUE.has(name);

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

type Block = Message['content'][number];

/** What a block says in a text that a reader may join to others; `null`: nothing. */
const wordsOf = (block: Block): string | null => {
  const words: unknown = block.type === 'text' ? block.text : block.type === 'thinking' ? block.thinking : null;
  return typeof words === 'string' ? words : null;
};

const withWords = (block: Block, words: string): Block =>
  wordsOf(block) === null ? block : { ...block, [block.type]: words };

/** Places of the blocks that a reader may join: those of text, whatever stands between them, and thinking right behind thinking. */
const joinedBlocks = (content: readonly Block[]): readonly (readonly number[])[] => {
  const [texts, thinking]: [number[], number[][]] = [[], []];
  content.forEach((block, at) => {
    if (wordsOf(block) === null) return;
    if (block.type === 'text') texts.push(at);
    else if (thinking.at(-1)?.at(-1) === at - 1) thinking.at(-1)?.push(at);
    else thinking.push([at]);
  });
  return [texts, ...thinking];
};

const joinedWords = (content: readonly Block[]): readonly (readonly string[])[] =>
  joinedBlocks(content).map((places) => places.map((at) => wordsOf(content[at] as Block) ?? ''));

/** All of a message that reaches the client, but for what is the protocol's own. */
export const redactMessage = ({ content, ...rest }: Message, guard: OutputGuard): Message => {
  const places = joinedBlocks(content).flat();
  const words = joinedWords(content).flatMap((each) => guard.joined(each));
  const shown = content.map((block, at) =>
    withWords(redactBlock(withWords(block, ''), guard) as Block, words[places.indexOf(at)] ?? ''),
  );
  return { ...(redactTexts(rest, guard) as typeof rest), content: shown };
};

/** What is or would be redacted of an answer. */
export const secretsIn = ({ content, ...rest }: Message, guard: OutputGuard): SecretCounts => {
  const texts: string[] = [];
  const inputs: unknown[] = [];
  const add = (text: string) => {
    texts.push(text);
    return text;
  };
  changeTexts(rest, add);
  for (const block of content) {
    const { input, ...others } = { input: undefined, ...withWords(block, '') };
    if (input !== undefined) inputs.push(input);
    changeTexts(others, add);
  }
  return guard.count({ joined: joinedWords(content), texts, value: inputs });
};
