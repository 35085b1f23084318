import { setTimeout as pause } from 'node:timers/promises';
import { listen } from '../local/simulated-claude/listen.ts';
import { messageEvents } from '../local/simulated-claude/message-events.ts';
import { type Answer, encodeEvent, messageOf, textBlock } from '../local/simulated-claude/wire.ts';
import { type Child, serveParent, startChild } from './gateway-child.ts';
import { MARK, now, STAMP_DIGITS } from './gateway-load.ts';

const ANSWER: Answer = {
  id: 'msg_bench',
  model: 'claude-sonnet-5-5',
  content: [textBlock(MARK + '0'.repeat(STAMP_DIGITS))],
  stopReason: 'end_turn',
  stopSequence: null,
  counts: { input: 100, output: 20, read: 0, write5m: 0, write1h: 0 },
};

const EVENTS = Buffer.concat(messageEvents(ANSWER).map(({ event }) => Buffer.from(encodeEvent(event))));
const JSON_BODY = Buffer.from(JSON.stringify(messageOf(ANSWER)));

const stamped = (body: Buffer): Buffer => {
  const copy = Buffer.from(body);
  copy.write(String(now()).padStart(STAMP_DIGITS, '0'), copy.indexOf(MARK) + 1, 'latin1');
  return copy;
};

const headersOf = (type: string, { length }: Buffer) => ({
  'content-type': type,
  'content-length': length,
  'request-id': 'req_bench',
});
const EVENT_HEADERS = headersOf('text/event-stream; charset=utf-8', EVENTS);
const JSON_HEADERS = headersOf('application/json', JSON_BODY);

const serve = async (delayMs: number): Promise<string> => {
  const { url } = await listen(0, async ({ method, path, raw, response }) => {
    if (method !== 'POST' || path !== '/v1/messages') return void response.writeHead(404).end();
    if (delayMs > 0) await pause(delayMs);
    if (raw.includes('"stream":true')) response.writeHead(200, EVENT_HEADERS).end(stamped(EVENTS));
    else response.writeHead(200, JSON_HEADERS).end(stamped(JSON_BODY));
  });
  return url;
};

if (import.meta.main) serveParent(await serve(Number(process.argv[2] ?? 0)));

/**
 * Starts an Anthropic API that answers at once, or after `delayMs`, and says in its answer when that was, in a process of its
 * own.
 */
export const startGatewayUpstream = (delayMs = 0): Promise<Child> =>
  startChild('./gateway-upstream.ts', [String(delayMs)]);
