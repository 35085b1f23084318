import { objectOf } from '../../../kernel/json.ts';
import { isUsd } from '../../../kernel/money.ts';
import type { Effort } from '../../../model-call/translate/capabilities.ts';
import { REDACTION_CLASSES } from '../../../redaction/classes.ts';
import type { HookName } from '../../../telemetry/hooks/hook-events.ts';
import { LOG_LEVELS } from '../../../telemetry/log.ts';
import { READ_KINDS } from '../../flow/flow-rules.ts';
import type { AgentOptions } from '../agent-options.ts';
import {
  type Check,
  checkCircuit,
  checking,
  checkKinds,
  checkNames,
  CIRCUIT_OPTIONS,
  type DefinedAt,
  isObject,
  isSchema,
  isText,
  isWhole,
} from '../definition.ts';
import { checkModelOptions } from './check-model-options.ts';

const OPTIONS = {
  name: true,
  description: true,
  version: true,
  pattern: true,
  maxRounds: true,
  system: true,
  tools: true,
  output: true,
  models: true,
  fallbackModels: true,
  fallbackMessage: true,
  cache: true,
  redactOutput: true,
  redact: true,
  denyInput: true,
  inputReads: true,
  maxOutputTokens: true,
  maxModelCalls: true,
  retries: true,
  timeoutMs: true,
  maxCostUsd: true,
  effort: true,
  thinking: true,
  temperature: true,
  topP: true,
  topK: true,
  stopSequences: true,
  logLevel: true,
  circuit: true,
  on: true,
  maxToolOutputChars: true,
  sessionRetentionDays: true,
} satisfies Record<keyof AgentOptions, true>;

// By name alone: what models take of it is a table that no function needs at its start.
const EFFORTS = { low: true, medium: true, high: true, xhigh: true, max: true } satisfies Record<Effort, true>;

const GONE = {
  top_p: 'write topP.',
  top_k: 'write topK.',
  model: "write models: { simple: '…', standard: '…', complex: '…' }.",
  schema: 'the schema of the answer is output.',
  prompt: 'the prompt is system.',
};

const NAME = /^[a-z0-9-]{1,64}$/;
const MAX_VERSION_CHARS = 64;
const MOST = 1_000_000;
const COMPLEXITIES = ['simple', 'standard', 'complex'] as const;

const isBooleanOrAbsent = (value: unknown): boolean => value === undefined || typeof value === 'boolean';

const checkModels = (check: Check, { models, fallbackModels = [] }: AgentOptions): void => {
  const missing = COMPLEXITIES.filter((complexity) => !isObject(models) || !isText(models[complexity]));
  check(
    missing.length === 0,
    `models lacks ${missing.join(', ')}. Write models: { simple: 'claude-haiku-5-5', standard: 'claude-sonnet-5-5', complex: 'claude-opus-5-5' }.`,
  );
  checkNames((holds, sentence) => check(holds, `models.${sentence}`), models, {
    simple: true,
    standard: true,
    complex: true,
  });
  check(
    Array.isArray(fallbackModels) && fallbackModels.every(isText),
    "fallbackModels is a list of models, as ['claude-haiku-4-5'].",
  );
};

const checkOwnTools = (check: Check, { tools = [] }: AgentOptions): void => {
  check(Array.isArray(tools), 'tools is a list, as [orderStatus].');
  for (const [at, tool] of tools.entries())
    check(
      isObject(tool) && 'run' in tool && tool.endpoints !== undefined,
      `tools[${at}] is no tool: import one that defineTool has made.`,
    );
  const twice = tools.find(({ name }, at) => tools.findIndex((other) => other.name === name) < at);
  check(twice === undefined, `two of its tools have the same name, ${twice?.name}: rename one.`);
};

const checkLimits = (check: Check, options: AgentOptions): void => {
  for (const name of ['maxOutputTokens', 'maxModelCalls', 'maxToolOutputChars', 'maxRounds'] as const)
    check(isWhole(options[name] ?? 1, 1, MOST), `${name} is a whole number from 1.`);
  const { retries = 0, timeoutMs = 1_000, maxCostUsd = '0', sessionRetentionDays = 1, cache } = options;
  check(isWhole(retries, 0, 10), 'retries is a whole number from 0 to 10.');
  check(isWhole(timeoutMs, 1_000, 86_400_000), 'timeoutMs is a whole number of milliseconds from 1,000.');
  check(isText(maxCostUsd) && isUsd(maxCostUsd), "maxCostUsd is a text of US dollars, as '0.05'.");
  check(isWhole(sessionRetentionDays, 1, 3_650), 'sessionRetentionDays is a whole number from 1 to 3,650.');
  check(cache === undefined || isObject(cache), 'cache is an object, as { ttlSeconds: 3600 }.');
  if (cache === undefined) return;
  checkNames((holds, sentence) => check(holds, `cache.${sentence}`), cache, { ttlSeconds: true, perUser: true });
  check(isWhole(cache.ttlSeconds, 1, 2_592_000), 'cache.ttlSeconds is a whole number from 1 to 2,592,000.');
  check(isBooleanOrAbsent(cache.perUser), 'cache.perUser is true or false.');
};

