import { describe, expect, it } from 'vitest';
import { ownHosts } from '../../local/own-hosts.ts';
import { startSecretsServer } from '../../local/secrets-server.ts';
import { readSettings } from '../../local/settings.ts';
import { connectRaw } from './exchange.ts';
import { buffered, serveFunction } from './serving.ts';

const forUs = (env: Record<string, string>) => {
  const isForUs = ownHosts(readSettings(env, '/project'));
  return (host: string, url = '/') => isForUs({ url, headersDistinct: { host: [host] } });
};

const LOOPBACK = [
  'localhost',
  'LocalHost:3000',
  'localhost.',
  '127.0.0.1',
  '127.0.0.1:1',
  '[::1]',
  '[::1]:3000',
  '[0:0:0:0:0:0:0:1]:80',
];
const STRANGE = [
  'evil.example',
  'evil.example:3000',
  'localhost.evil.example',
  'evil-localhost',
  'localhost@evil.example',
  'localhost:80@evil.example',
  '127.0.0.1.evil.example',
  'localhost, evil.example',
  'localhost/evil.example',
  '[::1].evil.example',
  '[::1',
  '',
];

describe('the hosts of npm start', () => {
  it.each([
    {},
    { HOST: 'localhost' },
    { HOST: '192.168.1.5' },
    { HOST: '0.0.0.0' },
    { HOST: 'box', ALLOWED_HOSTS: 'a.example' },
  ])('are those of this machine, and no strange ones, with %j', (env) => {
    expect(LOOPBACK.filter((host) => !forUs(env as Record<string, string>)(host))).toEqual([]);
    expect(STRANGE.filter((host) => forUs(env as Record<string, string>)(host))).toEqual([]);
  });

  it('are not other addresses, where it does not listen on all', () => {
    for (const host of ['192.168.1.5', '10.0.0.1:3000', '[fe80::1]', '0.0.0.0']) expect(forUs({})(host)).toBe(false);
  });

  it('are the name or the address that it listens on', () => {
    expect([forUs({ HOST: 'box' })('Box:3000'), forUs({ HOST: 'box' })('boxes')]).toEqual([true, false]);
    expect([forUs({ HOST: '10.0.0.1' })('10.0.0.1:3000'), forUs({ HOST: '10.0.0.1' })('10.0.0.2')]).toEqual([
      true,
      false,
    ]);
    expect(forUs({ HOST: 'fd00::1' })('[FD00:0::1]:3000')).toBe(true);
  });

  it.each(['0.0.0.0', '::'])('are all addresses where it listens on %s, but no other names', (HOST) => {
    for (const host of ['192.168.1.5', '10.0.0.1:3000', '[fd00::1]:80', '0.0.0.0:1'])
      expect(forUs({ HOST })(host)).toBe(true);
    expect(forUs({ HOST })('box')).toBe(false);
  });

  it('are those of ALLOWED_HOSTS', () => {
    const isForUs = forUs({ ALLOWED_HOSTS: 'Ballast.example, *.proxy.example' });
    expect(['ballast.example:443', 'a.proxy.example', 'a.b.PROXY.example'].every((host) => isForUs(host))).toBe(true);
    expect(['x.ballast.example', 'proxy.example', 'aproxy.example'].some((host) => isForUs(host))).toBe(false);
  });

  it('are named by the target too, where it is a whole URL', () => {
    expect(forUs({})('localhost', 'http://evil.example/admin/tenants')).toBe(false);
    expect(forUs({})('evil.example', 'http://localhost/admin/tenants')).toBe(false);
    expect(forUs({})('localhost', 'HTTP://localhost:3000/')).toBe(true);
    expect(forUs({})('localhost', '/http://evil.example/')).toBe(true);
  });

  it('all count where there are several, and none is no stranger', () => {
    const isForUs = ownHosts(readSettings({}, '/project'));
    expect(isForUs({ url: '/', headersDistinct: { host: ['localhost', 'evil.example'] } })).toBe(false);
    expect(isForUs({ url: '/', headersDistinct: {} })).toBe(true);
  });

  it.each(['*', '*.com', 'http://a.example', 'a.example:80', 'a b'])(
    'refuse ALLOWED_HOSTS=%s in one sentence',
    (text) => {
      expect(() => readSettings({ ALLOWED_HOSTS: text }, '/project')).toThrow(/^ALLOWED_HOSTS must be names of hosts/);
    },
  );
});

