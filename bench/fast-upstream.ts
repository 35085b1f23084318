import { listen, type Listening } from '../local/simulated-claude/listen.ts';
import { answerSteps } from '../local/simulated-claude/steps.ts';
import { textBlock } from '../local/simulated-claude/wire.ts';

/** The events of one short answer, made once. */
const ANSWER = Buffer.concat(
  answerSteps(
    {
      id: 'msg_bench',
      model: 'claude-sonnet-5-5',
      content: [textBlock('Done.')],
      stopReason: 'end_turn',
      stopSequence: null,
      counts: { input: 100, output: 20, read: 0, write5m: 0, write1h: 0 },
    },
    true,
  ).flatMap((step) => (step.do === 'send' ? [Buffer.from(step.bytes as string)] : [])),
);

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'content-length': ANSWER.length,
  'request-id': 'req_bench',
};

/** An Anthropic API on the loopback address that streams one and the same answer, at once; `onAsked` hears each model call first. */
export const startFastUpstream = (onAsked: () => void = () => undefined): Promise<Listening> =>
  listen(0, async ({ method, path, response }) => {
    if (method !== 'POST' || path !== '/v1/messages') return void response.writeHead(404).end();
    onAsked();
    response.writeHead(200, HEADERS).end(ANSWER);
  });
