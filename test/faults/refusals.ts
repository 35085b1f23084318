import { serverNow } from '../stretched.ts';
import { reply, type ScriptedAnswer, status } from '../upstream/answers.ts';
import {
  ALL,
  alone,
  answered,
  ASKED,
  everywhere,
  type Fault,
  fault,
  once,
  onOneModel,
  refused,
  STAND_IN,
} from './fault.ts';
import { THOUGHTFUL, unlessRefused } from './opening.ts';

const limited = (headers: Readonly<Record<string, string>> = {}): ScriptedAnswer => status(429, { headers });

const AHEAD_MS = 2_100;

/** A date knows whole seconds only: so far ahead is more than one, and a timer that fires a little early is no retry too soon. */
const byDate: ScriptedAnswer = (asked) =>
  limited({ 'retry-after': new Date(serverNow() + AHEAD_MS).toUTCString() })(asked);

const FINAL = { 'x-should-retry': 'false' };

const DAY_S = '86400';

const RATE_LIMITS: readonly Fault[] = [
  once('429, Retry-After in seconds', limited({ 'retry-after': '1' }), {
    model: 'claude-opus-5-5',
    pauseMs: 1_000,
    limitsMs: 1_000,
  }),
  once('429, Retry-After as a date', byDate, { model: 'claude-opus-5', pauseMs: 1_000, limitsMs: AHEAD_MS }),
  once('429, retry-after-ms', limited({ 'retry-after-ms': '300', 'retry-after': '60' }), {
    model: 'claude-opus-4-8',
    pauseMs: 300,
    limitsMs: 300,
  }),
  once('429, Retry-After that says nothing', limited({ 'retry-after': '-1' }), { model: 'claude-opus-4-7' }),
  once('429 without Retry-After', limited(), { model: 'claude-opus-4-6' }),
  onOneModel('429, Retry-After of a day', limited({ 'retry-after': DAY_S }), {
    model: 'claude-sonnet-5',
    attempts: { 'claude-sonnet-5': 1, [STAND_IN]: 1 },
  }),
  alone('429, Retry-After of a day', limited({ 'retry-after': DAY_S }), 'rate-limited', {
    model: 'claude-sonnet-4-6',
    attempts: { 'claude-sonnet-4-6': 1 },
  }),
  onOneModel('429 that no waiting mends', limited(FINAL), { attempts: { [ASKED]: 1, [STAND_IN]: 1 } }),
  alone('429 that no waiting mends', limited(FINAL), 'rate-limited', { attempts: { [ASKED]: 1 }, isClients: true }),
  onOneModel('429 without end', limited(), { model: 'claude-haiku-5-5' }),
  alone('429 without end', limited(), 'rate-limited', { model: 'claude-opus-4-5' }),
];

const OUTAGES: readonly Fault[] = [
  once('500', status(500)),
  everywhere('500 without end', status(500), 'upstream-error'),
  alone('500 that should not be retried', status(500, { headers: FINAL }), 'upstream-error', {
    attempts: { [ASKED]: 1 },
    isClients: true,
  }),
  once('408', status(408)),
  once('409', status(409)),
  once('502', status(502)),
  once('504', status(504)),
  everywhere('504 without end', status(504), 'upstream-timeout'),
  once('503', status(503)),
  onOneModel('503 without end', status(503)),
  everywhere('503 without end', status(503), 'upstream-overloaded'),
  once('529', status(529)),
  once('529, retry-after-ms', status(529, { headers: { 'retry-after-ms': '1000' } }), {
    pauseMs: 1_000,
    limitsMs: 1_000,
  }),
  onOneModel('529 without end', status(529)),
  everywhere('529 without end', status(529), 'upstream-overloaded'),
];

const TOO_LONG = status(400, { message: 'prompt is too long: 200001 tokens > 200000 maximum' });

const SPENT = status(400, {
  message:
    'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to purchase credits.',
});

const AT_ITS_LIMIT = status(400, {
  message: 'You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.',
});

const NOT_FAULTS: readonly Fault[] = [
  fault({
    name: 'nothing at all',
    script: (text) => ({ [ASKED]: [reply(text)] }),
    expected: answered(ASKED),
    attempts: { [ASKED]: 1 },
  }),
  fault({
    name: 'a context that is too long',
    script: () => ({ [ASKED]: [TOO_LONG] }),
    expected: refused('invalid-request'),
    // What a run itself has made too long is no mistake of its caller.
    expectedBy: { agent: { verdict: 'safe', stopReason: 'context_window' } },
    attempts: { [ASKED]: 1 },
  }),
  fault({
    name: 'a request that is refused',
    script: () => ({ [ASKED]: [status(400)] }),
    expected: refused('invalid-request'),
    attempts: { [ASKED]: 1 },
  }),
  // The secret is read again once, and the key in it tried once more.
  fault({
    name: 'a key that is rejected',
    script: () => ({ [ASKED]: [status(401)] }),
    expected: refused('upstream-error'),
    attempts: { [ASKED]: 2 },
  }),
  // What the provider says of the account is nothing that a client may hear.
  fault({
    name: 'an account without credit',
    script: () => ({ [ASKED]: [SPENT] }),
    expected: refused('upstream-error'),
    attempts: { [ASKED]: 1 },
  }),
  fault({
    name: 'an account at its own usage limit',
    script: () => ({ [ASKED]: [AT_ITS_LIMIT] }),
    expected: refused('upstream-error'),
    attempts: { [ASKED]: 1 },
  }),
  fault({
    name: 'a model that the account lacks',
    script: () => ({ [ASKED]: [status(404)] }),
    expected: refused('invalid-request'),
    attempts: { [ASKED]: 1 },
  }),
  fault({
    name: 'a feature that the account lacks',
    script: () => ({ [ASKED]: [status(403)] }),
    expected: refused('forbidden'),
    attempts: { [ASKED]: 1 },
  }),
  fault({
    name: 'a refusal by the model',
    script: (text) => ({ [ASKED]: [reply(text, { stopReason: 'refusal' })] }),
    expected: answered(ASKED, 'refusal'),
    attempts: { [ASKED]: 1 },
  }),
  fault({
    name: "a stand-in that refuses the asked model's parameters",
    opening: THOUGHTFUL,
    script: (text) => ({ [ASKED]: [status(529)], [STAND_IN]: [unlessRefused(reply(text))] }),
    expected: answered(STAND_IN),
    attempts: { [ASKED]: ALL, [STAND_IN]: 1 },
  }),
];

export const REFUSALS: readonly Fault[] = [...NOT_FAULTS, ...RATE_LIMITS, ...OUTAGES];
