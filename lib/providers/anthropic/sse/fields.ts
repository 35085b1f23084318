const BOM = 0xfeff;
const COLON = 0x3a;
const SPACE = 0x20;

/** What a block of lines says of its event; other fields and comments are not read. */
export interface EventFields {
  readonly event: string | null;
  readonly data: string;
}

/** The value of the line from `start` to `end` if its field is `name`, else `null`. */
const valueOf = (text: string, name: string, start: number, end: number): string | null => {
  if (!text.startsWith(name, start)) return null;
  const after = start + name.length;
  if (after === end) return '';
  if (text.charCodeAt(after) !== COLON) return null;
  return text.slice(text.charCodeAt(after + 1) === SPACE ? after + 2 : after + 1, end);
};

/** The text of a stream without the one byte order mark that it may begin with. */
export const withoutBom = (text: string): string => (text.charCodeAt(0) === BOM ? text.slice(1) : text);

/**
 * Reads a block of whole lines by the specification of server-sent events; `null` where it has neither an event nor
 * data, and so is no event. An event without a name, or with an empty one, has `null` for it.
 */
export const readFields = (block: string): EventFields | null => {
  const text = block.includes('\r') ? block.replace(/\r\n?/g, '\n') : block;
  let event: string | null = null;
  let data: string | null = null;
  for (let start = 0, end = text.indexOf('\n'); end !== -1; start = end + 1, end = text.indexOf('\n', start)) {
    const value = valueOf(text, 'data', start, end);
    if (value !== null) data = data === null ? value : `${data}\n${value}`;
    else event = valueOf(text, 'event', start, end) ?? event;
  }
  return event === null && data === null ? null : { event: event === '' ? null : event, data: data ?? '' };
};
