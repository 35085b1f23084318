import { setTimeout as pause } from 'node:timers/promises';
import { ADMIN_KEY } from '../api/fleet.ts';
import { startServer, type TestServer } from '../api/start-server.ts';
import { stretch, stretchedClock } from '../stretched.ts';
import { messagesOnly, startScriptedUpstream } from '../upstream/start-scripted-upstream.ts';
import { STAND_IN } from './fault.ts';
import { FAULTS, rightText } from './faults.ts';
import { judge, type Judgement } from './judge.ts';
import { LIMITS_ENV } from './limits.ts';
import { attemptsAt, scriptRows, taskOf } from './script-rows.ts';
import type { Transcript } from './transcript.ts';
import type { Way } from './ways.ts';

/** One cell of the table. */
export interface Cell extends Judgement {
  readonly row: number;
  readonly way: string;
  /** Attempts at the call that met the fault: of the asked model, and of its stand-in. */
  readonly attempts: readonly [asked: number, standIn: number];
  /** The longest that a client waited, in the server's time. */
  readonly ms: number;
}

export interface LaneOptions {
  /** Given to the server's Node. */
  readonly nodeArguments?: readonly string[];
  /** Rows under way at the same time: most of them only wait. Default 4. */
  readonly atOnce?: number;
  /** Waits until the lanes beside this one are warm too: a server that starts takes the processor from all others. */
  readonly whenWarm?: () => Promise<void>;
  /** After so long in the server's time a client leaves, whatever the row's bound. Default: half a second after that. */
  readonly patienceMs?: number;
}

/** Between the beginnings of the workers of a lane. */
const WORKER_EVERY_MS = 500;

const DEV_KEY = 'ballast-dev-key';

/** The key of a tenant of its own. */
const addTenant = async (server: TestServer, name: string, settings: object): Promise<string> => {
  const send = async (method: string, target: string, body: object): Promise<Record<string, unknown>> => {
    const headers = { 'x-api-key': ADMIN_KEY, 'content-type': 'application/json' };
    const response = await server.ask(target, { method, headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${method} ${target}: ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  };
  await send('PUT', `/admin/tenants/${name}`, settings);
  return String((await send('POST', `/admin/tenants/${name}/keys`, { name: 'faults' }))['key']);
};

const ASKED_MODELS = [...new Set(FAULTS.map(({ model }) => model))].filter((model) => model !== STAND_IN);

/** A tenant that is allowed no model that stands in for another. */
const addLoneTenant = (server: TestServer) => addTenant(server, 'lone', { allowedModels: ASKED_MODELS });

/** One that names the model which stands in for every other. */
const addStoodInTenant = (server: TestServer) =>
  addTenant(server, 'stood-in', {
    fallbackModels: Object.fromEntries(ASKED_MODELS.map((model) => [model, [STAND_IN]])),
  });

/** Meets the rows in one way, with a server and an upstream of its own, and judges them all at the end. */
export const runLane = async (
  way: Way,
  rows: readonly number[],
  { nodeArguments = [], atOnce = 4, whenWarm = async () => {}, patienceMs }: LaneOptions = {},
): Promise<Cell[]> => {
  const upstream = await startScriptedUpstream(stretchedClock, messagesOnly);
  await using _upstream = { [Symbol.asyncDispose]: () => upstream.close() };
  scriptRows(upstream, way);
  const env = { ANTHROPIC_API_KEY: 'sk-upstream', ANTHROPIC_BASE_URL: upstream.url, ...LIMITS_ENV };
  await using server = await startServer(env, nodeArguments);
  const loneKey = await addLoneTenant(server);
  const ownKey = way.namesStandIns ? await addStoodInTenant(server) : DEV_KEY;
  const transcripts = new Map<number, Transcript[]>();

  const meet = async (row: number): Promise<void> => {
    const { model, alone, asks, timeoutMs, withinMs } = FAULTS[row]!;
    const key = alone ? loneKey : ownKey;
    const question = { url: server.url, key, model, timeoutMs, text: taskOf(row) };
    const got: Transcript[] = [];
    transcripts.set(row, got);
    for (let ask = 0; ask < asks; ask += 1) {
      const heard = await way.ask({ ...question, patienceMs: stretch() * (patienceMs ?? withinMs + 500) });
      got.push({ ...heard, ms: heard.ms / stretch() });
    }
  };
  // What a server does for the first time it does alone, so that no other row pays for it: its first call, and the reading of its secret anew, for
  // which it loads a client.
  const isCold = (row: number, at: number) => at === 0 || FAULTS[row]?.name === 'a key that is rejected';
  for (const row of rows.filter(isCold)) await meet(row);
  const waiting = rows.filter((row, at) => !isCold(row, at));
  await whenWarm();
  const worker = async (_: unknown, at: number) => {
    // What every lane does for the first time, they do not all do at once.
    await pause(at * WORKER_EVERY_MS);
    for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) await meet(row);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));

  return rows.map((row) => {
    const fault = FAULTS[row]!;
    const attempts = attemptsAt(row, upstream, way);
    const got = transcripts.get(row) ?? [];
    const ofAsked = attempts.filter(({ opening, model }) => !opening && model === fault.model).length;
    const others = attempts.filter(({ opening, model }) => !opening && model !== fault.model).length;
    return {
      row,
      way: way.name,
      attempts: [ofAsked, others],
      ms: Math.max(0, ...got.map(({ ms }) => ms)),
      ...judge({ fault, text: rightText(row), way }, { transcripts: got, attempts }),
    };
  });
};
