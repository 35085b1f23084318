/** An event as `decodeEvents` gives it, its bytes left out. */
export interface PlainEvent {
  readonly event: string | null;
  readonly data: string;
}

/** The specification of server-sent events word by word, over the whole text at once, without a thought for speed. */
export const referenceEvents = (bytes: Uint8Array): PlainEvent[] => {
  // The decoder takes the one byte order mark away.
  const lines = new TextDecoder().decode(bytes).split(/\r\n|\r|\n/);
  const events: PlainEvent[] = [];
  let block: [field: string, value: string][] = [];
  // What follows the last line end is no line yet.
  for (const line of lines.slice(0, -1)) {
    if (line !== '') {
      const [, field = line, value = ''] = /^([^:]*):? ?(.*)$/su.exec(line) ?? [];
      if (field === 'event' || field === 'data') block.push([field, line.includes(':') ? value : '']);
      continue;
    }
    const valuesOf = (name: string) => block.flatMap(([field, value]) => (field === name ? [value] : []));
    const event = valuesOf('event').at(-1) ?? '';
    if (block.length > 0) events.push({ event: event === '' ? null : event, data: valuesOf('data').join('\n') });
    block = [];
  }
  return events;
};
