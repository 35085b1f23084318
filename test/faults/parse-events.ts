/** One Server-Sent Event as its format has it. */
export interface ParsedEvent {
  readonly event: string;
  readonly data: string;
}

export interface ParsedEvents {
  readonly events: readonly ParsedEvent[];
  /** Whether the bytes end after an event and not inside one. */
  readonly whole: boolean;
}

const eventOf = (block: string): ParsedEvent[] => {
  let event = 'message';
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
    if (field === 'event') event = value;
    if (field === 'data') data.push(value);
  }
  return data.length === 0 ? [] : [{ event, data: data.join('\n') }];
};

/** Reads a whole body of Server-Sent Events by the rules of the format (WHATWG HTML, 9.2.6), which drops what is not ended. */
export const parseEvents = (bytes: string): ParsedEvents => {
  const blocks = bytes.replace(/\r\n?/g, '\n').split('\n\n');
  const rest = blocks.pop() ?? '';
  return { events: blocks.flatMap(eventOf), whole: rest.trim() === '' };
};
