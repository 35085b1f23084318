import { circuitOf } from '../../../lib/model-call/with-circuit.ts';
import { expectStatus, expectThat, Failed, pause, Skipped, type Smoke, type SmokeCheck, TASK } from './check.ts';
import { modelOf, modelsOf, VERSION } from './gateway.ts';
import type { Reply, Stage } from './stage.ts';

/** Lambda gives each of them an environment of its own. */
const AT_ONCE = 8;

/** A change is known everywhere within about a second. */
const KNOWN_S = 10;

/** By it a circuit is known that an earlier test was killed before it could close. */
const REASON = 'Smoke test: closed again within seconds.';
const LEFT_MS = 10 * 60_000;

const UNUSED_DAYS = 30;
const DAY_MS = 86_400_000;

interface Circuit {
  readonly name: string;
  readonly state: string;
  readonly failures: number;
  readonly reason: string | null;
  readonly since: string | null;
}

interface Agents {
  readonly agents: readonly {
    readonly models: Readonly<Record<string, string>>;
    readonly fallbackModels: readonly string[];
  }[];
}

const pathOf = (name: string): string => `/admin/circuits/${name}`;

/** Tries it until it is done: nobody may be left without a model because a test has failed. */
const close = async ({ clock }: Smoke, admin: Stage, name: string): Promise<void> => {
  for (let tries = 0; tries < KNOWN_S; tries += 1) {
    const reply = await admin.ask(pathOf(name), { method: 'PUT', body: { state: 'closed' } }).catch(() => null);
    if (reply?.status === 200 && (reply.json as Circuit).state === 'closed') return;
    await pause(clock, 1_000);
  }
  throw new Failed(`${name} is still isolated. Close it: npx ballast circuits close ${name}`);
};

const circuitsOf = async (smoke: Smoke, admin: Stage): Promise<readonly Circuit[]> => {
  const reply = await admin.ask('/admin/circuits');
  expectStatus(reply, 200, 'GET /admin/circuits');
  const { circuits: all } = reply.json as { readonly circuits: readonly Circuit[] };
  const isLeft = ({ state, reason, since }: Circuit) =>
    state === 'isolated' && reason === REASON && smoke.clock.now() - Date.parse(since ?? '') > LEFT_MS;
  for (const { name } of all.filter(isLeft)) await close(smoke, admin, name);
  return all.map((one) => (isLeft(one) ? { ...one, state: 'closed' } : one));
};

/** The circuits of models that an agent names, or a tenant has used lately. */
const usedCircuits = async ({ clock }: Smoke, admin: Stage): Promise<Set<string>> => {
  const agents = await admin.ask('/agents');
  expectStatus(agents, 200, 'GET /agents');
  const named = (agents.json as Agents).agents.flatMap((one) => [...Object.values(one.models), ...one.fallbackModels]);
  const from = new Date(clock.now() - UNUSED_DAYS * DAY_MS).toISOString().slice(0, 10);
  const usage = await admin.ask(`/admin/usage?groupBy=model&from=${from}&limit=10000`);
  expectStatus(usage, 200, 'GET /admin/usage');
  const used = (usage.json as { readonly groups: readonly { readonly key: string }[] }).groups.map(({ key }) => key);
  return new Set([...named, ...used].map(circuitOf));
};

/** A model that nobody misses for some seconds: the oldest one. */
const idleModel = async (smoke: Smoke, admin: Stage): Promise<string> => {
  const all = await circuitsOf(smoke, admin);
  const closed = new Set(
    all.filter(({ state, failures }) => state === 'closed' && failures === 0).map(({ name }) => name),
  );
  const busy = (await usedCircuits(smoke, admin)).add(circuitOf(await modelOf(smoke)));
  const free = (await modelsOf(smoke)).findLast(({ id }) => closed.has(circuitOf(id)) && !busy.has(circuitOf(id)));
  if (free === undefined)
    throw new Skipped(`The key may use no model that nobody used in the last ${UNUSED_DAYS} days.`);
  return free.id;
};

/** A circuit that is not closed, in the words of the gateway. */
const isRefused = ({ status, code }: Reply): boolean => status === 503 && code === 'overloaded_error';

/** Looks until all calls at once are refused, or none; nothing of it is paid for. */
const expectAll = async (smoke: Smoke, model: string, refused: boolean, when: string): Promise<void> => {
  const body = { model, messages: [{ role: 'user', content: TASK }] };
  const ask = () => smoke.stage.ask('/v1/messages/count_tokens', { body, headers: VERSION });
  let others = 0;
  for (let looks = 0; looks < KNOWN_S; looks += 1) {
    const replies = await Promise.all(Array.from({ length: AT_ONCE }, ask));
    others = replies.filter((reply) => isRefused(reply) !== refused).length;
    if (others === 0) return;
    await pause(smoke.clock, 1_000);
  }
  throw new Failed(
    `${when}, ${others} of ${AT_ONCE} calls at once are ${refused ? 'not ' : ''}refused after ${KNOWN_S} s.`,
  );
};

/** How often a message is tried: one that is not refused is paid for. */
const MESSAGES = 3;

const expectRefusedMessage = async ({ stage, clock }: Smoke, model: string): Promise<void> => {
  const body = { model, max_tokens: 32, messages: [{ role: 'user', content: TASK }] };
  let reply: Reply | undefined;
  for (let tries = 0; tries < MESSAGES && reply?.status !== 503; tries += 1) {
    // Another function answers it, and may know a second later.
    await pause(clock, 1_000);
    reply = await stage.ask('/v1/messages', { body, headers: VERSION });
  }
  if (reply !== undefined) expectStatus(reply, 503, 'A message to a model whose circuit is isolated');
};

/** Shuts a model off that nobody uses, and opens it again. */
export const circuits: SmokeCheck = {
  what: 'an isolated circuit refuses in every environment, and a closed one lets through',
  scope: 'messages:write',
  async run(smoke) {
    const { admin } = smoke;
    if (admin === null) throw new Skipped('It takes --admin-key.');
    const model = await idleModel(smoke, admin);
    const name = circuitOf(model);
    // So that each environment has known it as closed.
    await expectAll(smoke, model, false, `Before ${name} is isolated`);
    try {
      const set = await admin.ask(pathOf(name), { method: 'PUT', body: { state: 'isolated', reason: REASON } });
      expectStatus(set, 200, `The isolation of ${name}`);
      expectThat((set.json as Circuit).state === 'isolated', `${name} is ${(set.json as Circuit).state}.`);
      await expectAll(smoke, model, true, `While ${name} is isolated`);
      await expectRefusedMessage(smoke, model);
    } finally {
      await close(smoke, admin, name);
    }
    await expectAll(smoke, model, false, `After ${name} was closed`);
    return `${name}: ${AT_ONCE} calls at once were refused, and let through again.`;
  },
};
