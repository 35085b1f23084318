import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { listen } from '../local/simulated-claude/listen.ts';
import { messageEvents } from '../local/simulated-claude/message-events.ts';
import { encodeEvent, textBlock } from '../local/simulated-claude/wire.ts';

/** How an answer comes: each event a chunk of its own, as the API sends them, or all of it in one, which costs a reader least. */
export type Shape = 'chunk-each' | 'one-chunk';

export interface StreamUpstream extends AsyncDisposable {
  /** Base URL of an API whose every answer has so many text deltas. */
  url(deltas: number, shape: Shape): string;
}

/** What the API sends at a time, as a rule. */
const DELTA = 'a ballast of six tokens ';

const eventsOf = (deltas: number): Buffer[] =>
  messageEvents({
    id: 'msg_bench',
    model: 'claude-sonnet-5-5',
    content: [textBlock(DELTA.repeat(deltas))],
    stopReason: 'end_turn',
    stopSequence: null,
    counts: { input: 100, output: 6 * deltas, read: 0, write5m: 0, write1h: 0 },
  }).map(({ event }) => Buffer.from(encodeEvent(event)));

const HEADERS = { 'content-type': 'text/event-stream; charset=utf-8', 'request-id': 'req_bench' };

const serve = async (): Promise<string> => {
  const made = new Map<string, Buffer[]>();
  const { url } = await listen(0, async ({ path, response }) => {
    const [, shape, deltas] = path.split('/');
    const chunks = made.get(path) ?? eventsOf(Number(deltas));
    made.set(path, chunks);
    response.writeHead(200, HEADERS);
    if (shape === ('one-chunk' satisfies Shape)) return void response.end(Buffer.concat(chunks));
    // Chunks of HTTP stay apart, and yet leave in one write: this process is not to be what is waited for.
    response.socket?.cork();
    for (const chunk of chunks) response.write(chunk);
    response.end();
    response.socket?.uncork();
  });
  return url;
};

if (import.meta.main) {
  process.once('disconnect', () => process.exit());
  process.send?.(await serve());
}

/** Starts an Anthropic API that answers at once, in a process of its own: its CPU is not that of who reads. */
export const startStreamUpstream = async (): Promise<StreamUpstream> => {
  const child = fork(fileURLToPath(import.meta.url), { execArgv: [] });
  const exited = once(child, 'exit');
  const [url] = (await once(child, 'message')) as [string];
  return {
    url: (deltas, shape) => `${url}/${shape}/${deltas}`,
    async [Symbol.asyncDispose]() {
      child.disconnect();
      await exited;
    },
  };
};