describe('a request for another host', () => {
  const isForUs = ownHosts({ hosts: ['127.0.0.1'], allowedHosts: [] });
  const serving = async () => {
    let calls = 0;
    const server = await serveFunction(
      buffered(() => ({ statusCode: 200, body: `call ${(calls += 1)}` })),
      undefined,
      { isForUs },
    );
    return { server, calls: () => calls };
  };
  const ask = async (port: number, text: string) => {
    const client = connectRaw(port);
    client.socket.write(text);
    return await client.until((all) => all.includes('\r\n\r\n')).finally(() => client.socket.end());
  };

  it.each([
    ['GET', 'GET /f/x HTTP/1.1\r\nhost: evil.example\r\norigin: http://evil.example\r\n\r\n'],
    ['HEAD', 'HEAD /f/x HTTP/1.1\r\nhost: evil.example\r\n\r\n'],
    ['OPTIONS', 'OPTIONS /f/x HTTP/1.1\r\nhost: evil.example\r\n\r\n'],
    ['POST with a body', 'POST /f/x HTTP/1.1\r\nhost: evil.example\r\ncontent-length: 2\r\n\r\n{}'],
    ['an upgrade', 'GET /f/x HTTP/1.1\r\nhost: evil.example\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'],
    ['a whole URL', 'GET http://evil.example/f/x HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n'],
    ['two hosts', 'GET /f/x HTTP/1.1\r\nhost: 127.0.0.1\r\nhost: evil.example\r\n\r\n'],
    ['a path that there is not', 'GET /nowhere HTTP/1.1\r\nhost: evil.example\r\n\r\n'],
    ['HTTP/1.0', 'GET /f/x HTTP/1.0\r\nhost: evil.example\r\n\r\n'],
  ])('is refused, reaches no function and is logged once: %s', async (_, text) => {
    const { server, calls } = await serving();
    expect(await ask(server.port, text)).toMatch(/^HTTP\/1.1 403 /);
    expect([calls(), server.lines]).toEqual([0, ['{"message":"host refused","requestId":"req_1"}']]);
    await server.close(0);
  });

  it('is told so in the shape of its route', async () => {
    const { server } = await serving();
    const of = (path: string) =>
      ask(server.port, `POST ${path} HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
    expect(await of('/f/x')).toContain('application/problem+json');
    expect(await of('/v1/messages')).toContain('permission_error');
    await server.close(0);
  });

  it('leaves those with an own host, or an old one that names none, alone', async () => {
    const { server, calls } = await serving();
    expect(await ask(server.port, 'GET /f/x HTTP/1.1\r\nhost: localhost:1\r\n\r\n')).toMatch(/^HTTP\/1.1 200 /);
    expect(await ask(server.port, 'GET /f/x HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 200 /);
    expect([calls(), server.lines]).toEqual([2, []]);
    await server.close(0);
  });

  it('gets no secret from the server that keeps them for the functions', async () => {
    const server = await startSecretsServer(new Map([['ballast/local/anthropic', 'sk-ant-secret']]));
    const body = '{"SecretId":"ballast/local/anthropic"}';
    const said = await ask(
      Number(new URL(server.url).port),
      `POST / HTTP/1.1\r\nhost: evil.example\r\nx-amz-target: secretsmanager.GetSecretValue\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    expect(said).toMatch(/^HTTP\/1.1 400 /);
    expect(said).not.toContain('sk-ant-secret');
    await server.close();
  });
});
