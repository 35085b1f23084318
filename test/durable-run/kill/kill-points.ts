/*
 * Preloaded by `--import` into a server: notes in order what it sends and writes for one run, and kills it at one of these
 * points. A request that begins a run says so in a header: `{ "tenantId", "at"?: { "kind", "nth", "when" } }`.
 */
import { subscribe } from 'node:diagnostics_channel';
import fs from 'node:fs';
import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { dynamoDbWrites, journalLines, lambdaSends } from './sends.ts';

export const HEADER = 'x-test-kill';

/** `torn`: in the middle of a line. `head`: when the answer has begun. */
export type When = 'before' | 'torn' | 'head' | 'after';

/** Just before the `nth` send of a kind, or just after it took effect, when nobody here knows yet that it did. */
export interface KillPoint {
  readonly kind: string;
  readonly nth: number;
  readonly when: When;
}

interface Armed {
  readonly tenantId: string;
  readonly at?: KillPoint;
}

const { appendFileSync } = fs;
const [notes = '', effects = ''] = [process.env['TEST_SENDS'], process.env['TEST_EFFECTS']];

let armed: Armed | null = null;
/** Known from the start of its execution on. */
let runId = '';
let counts = new Map<string, number>();

const killedNote = (): string => `killed for ${armed?.tenantId ?? ''}`;

const isAt = (names: readonly string[], when: When): boolean =>
  armed?.at !== undefined && armed.at.when === when && names.includes(`${armed.at.kind} ${armed.at.nth}`);

const dieAt = (names: readonly string[], when: When): void => {
  if (!isAt(names, when)) return;
  appendFileSync(notes, `${killedNote()} ${when} ${names.join(', ')}\n`);
  process.kill(process.pid, 'SIGKILL');
};

/** Notes what is about to be sent; with their numbers. */
const about = (kinds: readonly string[]): string[] => {
  if (armed === null) return [];
  const names = kinds.map((kind) => {
    const nth = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, nth);
    return `${kind} ${nth}`;
  });
  if (names.length > 0) appendFileSync(notes, `${names.join('\n')}\n`);
  dieAt(names, 'before');
  return names;
};

subscribe('http.server.request.start', (message) => {
  const given = (message as { request: IncomingMessage }).request.headers[HEADER];
  if (typeof given !== 'string') return;
  armed = JSON.parse(given) as Armed;
  counts = new Map();
  runId = '';
  // A request that got no answer comes again.
  if (fs.readFileSync(notes, 'utf8').includes(`${killedNote()} `)) armed = { tenantId: armed.tenantId };
});

const sent = new WeakMap<object, string[]>();

const kindsOf = (request: ClientRequest, body: string): string[] => {
  const target = request.getHeader('x-amz-target');
  if (typeof target === 'string') return dynamoDbWrites(target, body, armed?.tenantId ?? '');
  if (request.path.endsWith('/invocations') && body.includes(armed?.tenantId ?? ''))
    ({ runId } = JSON.parse(body) as { runId: string });
  return runId === '' ? [] : lambdaSends(request.path, body, runId);
};

type End = (this: ClientRequest, ...words: unknown[]) => ClientRequest;
const prototype = http.ClientRequest.prototype as unknown as { end: End };
const { end } = prototype;
prototype.end = function (this: ClientRequest, ...words: unknown[]) {
  const [body] = words;
  const text = typeof body === 'string' ? body : body instanceof Uint8Array ? Buffer.from(body).toString() : '';
  if (armed !== null) sent.set(this, about(kindsOf(this, text)));
  return end.apply(this, words);
};

subscribe('http.client.response.finish', (message) => {
  dieAt(sent.get((message as { request: ClientRequest }).request) ?? [], 'after');
});

interface Fetched {
  readonly request: { readonly method: string; readonly path: string };
}
const isPaid = ({ request: { method, path } }: Fetched): boolean =>
  method === 'POST' && path.replace(/\?.*/, '') === '/v1/messages';

subscribe('undici:request:create', (message) => {
  const fetched = message as Fetched;
  if (isPaid(fetched)) sent.set(fetched.request, about(['upstream']));
});
subscribe('undici:request:headers', (message) => dieAt(sent.get((message as Fetched).request) ?? [], 'head'));
subscribe('undici:request:trailers', (message) => dieAt(sent.get((message as Fetched).request) ?? [], 'after'));

fs.appendFileSync = ((path: string, data: string, options?: fs.WriteFileOptions) => {
  const isJournal = typeof path === 'string' && path.includes('/executions/running/') && path.includes(runId || '?');
  if (!isJournal && path !== effects) return appendFileSync(path, data, options);
  const names = about(isJournal ? journalLines(data) : ['effect']);
  if (isJournal && isAt(names, 'torn')) appendFileSync(path, data.slice(0, -9), options);
  dieAt(names, 'torn');
  appendFileSync(path, data, options);
  dieAt(names, 'after');
}) as typeof appendFileSync;
syncBuiltinESMExports();
