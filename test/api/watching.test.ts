import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../lib/runs/log-entry.ts';
import { TABLE_NAMES } from '../../local/environment.ts';
import { shownText } from '../durable-run/fake-log.ts';
import { parseEvents } from '../durable-run/sent.ts';
import { submitRun, type WrittenRun } from '../durable-run/write-run.ts';
import { startTestDynamoDb, type TestDynamoDb } from '../dynamodb.ts';
import { createWorkplace, type SpawnedServer } from '../local/spawned-server.ts';
import { describedFetch } from '../openapi/described-fetch.ts';
import { seededRandom } from '../seeded-random.ts';
import { size } from '../sizes.ts';
import { bundledServer } from './bundled-server.ts';
import { watchOnBadLine } from './watchers.ts';

const HEADERS = { 'x-api-key': 'ballast-dev-key' };

let engine: TestDynamoDb;
let entry: string;
const places: ReturnType<typeof createWorkplace>[] = [];
beforeAll(async () => {
  engine = await startTestDynamoDb();
  entry = await bundledServer();
});
afterAll(async () => {
  for (const place of places) await place[Symbol.asyncDispose]();
  await engine.stop();
});

/** A server process on the shared engine, in a directory of its own. */
const startServer = (env: Readonly<Record<string, string>> = {}): SpawnedServer => {
  const place = createWorkplace();
  places.push(place);
  return place.start({ entry, env: { AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint, LOG_LEVEL: 'DEBUG', ...env } });
};

const newRun = (): Promise<WrittenRun> => submitRun(engine.client, TABLE_NAMES.RunsTable);

const watch = (url: string, { runId }: WrittenRun, init: RequestInit = {}, query = ''): Promise<Response> =>
  describedFetch(`${url}/agent/runs/${runId}/events${query}`, { headers: HEADERS, ...init });

const delta = (text: string): RunEvent => ({ event: 'text.delta', data: { text } });

