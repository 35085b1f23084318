/** One event as it came over the wire. */
export interface SentEvent {
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** Reads a body of Server-Sent Events as it arrives, byte for byte by the rules of its format. */
export async function* readEvents(response: Response): AsyncGenerator<SentEvent, void> {
  let rest = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const [, event = '', data = ''] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? [];
      if (event === '') throw new Error('not an event');
      yield { event, data: JSON.parse(data) as Record<string, unknown> };
    }
  }
  if (rest !== '') throw new Error('the stream ended inside an event');
}

export const allEvents = async (response: Response): Promise<SentEvent[]> => Array.fromAsync(readEvents(response));
