import { afterEach, describe, expect, it } from 'vitest';
import { hashKey, issueKey, keyPrefixOf } from '../../lib/identity/issue-key.ts';
import { engineMissing } from '../dynamodb.ts';
import { describedFetch } from '../openapi/described-fetch.ts';
import { AUDIENCE, claims, forged, hmac, ISSUER } from '../tenants/issuer.ts';
import { type ServedStage, STAGE_KEY, startServedStage, TENANT, underLoad } from './served-stage.ts';
import { GOOD } from './values.ts';

/*
 * Requests go on through the deployed functions over HTTP while a secret changes in a Secrets Manager over HTTP: none may be
 * lost. Time passes by moving the stage's clock.
 */

const MINUTE_MS = 60_000;
const ANTHROPIC = 'ballast/test/anthropic';
const JWT = 'ballast/test/jwt';

let stage: ServedStage;
afterEach(() => stage[Symbol.asyncDispose]());

const start = async (secrets: Readonly<Record<string, string>> = {}) => {
  const values = new Map(Object.entries({ [ANTHROPIC]: GOOD.anthropic, [JWT]: GOOD.jwt, ...secrets }));
  stage = await startServedStage(values, { JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE });
  stage.upstream.keys.add(GOOD.anthropic);
};

const asked = async (path: string, credential: string, body: object): Promise<string> => {
  const response = await describedFetch(`${stage.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return response.ok
    ? '200'
    : `${response.status} ${/"(?:code|message)":"[^"]*"/.exec(text)?.[0]} ${/"type":"\w+_error"/.exec(text)?.[0]}`;
};
const MESSAGE = { model: 'claude-haiku-5-5', max_tokens: 16, messages: [{ role: 'user', content: 'a' }] };
/** A run and a message of the gateway in turns. */
const request = (count: number, credential = STAGE_KEY): Promise<string> =>
  count % 2 === 0 ? asked('/agent/run', credential, { task: 'a' }) : asked('/v1/messages', credential, MESSAGE);

describe.skipIf(engineMissing !== null)('the rotation of a secret under load', () => {
  it('of the Anthropic key, in its order, loses no request, and no attempt is rejected', async () => {
    await start();
    const load = underLoad(request);
    await load.more();
    stage.upstream.keys.add(GOOD.nextAnthropic);
    stage.secrets.values.set(ANTHROPIC, GOOD.nextAnthropic);
    // At each of these moments the value is fresh, aging and expired.
    for (const ms of [3, 1.5, 1]) {
      await load.between(() => stage.pass(ms * MINUTE_MS));
      await load.more();
    }
    stage.upstream.keys.delete(GOOD.anthropic);
    await load.more();
    expect(await load.end()).toMatchObject({ kinds: ['200'] });
    expect(stage.upstream.refused).toEqual([]);
  });

  it('of the Anthropic key that is revoked in the same moment loses no request', async () => {
    await start();
    const load = underLoad(request);
    await load.more();
    const reads = stage.secrets.reads.length;
    stage.secrets.values.set(ANTHROPIC, GOOD.nextAnthropic);
    stage.upstream.keys.add(GOOD.nextAnthropic).delete(GOOD.anthropic);
    await load.more(60);
    expect(await load.end()).toMatchObject({ kinds: ['200'] });
    expect(new Set(stage.upstream.refused)).toEqual(new Set([GOOD.anthropic]));
    // One for all that were refused, and none after it.
    expect(stage.secrets.reads.length - reads).toBe(1);
  });

  it('of the secret of tokens loses no request, by `current` and `previous`, and when a token by the new one comes first', async () => {
    await start();
    const signers: string[] = [GOOD.jwt];
    const token = (count: number) => {
      const payload = claims(stage.clock.now(), { tenant: TENANT, scope: 'runs:write messages:write' });
      return forged({ alg: 'HS256' }, payload, hmac(signers[count % signers.length] ?? ''));
    };
    const load = underLoad((count) => request(count >> 1, token(count)));
    await load.more();
    stage.secrets.values.set(JWT, JSON.stringify({ current: GOOD.nextJwt, previous: GOOD.jwt }));
    // The issuer waits for nobody: half of its tokens are by the new one at once.
    signers.push(GOOD.nextJwt);
    await load.more();
    await load.between(() => stage.pass(5 * MINUTE_MS));
    await load.more();
    signers.shift();
    await load.more();
    stage.secrets.values.set(JWT, GOOD.nextJwt);
    await load.between(() => stage.pass(5 * MINUTE_MS));
    await load.more();
    expect(await load.end()).toMatchObject({ kinds: ['200'] });
    expect(await request(0, forged({ alg: 'HS256' }, claims(stage.clock.now()), hmac(GOOD.jwt)))).toMatch(/^401/);
  });

  it('of a caller’s key loses no request: both work until the first one is revoked, which then ends within a minute', async () => {
    await start();
    const { apiKeys } = stage.app.core.stores;
    const credentials = [STAGE_KEY];
    const load = underLoad((count) => request(count >> 1, credentials[count % credentials.length]));
    await load.more();
    const { key, hash, keyId } = issueKey((length) => new Uint8Array(length).fill(4));
    const first = await apiKeys.find(hashKey(STAGE_KEY));
    if (first === null) throw new Error('there is no first key');
    await apiKeys.add({ ...first, hash, keyId, keyPrefix: keyPrefixOf(key) });
    credentials.push(key);
    await load.more();
    credentials.shift();
    await load.more();
    await apiKeys.revoke(TENANT, 'key_1');
    await load.between(() => stage.pass(MINUTE_MS));
    await load.more();
    expect(await load.end()).toMatchObject({ kinds: ['200'] });
    expect([await request(0, STAGE_KEY), await request(0, key)]).toEqual([expect.stringMatching(/^401/), '200']);
  });
});

describe.skipIf(engineMissing !== null)('a Secrets Manager that', () => {
  it.each(['fails', 'refuses', 'hangs', 'drips'] as const)(
    '%s stops no request while there is a value, for a day, and is told once',
    async (how) => {
      await start();
      const load = underLoad(request);
      await load.more();
      stage.secrets.become(how);
      for (const minutes of [4.5, 1, 1, 60, 20 * 60]) {
        await load.between(() => stage.pass(minutes * MINUTE_MS));
        await load.more(6);
      }
      stage.secrets.become('answers');
      expect(await load.end()).toMatchObject({ kinds: ['200'] });
      const lines = stage.lines.filter((line) => line.includes('store failed'));
      // A read that hangs has not failed yet: seconds of the machine pass until then.
      if (how === 'fails' || how === 'refuses') expect(lines).toHaveLength(1);
      expect(lines.length).toBeLessThanOrEqual(1);
      for (const line of lines) expect(line).toContain(`secrets.read ${ANTHROPIC}`);
      expect(stage.lines.join('')).not.toMatch(/canary|sk-ant-/);
    },
  );

  it('cannot be asked before there is any value gives 503, to be asked again, and the next request works', async () => {
    await start();
    stage.secrets.become('fails');
    expect(await request(0)).toMatch(/^503 .*store-unavailable/);
    expect(await request(1)).toMatch(/^503 .*overloaded_error/);
    stage.secrets.become('answers');
    expect(await request(0)).toBe('200');
  });

  it('has a value of another form leaves the one before in use', async () => {
    await start();
    expect(await request(0)).toBe('200');
    stage.secrets.values.set(ANTHROPIC, '{"canary": 1, "two": 2}');
    stage.pass(10 * MINUTE_MS);
    expect(await request(0)).toBe('200');
  });
});
