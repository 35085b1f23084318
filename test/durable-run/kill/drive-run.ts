import { setTimeout as pause } from 'node:timers/promises';
import { describedFetch } from '../../openapi/described-fetch.ts';
import { HEADER, type KillPoint } from './kill-points.ts';
import { type Answered, type Client, createClient, type Supervised } from './supervised.ts';

/** A tenant of its own, with one key: its books, its slot and its queue are those of one run. */
export interface TestTenant {
  readonly tenantId: string;
  readonly key: string;
  readonly ask: Client;
}

export const createTenant = async (server: Supervised, tenantId: string, settings: object): Promise<TestTenant> => {
  const admin = createClient(server, 'ballast-dev-admin-key');
  await admin('PUT', `/admin/tenants/${tenantId}`, { body: settings });
  const { status, body } = await admin('POST', `/admin/tenants/${tenantId}/keys`, { body: { name: 'test' } });
  if (status !== 201) throw new Error(`no key: ${JSON.stringify(body)}`);
  const key = String(body['key']);
  return { tenantId, key, ask: createClient(server, key) };
};

export interface SeenEvent {
  readonly id: number;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const eventsIn = (text: string): SeenEvent[] =>
  text.split('\n\n').flatMap((block) => {
    const [, id, event, data] = /^id: (\d+)\nevent: (\S+)\ndata: (.*)$/.exec(block) ?? [];
    return data === undefined
      ? []
      : [{ id: Number(id), event: event ?? '', data: JSON.parse(data) as SeenEvent['data'] }];
  });

export const isLast = (event: string): boolean => /^run\.(?:succeeded|failed|cancelled)$/.test(event);

/** Watches a run to its end, and comes back with the last id whenever the stream breaks. */
export const watchRun = async (server: Supervised, key: string, runId: string): Promise<SeenEvent[]> => {
  const seen: SeenEvent[] = [];
  for (;;) {
    const url = await server.url();
    const last = seen.at(-1);
    if (last !== undefined && isLast(last.event)) return seen;
    let text = '';
    try {
      const headers = { 'x-api-key': key, ...(last === undefined ? {} : { 'last-event-id': String(last.id) }) };
      const response = await describedFetch(`${url}/agent/runs/${runId}/events`, { headers });
      if (!response.ok) throw new Error(`events: ${response.status} ${await response.text()}`, { cause: 'refused' });
      const decoder = new TextDecoder();
      for await (const piece of response.body ?? []) {
        text += decoder.decode(piece as Uint8Array, { stream: true });
        const end = text.lastIndexOf('\n\n') + 2;
        if (end < 2) continue;
        seen.push(...eventsIn(text.slice(0, end)));
        text = text.slice(end);
      }
    } catch (error) {
      if ((error as Error).cause === 'refused') throw error;
      await pause(20);
    }
  }
};

/** What watchers have read of the text since the last `text.reset`. */
export const shownText = (events: readonly SeenEvent[]): string =>
  events.reduce((text, { event, data }) => {
    if (event === 'text.reset') return '';
    return event === 'text.delta' ? text + String(data['text']) : text;
  }, '');

const ENDED = new Set(['succeeded', 'incomplete', 'failed', 'cancelled', 'timed_out']);

/** Each look is a request, whose work the run would have to wait for. */
const LOOK_EACH_MS = 60;
/** Of what stands in a file. */
const READ_EACH_MS = 15;

export const awaitStatus = async (
  ask: Client,
  runId: string,
  isWanted: (status: string) => boolean,
): Promise<Answered['body']> => {
  for (;;) {
    const { body } = await ask('GET', `/agent/runs/${runId}`);
    if (isWanted(String(body['status']))) return body;
    await pause(LOOK_EACH_MS);
  }
};

export const hasEnded = (status: string): boolean => ENDED.has(status);

export interface DrivenRun {
  readonly runId: string;
  readonly row: Answered['body'];
  /** As a watcher saw them who was there from the first on, through all kills. */
  readonly watched: readonly SeenEvent[];
  /** Whether a second message was written to it. */
  readonly wroteTwice: boolean;
}

const expectStatus = ({ status, body }: Answered, ...wanted: number[]): void => {
  if (!wanted.includes(status)) throw new Error(`answered ${status}: ${JSON.stringify(body)}`);
};

/** Submits a run, writes to it, approves what it asks and raises its limit, each until it was answered. */
export const driveRun = async (
  server: Supervised,
  { tenantId, key, ask }: TestTenant,
  at: KillPoint | null,
  task: string,
): Promise<DrivenRun> => {
  const { kills } = server;
  const since = server.sends().length;
  const body = { task, maxCostUsd: '0.044', onLimit: 'pause' };
  const headers = {
    'idempotency-key': `submit ${task}`,
    [HEADER]: JSON.stringify({ tenantId, ...(at === null ? {} : { at }) }),
  };
  const submitted = await ask('POST', '/agent/runs', { body, headers });
  expectStatus(submitted, 202);
  const runId = String(submitted.body['runId']);
  const path = `/agent/runs/${runId}`;
  const watching = watchRun(server, key, runId);
  const say = async (content: string) =>
    expectStatus(
      await ask('POST', `${path}/messages`, { body: { content }, headers: { 'idempotency-key': content } }),
      202,
    );

  /** Before a kill: what the run does while it comes to rest is always the same if it is not disturbed. */
  const rested = async (times: number): Promise<void> => {
    while (server.kills === kills && !server.sends().slice(since).includes(`journal suspended ${times}`))
      await pause(READ_EACH_MS);
  };
  let [approved, raised, wroteTwice] = [false, false, false];
  for (;;) {
    const row = await awaitStatus(
      ask,
      runId,
      (status) =>
        hasEnded(status) || (status === 'awaiting_approval' && !approved) || (status === 'awaiting_budget' && !raised),
    );
    if (!hasEnded(String(row['status']))) await rested(Number(approved) + Number(raised) + 1);
    if (row['status'] === 'awaiting_approval') {
      await say('message one');
      // The run may have been decided on by the try whose answer was lost.
      expectStatus(await ask('POST', `${path}/approvals/toolu_refund`, { body: { decision: 'approve' } }), 204, 409);
      approved = true;
    } else if (row['status'] === 'awaiting_budget') {
      if (approved) {
        await say('message two');
        wroteTwice = true;
      }
      expectStatus(await ask('POST', `${path}/resume`, { body: { maxCostUsd: '5' } }), 202, 409);
      raised = true;
    } else return { runId, row, wroteTwice, watched: await watching };
  }
};
