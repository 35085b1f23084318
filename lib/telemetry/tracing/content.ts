import { objectOf } from '../../kernel/json.ts';
import { REDACTION_CLASSES } from '../../redaction/classes.ts';
import { redactJson } from '../../redaction/json-redactor.ts';
import { GEN_AI, type SpanAttributes } from './attributes.ts';

/** What one attempt was asked and has answered, in the provider's own form. */
export interface AttemptContent {
  readonly system: unknown;
  readonly messages: readonly unknown[];
  /** The blocks of the answer; of one that broke off, its text so far. */
  readonly answer: unknown;
}

/** Of one attribute, in characters; a longer conversation loses its oldest messages. */
const MOST_CHARS = 64_000;

type Part = Readonly<Record<string, unknown>>;

const partOf = (block: unknown): Part => {
  if (typeof block === 'string') return { type: 'text', content: block };
  const { type, text, thinking, id, name, input, tool_use_id: answers, content } = objectOf(block);
  switch (type) {
    case 'text':
      return { type: 'text', content: text };
    case 'thinking':
      return { type: 'reasoning', content: thinking };
    case 'tool_use':
      return { type: 'tool_call', id, name, arguments: input };
    case 'tool_result':
      return { type: 'tool_call_response', id: answers, response: content };
    default:
      return { type };
  }
};

const partsOf = (content: unknown): Part[] => (Array.isArray(content) ? content : [content]).map(partOf);

const messageOf = (message: unknown) => {
  const { role, content } = objectOf(message);
  return { role, parts: partsOf(content) };
};

const redacted = (value: unknown): string => JSON.stringify(redactJson(value, REDACTION_CLASSES));

/** The newest messages that fit. */
const fitting = (messages: readonly unknown[]): string => {
  const kept: string[] = [];
  let chars = 0;
  for (const message of messages.toReversed()) {
    const text = redacted(messageOf(message));
    chars += text.length + 1;
    if (chars > MOST_CHARS) break;
    kept.unshift(text);
  }
  return `[${kept.join(',')}]`;
};

/** Content as OpenTelemetry's GenAI conventions have it, with secrets and personal data of all classes replaced. */
export const contentAttributes = ({ system, messages, answer }: AttemptContent): SpanAttributes => {
  const said = redacted([{ role: 'assistant', parts: partsOf(answer) }]);
  const told = system === undefined ? '' : redacted(partsOf(system));
  return {
    ...(told === '' || told.length > MOST_CHARS ? {} : { [GEN_AI.system]: told }),
    [GEN_AI.inputMessages]: fitting(messages),
    ...(said.length > MOST_CHARS ? {} : { [GEN_AI.outputMessages]: said }),
  };
};