const checkWords = (check: Check, options: AgentOptions): void => {
  const { description, system, version = '1', pattern = 'react', fallbackMessage = 'x' } = options;
  const { maxRounds, effort = 'low', stopSequences = [], logLevel = 'INFO' } = options;
  check(isText(description), 'description is a text: what GET /agents says of it.');
  check(isText(system) && system.trim() !== '', "system is the agent's prompt, a text that is not empty.");
  check(
    isText(version) && version !== '' && version.length <= MAX_VERSION_CHARS,
    `version is a text of 1 to ${MAX_VERSION_CHARS} characters.`,
  );
  check(pattern === 'react' || pattern === 'reflection', "pattern is 'react' or 'reflection'.");
  check(maxRounds === undefined || pattern === 'reflection', "maxRounds has no effect without pattern: 'reflection'.");
  check(isText(fallbackMessage) && fallbackMessage !== '', 'fallbackMessage is a text that is not empty.');
  check(Object.hasOwn(EFFORTS, effort), `effort is one of ${Object.keys(EFFORTS).join(', ')}.`);
  check(LOG_LEVELS.includes(logLevel), `logLevel is one of ${LOG_LEVELS.join(', ')}.`);
  check(
    (stopSequences as unknown) instanceof Array &&
      stopSequences.length <= 4 &&
      stopSequences.every((text) => isText(text) && text.trim() !== ''),
    "stopSequences is a list of at most 4 texts, as ['END'].",
  );
};

const checkRedaction = (check: Check, { redactOutput, redact }: AgentOptions): void => {
  check(isBooleanOrAbsent(redactOutput), 'redactOutput is true or false.');
  if (redact === undefined) return;
  check(redactOutput === true, 'redact has no effect without redactOutput: true.');
  const isChosen = (redact as unknown) instanceof Array && redact.length > 0;
  check(
    isChosen && redact.every((name) => REDACTION_CLASSES.includes(name)),
    `redact is a list of ${REDACTION_CLASSES.join(', ')}.`,
  );
};

const HOOKS = {
  runStarted: true,
  modelCalled: true,
  toolFinished: true,
  runDegraded: true,
  runFinished: true,
} satisfies Record<HookName, true>;

/** Holds hooks to their names, and to functions. */
export const checkHooks = (check: Check, on: unknown): void => {
  check(isObject(on), 'on is an object of functions, as { runFinished: ({ costUsd }) => … }.');
  checkNames((holds, sentence) => check(holds, `on.${sentence}`), objectOf(on), HOOKS);
  for (const [name, hook] of Object.entries(objectOf(on)))
    check(typeof hook === 'function', `on.${name} is a function, as ({ runId }) => … .`);
};

/** Throws a DefinitionError at the first thing that an agent cannot be made of. */
export const checkAgentOptions = (options: AgentOptions, definedAt: DefinedAt): void => {
  const given: unknown = options;
  checking(definedAt, 'defineAgent')(isObject(given), 'give it an object, as { name, description, system, models }.');
  const { name, output, circuit = {}, on = {}, denyInput = {}, inputReads = [] } = options;
  checking(definedAt, 'defineAgent')(isText(name) && NAME.test(name), 'name is 1 to 64 of a-z 0-9 and -, as support.');
  const check = checking(definedAt, name);
  checkNames(check, options, OPTIONS, GONE);
  checkWords(check, options);
  checkModels(check, options);
  checkOwnTools(check, options);
  checkLimits(check, options);
  checkModelOptions(check, options);
  checkRedaction(check, options);
  check(output === undefined || isSchema(output), 'output is a schema, as z.strictObject({ … }) with z of ballast.');
  checkCircuit(check, circuit, CIRCUIT_OPTIONS);
  checkHooks(check, on);
  checkKinds(check, 'inputReads', inputReads, READ_KINDS);
  check(
    isObject(denyInput),
    "denyInput is an object of patterns, as { injection: 'ignore (all|any) .*instructions' }.",
  );
};
