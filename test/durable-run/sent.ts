import type { Readable } from 'node:stream';

/** One event as a watcher gets it. */
export interface SentEvent {
  readonly id: number;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** What stands in a piece of a stream, whole events and comments; throws on anything else. */
export const parseEvents = (text: string): { readonly events: SentEvent[]; readonly comments: string[] } => {
  const events: SentEvent[] = [];
  const comments: string[] = [];
  for (const block of text.split('\n\n').slice(0, -1)) {
    const [, id, event = '', data = ''] = /^id: (\d+)\nevent: ([\w.]+)\ndata: ([^\n]*)$/.exec(block) ?? [];
    if (id !== undefined) events.push({ id: Number(id), event, data: JSON.parse(data) as SentEvent['data'] });
    else if (/^: [^\n]+$/.test(block)) comments.push(block.slice(2));
    else throw new Error(`neither an event nor a comment: ${block}`);
  }
  return { events, comments };
};

/** What comes out of a body, as far as it has come. */
export interface Received {
  readonly text: string;
  readonly isOver: boolean;
}

export const receive = (body: Readable): Received => {
  let text = '';
  let isOver = false;
  body.on('data', (chunk: Buffer) => (text += chunk.toString()));
  body.on('close', () => (isOver = true));
  return {
    get text() {
      return text;
    },
    get isOver() {
      return isOver;
    },
  };
};