describe('watching a run', () => {
  it('shows each watcher every event once, whatever line is cut and whatever server is killed', async () => {
    const random = seededRandom(16);
    const servers = [startServer(), startServer()];
    const urls = await Promise.all(servers.map(({ ready }) => ready));
    const run = await newRun();
    await run.write([{ event: 'run.queued', data: {} }]);

    const watchers = Array.from({ length: size(20, 1_000) }, (_, at) =>
      watchOnBadLine({
        runId: run.runId,
        headers: HEADERS,
        anyUrl: () => urls[Math.floor(random() * urls.length)] ?? '',
        random: seededRandom(at),
      }),
    );
    let killing = true;
    const kills = async () => {
      for (let at = 0; at < size(2, 8); at += 1) {
        await pause(300);
        const victim = at % servers.length;
        servers[victim]?.child.kill('SIGKILL');
        await servers[victim]?.exited;
        servers[victim] = startServer();
        urls[victim] = await servers[victim].ready;
      }
      killing = false;
    };
    const write = async () => {
      for (let at = 1; killing; at += 1) {
        const texts = Array.from({ length: 1 + Math.floor(random() * 4) }, (_, piece) => delta(`${at}.${piece} 🌍\n`));
        const begins: RunEvent[] =
          random() < 0.05
            ? [
                { event: 'run.resumed', data: {} },
                { event: 'text.reset', data: {} },
              ]
            : [];
        await run.write([...begins, ...texts], { newWorker: begins.length > 0 });
        await pause(random() * 40);
      }
      const output = shownText(run.events);
      await run.write([{ event: 'run.succeeded', data: { output } }], { last: true });
    };
    await Promise.all([kills(), write()]);
    const watched = await Promise.all(watchers);

    const all = run.events.map(({ event, data }, at) => ({ id: at + 1, event, data }));
    for (const { events } of watched) expect(events).toEqual(all);
    const text = shownText(watched[0]?.events ?? []);
    expect(text).toBe((all.at(-1)?.data as { output: string }).output);
    const sum = (count: 'cuts' | 'lost') => watched.reduce((total, each) => total + each[count], 0);
    console.info(`${watched.length} watchers, ${all.length} events, ${sum('cuts')} cuts, ${sum('lost')} lost lines`);
    expect(sum('cuts')).toBeGreaterThan(0);
    expect(sum('lost')).toBeGreaterThan(0);
    for (const { child } of servers) child.kill('SIGKILL');
  });

  it('shows the work of a run whose server is killed in the middle of it, once and whole', async () => {
    const place = createWorkplace();
    places.push(place);
    let server = place.start({ entry });
    let url = await server.ready;
    const steps = '[[step:current_time]] [[step:calculate {"expression": "6*7"}]] [[step:current_time]]';
    const submitted = await describedFetch(`${url}/agent/runs`, {
      method: 'POST',
      headers: { ...HEADERS, 'content-type': 'application/json' },
      body: JSON.stringify({ task: `Work ${steps} [[count:300]] [[over:800]]` }),
    });
    const { runId } = (await submitted.json()) as { runId: string };

    /** In a tool's turn, and in the text. */
    const killAt = [6, 14];
    let reached = Promise.withResolvers<void>();
    const onEvent = ({ id }: { id: number }) => {
      if (id >= (killAt[0] ?? Infinity)) reached.resolve();
    };
    const watchers = Array.from({ length: size(5, 50) }, (_, at) =>
      watchOnBadLine({ runId, headers: HEADERS, anyUrl: () => url, random: seededRandom(at), onEvent }),
    );
    while (killAt.length > 0) {
      await reached.promise;
      reached = Promise.withResolvers();
      killAt.shift();
      server.child.kill('SIGKILL');
      await server.exited;
      server = place.start({ entry });
      url = await server.ready;
    }
    const watched = await Promise.all(watchers);
    const [{ events } = { events: [] }] = watched;
    expect(events.map(({ id }) => id)).toEqual(events.map((_, at) => at + 1));
    for (const each of watched) expect(each.events).toEqual(events);
    expect(events.filter(({ event }) => event === 'run.resumed').length).toBeGreaterThan(0);
    const output = Array.from({ length: 300 }, (_, at) => at + 1).join(' ');
    expect(shownText(events)).toBe(output);
    expect(events.at(-1)).toMatchObject({ event: 'run.succeeded', data: { output, usage: { toolCalls: 3 } } });
    server.child.kill('SIGKILL');
  });

  it('ends with the connection of who watched: no function is left reading', async () => {
    const server = startServer();
    const url = await server.ready;
    const run = await newRun();
    const leave = new AbortController();
    const responses = await Promise.all(Array.from({ length: 20 }, () => watch(url, run, { signal: leave.signal })));
    expect(responses.map(({ status }) => status)).toEqual(responses.map(() => 200));
    const ended = () => server.output.stdout.split('\n').filter((line) => /"request".*"run-events"/.test(line)).length;
    expect(ended()).toBe(0);
    leave.abort();
    await expect.poll(ended).toBe(20);
    server.child.kill('SIGKILL');
  });

  it('ends with a comment that says so where the server stops or its time is over, and goes on at the next', async () => {
    const first = startServer();
    const run = await newRun();
    await run.write([{ event: 'run.queued', data: {} }]);
    const response = await watch(await first.ready, run);
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('run.queued')) text += (await reader.read()).value ?? '';
    first.child.kill('SIGHUP');
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) text += piece.value;
    expect(parseEvents(text).comments.at(-1)).toContain('closed by the server before the end');
    expect(await first.exited).toBe(0);

    const second = startServer({ STREAM_TIMEOUT_MS: '1000' });
    const url = await second.ready;
    const quiet = parseEvents(await (await watch(url, run, {}, '?after=1')).text());
    expect([quiet.events, quiet.comments.at(-1)]).toEqual([[], expect.stringContaining('closed by the server')]);
    await run.write([{ event: 'run.cancelled', data: { runId: run.runId } }], { last: true });
    const rest = await watch(url, run, {}, '?after=1');
    expect(parseEvents(await rest.text()).events).toMatchObject([{ id: 2, event: 'run.cancelled' }]);
    second.child.kill('SIGKILL');
  });
});
