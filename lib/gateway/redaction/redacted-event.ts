import type { UpstreamEvent } from '../../model-call/provider.ts';
import type { OutputGuard } from '../../redaction/output-guard.ts';
import { redactBlock, redactTexts } from './redacted-message.ts';

/** An event that says `data`, as it is written where it cannot go as it came. */
export const eventOf = (name: string, data: string | object): UpstreamEvent => {
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  const lines = text.split('\n').map((line) => `data: ${line}\n`);
  return { bytes: Buffer.from(`event: ${name}\n${lines.join('')}\n`), event: name, data: text };
};

/** The data of an event; `null` where it is no object in JSON. */
export const parsed = (data: string): Readonly<Record<string, unknown>> | null => {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
};

/** Whether an event has nothing but its name and its data: no comment, and no line that nobody knows. */
const isPlain = ({ bytes, event, data }: UpstreamEvent): boolean =>
  bytes.length === Buffer.byteLength(data) + Buffer.byteLength(event ?? '') + 'event: \ndata: \n\n'.length;

/** The event as it came, unless a comment in it, or its name, has a secret. */
export const redactComments = (event: UpstreamEvent, type: string, guard: OutputGuard): UpstreamEvent => {
  const name = guard.text(type);
  if (name === type && isPlain(event)) return event;
  const text = Buffer.from(event.bytes).toString();
  return name === type && guard.text(text) === text ? event : eventOf(name, event.data);
};

/** An event that is no part of a text, with its secrets replaced; as it came where it has none. */
export const redactEvent = (event: UpstreamEvent, type: string, guard: OutputGuard): UpstreamEvent => {
  const data = parsed(event.data);
  const said = data === null ? event.data : JSON.stringify(data);
  const block = data?.['content_block'];
  const redacted =
    data === null
      ? guard.text(event.data)
      : JSON.stringify({
          ...(redactTexts(data, guard) as object),
          ...(typeof block === 'object' && block !== null ? { content_block: redactBlock(block, guard) } : {}),
        });
  return redacted === said ? redactComments(event, type, guard) : eventOf(guard.text(type), redacted);
};
