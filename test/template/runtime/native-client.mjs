import { Buffer } from 'node:buffer';
import { Agent, request } from 'node:http';
import { registerHooks } from 'node:module';
import { performance } from 'node:perf_hooks';
import process from 'node:process';

/*
 * Loaded before AWS's runtime client, in each of its threads: stands in for the part of it that is compiled, which speaks with the
 * Runtime API of Lambda. All the rest is AWS's own.
 */

const [host, port] = (process.env.AWS_LAMBDA_RUNTIME_API ?? '').split(':');
const agent = new Agent({ keepAlive: true });

const ask = (method, path, body = '', headers = {}) =>
  new Promise((resolve, reject) => {
    const length = method === 'GET' ? {} : { 'content-length': Buffer.byteLength(body) };
    const sent = request({ host, port, method, path, agent, headers: { ...length, ...headers } }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.once('end', () => resolve({ bodyJson: Buffer.concat(parts).toString(), headers: answer.headers }));
    });
    sent.once('error', reject);
    sent.end(body);
  });

// On a busy machine what a function waits for comes later, and so do its limits. Its clocks go on as those of the services it asks.
const stretch = Number(process.env.TEST_STRETCH);
const { setTimeout: timer } = globalThis;
globalThis.setTimeout = Object.assign((act, ms = 0, ...parts) => timer(act, ms * stretch, ...parts), timer);

/*
 * A freeze of hours that no test waits for: what the process finds changed comes with the event. Timers go on as they were, since
 * a freeze holds them up as well.
 */
let ahead = { wallMs: 0, monotonicMs: 0 };
const RealDate = Date;
const now = () => RealDate.now() + ahead.wallMs;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, parts, itself) => Reflect.construct(target, parts.length === 0 ? [now()] : parts, itself),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});
const monotonic = performance.now.bind(performance);
performance.now = () => monotonic() + ahead.monotonicMs;

const thawed = (given) => {
  const { variables = {}, wallMs, monotonicMs = 0 } = JSON.parse(given.headers['ballast-thaw'] ?? '{}');
  if (wallMs !== undefined) ahead = { wallMs, monotonicMs };
  Object.assign(process.env, variables);
  return given;
};

const INVOCATION = '/2018-06-01/runtime/invocation';

// The compiled client returns when the answer is out; this one asks for nothing more before that.
let posted = Promise.resolve();
globalThis[Symbol.for('ballast.native-client')] = {
  initializeClient() {},
  next: async () => {
    await posted;
    return thawed(await ask('GET', `${INVOCATION}/next`));
  },
  done(id, body) {
    posted = ask('POST', `${INVOCATION}/${id}/response`, body);
  },
  error(id, body, xray) {
    posted = ask('POST', `${INVOCATION}/${id}/error`, body, { 'lambda-runtime-function-xray-error-cause': xray });
  },
};

const COMPILED = 'rapid-client.node';
const STAND_IN = 'ballast:native-client';

registerHooks({
  resolve: (specifier, context, next) =>
    specifier.endsWith(COMPILED) ? { url: STAND_IN, format: 'commonjs', shortCircuit: true } : next(specifier, context),
  load: (url, context, next) =>
    url === STAND_IN
      ? {
          format: 'commonjs',
          source: "module.exports = globalThis[Symbol.for('ballast.native-client')];",
          shortCircuit: true,
        }
      : next(url, context),
});
