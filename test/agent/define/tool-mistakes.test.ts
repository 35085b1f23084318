import { bearer, z } from 'ballast';
import { describe, expect, it } from 'vitest';
import { checkAgents } from '../../../lib/agent/define/checks/check-agents.ts';
import { agentOf, type Given, itSaysOfEach, type Mistake, startedWith, toolOf } from './mistakes.ts';

const SHOP = { 'shop-api': { description: 'API key of the shop' } };
const startedWithTool = (given: Given) => startedWith({ tools: [toolOf(given)] });
const startedWithUrl = (url: unknown, more: Given = {}) => startedWithTool({ endpoints: { shop: url }, ...more });

const mistakes: readonly Mistake[] = [
  [
    'a tool with a blank in its name',
    () => toolOf({ name: 'order status' }),
    'defineTool: name is 1 to 64 of A-Z a-z 0-9 _ and -, as order_status',
  ],
  [
    'a tool that nobody describes',
    () => toolOf({ description: undefined }),
    'order: description is a text: it tells the model',
  ],
  [
    'a tool without a schema',
    () => toolOf({ input: { id: 'string' } }),
    'input is a schema, as z.strictObject({ orderId: z.string() })',
  ],
  ['a tool without a function', () => toolOf({ run: undefined }), 'run is a function, as async ('],
  [
    'a function of another name',
    () => toolOf({ execute: () => 'done' }),
    'execute is not an option: the function is run',
  ],
  ['a misspelt limit', () => toolOf({ timeout: 5_000 }), 'timeout is not an option'],
  ['no time', () => toolOf({ timeoutMs: 0 }), 'timeoutMs is 1 to 900,000'],
  [
    'a fallback that is a text',
    () => toolOf({ fallback: 'Down.' }),
    "fallback is a function that gives a text, as () => 'The shop does not answer.'",
  ],
  [
    'effects that are kept',
    () => toolOf({ sideEffects: true, cacheable: true }),
    'what has side effects is not cacheable: leave one of them out',
  ],
  ['a word for yes', () => toolOf({ sideEffects: 'yes' }), 'sideEffects is true or false'],
  [
    'a circuit without a name',
    () => toolOf({ circuit: { failureThreshold: 3 } }),
    "circuit has a name of a-z 0-9 - and /, as { name: 'tool/shop' }",
  ],
  [
    'a share above the whole',
    () => toolOf({ circuit: { name: 'tool/shop', failureRatio: 50 } }),
    'circuit.failureRatio is above 0 and at most 1',
  ],
  [
    'an input that is a union',
    () => startedWithTool({ input: z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]) }),
    'order: of its input, it is no plain object, which the API refuses: use z.strictObject({ … }), with a union inside it',
  ],
  [
    'a key that the API does not take',
    () => startedWithTool({ input: z.object({ 'order id': z.string() }) }),
    'of its input, order id has a name that the API refuses: use 1 to 64 of',
  ],
  [
    'an instant for a text',
    () => startedWithTool({ input: z.object({ range: z.object({ from: z.date() }) }) }),
    'of its input, range.from has a type that JSON does not have: use one that it has',
  ],
  [
    'a secret in capitals',
    () => toolOf({ secrets: { SHOP_API: { description: '' } } }),
    'the secret SHOP_API needs a name of 1 to 40 of a-z 0-9 and -, such as shop-api',
  ],
  [
    'a secret with its value',
    () => toolOf({ secrets: { shop: 'sk-1234' } }),
    "the secret shop needs a description, as { description: 'API key of the shop' }, and never the value itself",
  ],
  [
    'a secret that is not declared',
    () => startedWithUrl({ url: 'https://a.example', authorization: bearer('shop') }, { secrets: SHOP }),
    'the endpoint shop needs shop: add it to secrets',
  ],
  [
    'a secret for a header',
    () => startedWithUrl({ url: 'https://a.example', authorization: 'Bearer x' }),
    'the endpoint shop has an authorization that bearer or secretHeader has not made',
  ],
  [
    'a host for a URL',
    () => startedWithUrl('shop.example.com'),
    'the endpoint shop is no URL: shop.example.com. Write one such as https://shop.example.com/api',
  ],
  ['a file', () => startedWithUrl('file:///etc'), 'the endpoint shop is no https URL: file:///etc'],
  [
    'a password in a URL',
    () => startedWithUrl('https://me:pass@a.example'),
    'the endpoint shop has a credential in its URL. Declare it in secrets',
  ],
  [
    'a query in a base',
    () => startedWithUrl('https://a.example/api?v=1'),
    'has more than a path: https://a.example/api?v=1. What stands behind ? goes into fetch',
  ],
  [
    'steps in a base',
    () => startedWithUrl('https://a.example/api/../admin'),
    'the endpoint shop has a path that is not plain',
  ],
  [
    'a secret over http',
    () => startedWithUrl({ url: 'http://a.example', authorization: bearer('shop-api') }, { secrets: SHOP }),
    'the endpoint shop needs https, or http on this machine, because it has a secret',
  ],
  [
    'http outside',
    () => startedWithUrl('http://a.example'),
    "needs https: http://a.example. Where only your own machine has it, write url: { local: 'http://a.example', default: 'https://…' }",
  ],
  [
    'no URL for all stages',
    () => startedWithUrl({ url: { dev: 'https://a.example' } }),
    'the endpoint shop has no url for every stage: add default',
  ],
  [
    'this machine where it is deployed',
    () => startedWithUrl('http://localhost:8080'),
    "the endpoint shop is on this machine, http://localhost:8080, which a deployment cannot reach: write url: { local: 'http://localhost:8080', default: 'https://…' }",
  ],
  ['this machine by another name', () => startedWithUrl('https://127.0.0.2'), 'the endpoint shop is on this machine'],
  [
    'a misspelt credential',
    () => startedWithUrl({ url: 'https://a.example', authorisation: bearer('shop-api') }),
    'has authorisation, which is not an option. There are url, authorization',
  ],
];

describe('a mistake in the definition of a tool', () => itSaysOfEach(mistakes));

it('a definition without a mistake is taken, whatever it has', () => {
  const urls = {
    local: 'http://host.internal:8080/x',
    staging: 'https://staging.example',
    default: 'https://a.example/api/',
  };
  const endpoints = { plain: 'https://a.example', shop: { url: urls, authorization: bearer('shop-api') } };
  const local = { own: { url: { ...urls, local: 'http://localhost:1' }, authorization: bearer('shop-api') } };
  const tool = toolOf({
    endpoints: { plain: endpoints.plain, ...local },
    secrets: SHOP,
    circuit: { name: 'tool/shop' },
  });
  const everything = {
    version: '2',
    pattern: 'reflection',
    maxRounds: 1,
    fallbackModels: ['claude-haiku-4-5'],
    maxOutputTokens: 1,
    cache: { ttlSeconds: 60, perUser: true },
    retries: 0,
    timeoutMs: 1_000,
    maxCostUsd: '0.05',
    effort: 'xhigh',
    stopSequences: ['END'],
    output: z.strictObject({ done: z.boolean() }),
    circuit: { failureRatio: 0.5 },
    tools: [tool],
  };
  const own = toolOf({ endpoints: { shop: 'http://localhost:8080' } });
  expect(() => checkAgents([agentOf({ tools: [own] })])).not.toThrow();
  expect(() => startedWith(everything)).not.toThrow();
  expect(() => toolOf({ endpoints, secrets: SHOP })).toThrow('needs https, or http on this machine');
});
