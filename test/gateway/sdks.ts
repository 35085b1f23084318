import Anthropic, { type ClientOptions } from '@anthropic-ai/sdk';
import AnthropicOfOld from 'anthropic-sdk-0';
import type { Caller } from '../api/fleet.ts';
import type { TestServer } from '../api/start-server.ts';

export type Sdk = typeof Anthropic;

/** The versions of the official SDK that applications have today; the tests ask nothing of them in which they differ. */
export const SDKS: readonly (readonly [title: string, Sdk])[] = [
  ['the current SDK', Anthropic],
  ['an SDK of 0.x', AnthropicOfOld as unknown as Sdk],
];

/** As an application makes it: a key and a URL, everything else at its default. */
export const createClient = (
  Sdk: Sdk,
  { url }: Pick<TestServer, 'url'>,
  { key }: Pick<Caller, 'key'>,
  over: ClientOptions = {},
) => new Sdk({ apiKey: key, baseURL: url, logLevel: 'off', ...over });
