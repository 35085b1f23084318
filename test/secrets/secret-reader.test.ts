import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { isSecretMissing } from '../../lib/secrets/missing-secret.ts';
import { createSecretReader } from '../../lib/secrets/secrets-manager.ts';
import { startSecretsServer } from '../../local/secrets-server.ts';
import { systemClock } from '../../local/system-clock.ts';
import { serve } from '../aws-sdk/serving.ts';

const ALWAYS = new AbortController().signal;

const readerOf = (url: string) =>
  createSecretReader({
    env: {
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: 'b',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: url,
    },
    clock: systemClock,
    random: () => 0.1,
  });

const answer = (response: ServerResponse, status: number, body: object) =>
  void response.writeHead(status).end(JSON.stringify(body));

describe('a reader of secrets', () => {
  it('reads a secret, and its next value', async () => {
    const secrets = new Map([['ballast/test', 'first']]);
    const server = await startSecretsServer(secrets);
    const reader = readerOf(server.url);
    expect(await reader.read('ballast/test', ALWAYS)).toBe('first');
    secrets.set('ballast/test', 'second');
    expect(await reader.read('ballast/test', ALWAYS)).toBe('second');
    await server.close();
  });

  it('says by name that a secret is not there, and reads none where it may be missing', async () => {
    const server = await startSecretsServer(new Map());
    const reader = readerOf(server.url);
    await expect(reader.read('ballast/none', ALWAYS)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    expect(await reader.readOptional('ballast/none', ALWAYS)).toBe('');
    await server.close();
  });

  it.each([{}, { SecretString: '' }, { SecretString: 7 }])('takes %j for no secret', async (body) => {
    const { url } = await serve((response) => answer(response, 200, body));
    const error: unknown = await readerOf(url)
      .read('any', ALWAYS)
      .catch((caught: unknown) => caught);
    expect([String(error), isSecretMissing(error)]).toEqual(['MissingSecret: the secret is empty', true]);
  });

  it.each([
    [500, {}],
    [429, {}],
    [400, { __type: 'ThrottlingException' }],
  ])('asks once more where the service failed or had too much to do (%s %j)', async (status, body) => {
    const { url, seen } = await serve((response, _, count) =>
      count === 1 ? answer(response, status, body) : answer(response, 200, { SecretString: 'there' }),
    );
    expect(await readerOf(url).read('any', ALWAYS)).toBe('there');
    expect(seen.requests).toBe(2);
  });

  it('asks no third time, and once only what was refused', async () => {
    const failing = await serve((response) => answer(response, 503, {}));
    await expect(readerOf(failing.url).read('any', ALWAYS)).rejects.toMatchObject({
      $metadata: { httpStatusCode: 503 },
    });
    expect(failing.seen.requests).toBe(2);
    const refusing = await serve((response) => answer(response, 400, { __type: 'AccessDeniedException' }));
    await expect(readerOf(refusing.url).readOptional('any', ALWAYS)).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    expect(refusing.seen.requests).toBe(1);
  });

  it('finds credentials as the SDK does, in a profile too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ballast-profile-'));
    const file = join(folder, 'credentials');
    writeFileSync(file, '[other]\naws_access_key_id=FROMPROFILE\naws_secret_access_key=b\n');
    const keys: (string | undefined)[] = [];
    const { url } = await serve((response, request) => {
      keys.push(/Credential=(\w+)/.exec(request.headers.authorization ?? '')?.[1]);
      answer(response, 200, { SecretString: 'there' });
    });
    const script = `
      import { createSecretReader } from './lib/secrets/secrets-manager.ts';
      import { systemClock } from './local/system-clock.ts';
      const reader = createSecretReader({ env: process.env, clock: systemClock, random: Math.random });
      process.stdout.write(await reader.read('any', new AbortController().signal));
    `;
    const env = { AWS_PROFILE: 'other', AWS_SHARED_CREDENTIALS_FILE: file, AWS_REGION: 'eu-west-1' };
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      env: { ...env, AWS_ENDPOINT_URL_SECRETS_MANAGER: url },
    });
    rmSync(folder, { recursive: true });
    expect([stdout, keys]).toEqual(['there', ['FROMPROFILE']]);
  });

  it('keeps no connection', async () => {
    const closed = Promise.withResolvers<void>();
    const { url } = await serve((response, request) => {
      request.socket.once('close', () => closed.resolve());
      answer(response, 200, { SecretString: 'there' });
    });
    await readerOf(url).read('any', ALWAYS);
    await closed.promise;
  });
});
