/** One Server-Sent Event. `id`: `null` where the stream has none. */
export interface ServerEvent {
  readonly id: string | null;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const parse = (block: string): ServerEvent | null => {
  let event = '';
  let id: string | null = null;
  const data: string[] = [];
  for (const line of block.split('\n')) {
    if (line.startsWith('event:')) event = line.slice(6).trim();
    else if (line.startsWith('id:')) id = line.slice(3).trim();
    else if (line.startsWith('data:')) data.push(line.slice(5).trim());
  }
  if (event === '' || data.length === 0) return null;
  return { id, event, data: JSON.parse(data.join('\n')) as ServerEvent['data'] };
};

/** The events of an answer as they come. Rejects when the stream breaks. */
export async function* readEvents(response: Response): AsyncGenerator<ServerEvent> {
  if (response.body === null) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const blocks = (rest + value).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const event = parse(block);
        if (event !== null) yield event;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

const LAST = new Set(['run.succeeded', 'run.failed', 'run.cancelled']);

/** Whether nothing follows in a run's events. */
export const isLast = ({ event }: ServerEvent): boolean => LAST.has(event);
