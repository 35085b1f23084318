import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { listen } from '../local/simulated-claude/listen.ts';
import { messageEvents } from '../local/simulated-claude/message-events.ts';
import { encodeEvent, textBlock, toolUseBlock, type WireEvent } from '../local/simulated-claude/wire.ts';
import { API_KEY, startLocalServer } from './local-server.ts';

/** What the model says in a turn: it calls tools, or tells a text piece by piece. */
export type Turn =
  | { readonly calls: readonly (readonly [tool: string, input: object])[] }
  | { readonly pieces: Iterable<string> | AsyncIterable<string> };

/** Asked when a model call arrives; the first turn is 1. */
export type Script = (turn: number) => Turn | Promise<Turn>;

/** The name of a call that the model makes in a turn. */
export const toolUseId = (turn: number, at = 0): string => `toolu_${turn}_${at}`;

const eventsOf = (turn: number, said: Turn): WireEvent[] =>
  messageEvents({
    id: `msg_${turn}`,
    model: 'claude-sonnet-5-5',
    content:
      'calls' in said
        ? said.calls.map(([name, input], at) => toolUseBlock(toolUseId(turn, at), name, input))
        : [textBlock('-')],
    stopReason: 'calls' in said ? 'tool_use' : 'end_turn',
    stopSequence: null,
    counts: { input: 100, output: 'calls' in said ? 20 : 4_000, read: 0, write5m: 0, write1h: 0 },
  }).map(({ event }) => event);

type Json = Record<string, unknown>;

/** A warm server, and the upstream that plays the runs which the bench makes on it. */
export interface Stage extends AsyncDisposable {
  readonly pid: number;
  /** Where the server keeps its executions. */
  readonly executions: string;
  /** What the model says to the runs of a task. */
  play(task: string, script: Script): void;
  /** Rejects where it is refused. */
  ask(method: string, path: string, body?: object, headers?: Readonly<Record<string, string>>): Promise<Json>;
  /** Reads a run's events from the first to the last, and tells each when it comes. */
  watch(runId: string, onEvent?: (event: string, data: Json) => void): Promise<number>;
}

export const startStage = async (folder: string, env: Readonly<Record<string, string>> = {}): Promise<Stage> => {
  const scripts = new Map<string, Script>();
  await using started = new AsyncDisposableStack();
  const upstream = await listen(0, async ({ method, raw, response }) => {
    if (method !== 'POST') return void response.writeHead(404).end();
    const { messages } = JSON.parse(raw.toString()) as { messages: { role: string; content: unknown }[] };
    const turn = messages.filter(({ role }) => role === 'assistant').length + 1;
    const task = [...scripts.keys()].find((each) => JSON.stringify(messages[0]?.content).includes(each)) ?? '';
    const said = await scripts.get(task)?.(turn);
    if (said === undefined) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'request-id': 'req_bench' });
    for (const event of eventsOf(turn, said)) {
      if (!('pieces' in said) || event.type !== 'content_block_delta') response.write(encodeEvent(event));
      else
        for await (const text of said.pieces)
          response.write(encodeEvent({ ...event, delta: { type: 'text_delta', text } }));
    }
    response.end();
  });
  started.defer(() => upstream.close());
  const server = await startLocalServer({ folder, env: { ANTHROPIC_BASE_URL: upstream.url, ...env } });
  started.defer(() => server.stop());
  const { url, pid } = server;
  const headers = { 'x-api-key': API_KEY, 'content-type': 'application/json' };
  const kept = started.move();
  return {
    pid,
    executions: join(folder, 'data', 'executions'),
    play: (task, script) => void scripts.set(task, script),
    async ask(method, path, body, more = {}) {
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      const response = await fetch(url + path, { method, headers: { ...headers, ...more }, ...sent });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}: ${text}`);
      return (text === '' ? {} : JSON.parse(text)) as Json;
    },
    async watch(runId, onEvent = () => undefined) {
      const { body } = await fetch(`${url}/agent/runs/${runId}/events`, { headers });
      let [rest, seen] = ['', 0];
      for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
        const blocks = (rest + chunk).split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) {
          const [, event, data] = /^id: \d+\nevent: (.*)\ndata: (.*)$/.exec(block) ?? [];
          if (event === undefined || data === undefined) continue;
          seen += 1;
          onEvent(event, JSON.parse(data) as Json);
        }
      }
      return seen;
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
};

/** Asks until it is so: nothing tells it. */
export const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await pause(20);
};
