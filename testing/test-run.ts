import { checkAgents } from '../lib/agent/define/checks/check-agents.ts';
import type { Agent } from '../lib/agent/define/define-agent.ts';
import { loadOutputFormat, loadToolSchema } from '../lib/agent/define/tool-schema.ts';
import { loadReflection } from '../lib/agent/loop/patterns/patterns.ts';
import { createIds } from '../lib/kernel/ids/ids.ts';
import type { ModelRequest } from '../lib/model-call/provider.ts';
import type { BallastEvent } from '../lib/telemetry/events.ts';
import { deliverHooks, type DeliverHooksParts } from '../lib/telemetry/hooks/deliver-hooks.ts';
import { createHookSet } from '../lib/telemetry/hooks/hook-set.ts';
import { createAutoClock } from './auto-clock.ts';
import { callSite, pointingAt } from './call-site.ts';
import { createToolFetch } from './fake-fetch.ts';
import { detectHang } from './hang-detector.ts';
import { createInFlight } from './in-flight.ts';
import {
  type Asked,
  configOf,
  countingBytes,
  principalOf,
  requestOf,
  START,
  type TestRunOptions,
  timeOf,
} from './options.ts';
import { playScript, type Script } from './play-script.ts';
import { recordRun } from './recorded-events.ts';
import { createStage } from './stage.ts';
import { endOf, type TestedRun, testedRun } from './tested-run.ts';
import { toolCallsOf } from './tool-calls.ts';
import { messagesOnly, startScriptedUpstream } from './upstream/start-scripted-upstream.ts';
import { watchedAgent } from './watched-agent.ts';

/** A misspelt name would be a tool that never hangs. */
const toolsNamed = (names: readonly string[], { name: agent, tools }: Agent): ReadonlySet<string> => {
  const unknown = names.find((name) => !tools.has(name));
  if (unknown !== undefined)
    throw new TypeError(
      `hangs names the tool "${unknown}", which the agent ${agent} does not have. It has: ${[...tools.keys()].join(', ') || 'none'}.`,
    );
  return new Set(names);
};

/**
 * Runs an agent as a deployment would, with a model that does what the script says: the real loop, retries, limits and accounts, over HTTP
 * to a scripted API on the loopback address, and over memory instead of tables. Waits cost no time. A run that fails resolves too, with
 * its `error`; what rejects is a mistake of the test: a script that does not fit the run, a request or a setting that is none.
 */
export const testRun = (
  agent: Agent,
  asked: Asked,
  script: Script,
  options: TestRunOptions = {},
): Promise<TestedRun> => {
  const site = callSite(testRun);
  return runIt(agent, asked, script, options).catch((error: unknown) => {
    throw pointingAt(site, error);
  });
};

const runIt = async (agent: Agent, asked: Asked, script: Script, options: TestRunOptions): Promise<TestedRun> => {
  const { now = START, fetch, secrets = {}, tenant = {}, settings = {}, on = {}, signal } = options;
  if (!(agent?.tools instanceof Map))
    throw new TypeError('The first argument is no agent: give one made by defineAgent.');
  // What a function loads at its first run is there before time begins to move.
  await Promise.all([loadToolSchema(), loadOutputFormat(), loadReflection()]);
  checkAgents([agent]);
  const mistakes = new Set<string>();
  const mistake = (sentence: string) => void mistakes.add(sentence);
  const playing = playScript(script, agent, mistake);
  const hangs = toolsNamed(options.hangs ?? [], agent);
  const config = configOf(settings);
  const request = requestOf(asked, config.RUN_TIMEOUT_MS);
  const startedAt = timeOf(now);
  const clock = createAutoClock(startedAt);
  const inFlight = createInFlight(clock);
  const toolFetch = createToolFetch(fetch, { mistake, changed: () => clock.changed() });
  const thrown = new Map<string, unknown>();
  const telemetry: BallastEvent[] = [];
  const metrics: { readonly name: string; readonly value: number }[] = [];
  const hookParts: DeliverHooksParts = {
    ofAgents: new Map([[agent.name, agent.on]]),
    ofApp: on,
    clock,
    emit: (event) => void telemetry.push(event),
    metric: (name, value) => void metrics.push({ name, value }),
  };
  const hooks = createHookSet({
    clock,
    load: async () => (kept) => deliverHooks(hookParts, kept),
  });
  const randomBytes = countingBytes();
  const ids = createIds(clock, randomBytes);
  const upstream = await startScriptedUpstream(clock, { ...messagesOnly, ...playing, paceOf: () => inFlight.paceOf() });
  const ending = new AbortController();
  try {
    const runSync = await createStage({
      agent: watchedAgent(agent, {
        clock,
        toolFetch,
        hangs,
        approves: options.approves === true,
        threw: (key, error) => void thrown.set(key.slice(key.indexOf(':') + 1), error),
      }),
      config: { ...config, ANTHROPIC_BASE_URL: upstream.url },
      clock,
      ids,
      randomBytes,
      toolFetch,
      inFlight,
      secretValue: async (name) => {
        if (Object.hasOwn(secrets, name)) return secrets[name] as string;
        mistake(`A tool needs the secret ${name}, and the test gives none.`);
        throw new Error('no value');
      },
      emit(event) {
        telemetry.push(event);
        hooks.listen(event);
      },
    });
    const requestId = ids.request();
    // What a run loads before it asks takes real time.
    const begun = clock.begin({
      what: 'what the run loads',
      isWaiting: () => inFlight.hasAsked() || signal?.aborted === true,
    });
    const run = recordRun(
      (stream) =>
        runSync({
          request: { ...request, agent: agent.name },
          principal: principalOf(tenant, startedAt),
          requestId,
          traceId: ids.trace(),
          limitMs: config.RUN_TIMEOUT_MS,
          signal,
          stream,
          claim: null,
        }),
      { clock, requestId },
    ).finally(begun);
    const recorded = await Promise.race([run, detectHang(clock, ending.signal)]);
    const durationMs = clock.now() - startedAt;
    await hooks.deliver(requestId);
    const unused = mistakes.size === 0 ? playing.unused() : null;
    if (unused !== null) mistake(unused);
    if (mistakes.size > 0) {
      const { error } = recorded;
      throw new Error([...mistakes, endOf(recorded)].join(' '), error === null ? {} : { cause: error });
    }
    const requests = upstream.requests.map(({ body }) => body as unknown as ModelRequest);
    const tools = toolCallsOf({ requests, events: recorded.events, inputs: playing.inputs, thrown });
    return testedRun(recorded, { tools, requests, telemetry, metrics, durationMs });
  } finally {
    ending.abort();
    clock.stop();
    await upstream.close();
  }
};
