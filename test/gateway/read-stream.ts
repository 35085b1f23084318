/** One event of an answer; `data` is its JSON. */
export interface ReadEvent {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface ReadStream {
  readonly status: number;
  readonly bytes: string;
  readonly events: readonly ReadEvent[];
  /** All text deltas. */
  readonly text: string;
}

/** Said to keep a quiet stream alive; any reader of events passes it over. */
const isComment = (block: string): boolean => block.startsWith(':');

const eventOf = (block: string): ReadEvent => {
  const [, event = '', data = ''] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? [];
  if (event === '') throw new Error(`not an event: ${block.slice(0, 80)}`);
  return { event, data: JSON.parse(data) as ReadEvent['data'] };
};

export interface StreamReader {
  /** The next event; `undefined` at the end. */
  next(): Promise<ReadEvent | undefined>;
  rest(): Promise<ReadEvent[]>;
}

/** Reads events as they arrive, in the form in which Anthropic writes them; throws for an end inside one. */
export const streamReader = (response: Response): StreamReader => {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let held = '';
  const next: StreamReader['next'] = async () => {
    for (let end = held.indexOf('\n\n'); ; end = held.indexOf('\n\n')) {
      if (end >= 0) {
        const block = held.slice(0, end);
        held = held.slice(end + 2);
        if (isComment(block)) continue;
        return eventOf(block);
      }
      const { done, value } = await reader.read();
      if (done && held !== '') throw new Error('the stream ended inside an event');
      if (done) return undefined;
      held += value;
    }
  };
  return {
    next,
    async rest() {
      const events: ReadEvent[] = [];
      for (let event = await next(); event !== undefined; event = await next()) events.push(event);
      return events;
    },
  };
};

const textOf = ({ data }: ReadEvent): string => (data['delta'] as { text?: string } | undefined)?.text ?? '';

/** Reads a whole stream; throws unless it ends after an event. */
export const readStream = async (response: Response): Promise<ReadStream> => {
  const bytes = await response.text();
  if (!bytes.endsWith('\n\n')) throw new Error(`the stream ended inside an event: ${bytes.slice(-80)}`);
  const events = bytes
    .slice(0, -2)
    .split('\n\n')
    .filter((block) => !isComment(block))
    .map(eventOf);
  return { status: response.status, bytes, events, text: events.map(textOf).join('') };
};
