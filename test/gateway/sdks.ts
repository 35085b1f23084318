import { existsSync } from 'node:fs';
import Anthropic, { type ClientOptions } from '@anthropic-ai/sdk';
import type { Caller } from '../api/fleet.ts';
import type { TestServer } from '../api/start-server.ts';
import { describedFetch } from '../openapi/described-fetch.ts';

export type Sdk = typeof Anthropic;

/** Its package is one of `test/full`, which may not be installed. */
const oldSdk = async (): Promise<Sdk | null> => {
  if (!existsSync(new URL('../full/node_modules/anthropic-sdk-0', import.meta.url))) return null;
  const module = new URL('../full/old-sdk.ts', import.meta.url).href;
  return ((await import(module)) as { readonly default: Sdk }).default;
};

const old = await oldSdk();

/** The versions of the official SDK that applications have today; the tests ask nothing of them in which they differ. */
export const SDKS: readonly (readonly [title: string, Sdk])[] = [
  ['the current SDK', Anthropic],
  ...(old === null ? [] : [['an SDK of 0.x', old] as const]),
];

/** As an application makes it: a key and a URL, everything else at its default. */
export const createClient = (
  Sdk: Sdk,
  { url }: Pick<TestServer, 'url'>,
  { key }: Pick<Caller, 'key'>,
  over: ClientOptions = {},
) => new Sdk({ apiKey: key, baseURL: url, logLevel: 'off', fetch: describedFetch, ...over });
