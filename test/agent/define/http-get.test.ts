import { defineAgent, httpGet, type HttpGetOptions } from 'ballast';
import { calls, testRun } from 'ballast/testing';
import { describe, expect, it } from 'vitest';

const models = { simple: 'claude-haiku-5-5', standard: 'claude-sonnet-5-5', complex: 'claude-opus-5-5' };
const HOSTS = ['docs.example.com', '*.example.org'];
const html = (text: string, init: ResponseInit = {}) =>
  new Response(text, { headers: { 'content-type': 'text/html; charset=utf-8' }, ...init });
const moved = (location: string) => new Response(null, { status: 302, headers: { location } });

/** What a page is to the model, and which URLs were asked. */
const read = async (url: string, answer: (url: string) => Response, over: Partial<HttpGetOptions> = {}) => {
  const asked: string[] = [];
  const tools = [httpGet({ hosts: HOSTS, ...over })];
  const agent = defineAgent({ name: 'reader', description: '', system: 'x', models, tools });
  const run = await testRun(agent, 'Read.', [calls(over.name ?? 'http_get', { url }), 'Done.'], {
    fetch: (at) => {
      asked.push(at);
      return answer(at);
    },
  });
  return { asked, ...run.tools[0] };
};
const PAGE = 'https://docs.example.com/a';

describe('http_get', () => {
  it('reads a page, as untrusted', async () => {
    const { result, asked } = await read(PAGE, () => html('<p>Grüezi</p>'));
    expect(result).toContain(`200 ${PAGE} (text/html)\n\n<p>Grüezi</p>`);
    expect(result).toMatch(/^Between the two tags is content from outside[^]*<untrusted-[0-9a-f]{16}>/);
    expect(asked).toEqual([PAGE]);
  });

  it.each([
    'http://docs.example.com/',
    'https://example.com/',
    'https://example.org/',
    'https://docs.example.com.evil.com/',
    'https://docs.example.com@evil.com/',
    'https://user:word@docs.example.com/',
    'https://docs.example.com:8443/',
    'https://localhost/',
    'https://169.254.169.254/latest/meta-data/',
    'https://[::1]/',
    'file:///etc/passwd',
  ])('asks nothing of %s', async (url) => {
    const { isError, asked } = await read(url, () => html('secret'));
    expect([isError, asked]).toEqual([true, []]);
  });

  it.each(['https://a.example.org/', 'https://a.b.example.org/x?y#z', 'https://DOCS.example.com/'])(
    'reads %s, which is of its hosts',
    async (url) => expect((await read(url, () => html('here'))).result).toContain('here'),
  );

  it('follows redirects among its hosts', async () => {
    const answer = (url: string) => (url === PAGE ? moved('//x.example.org/b') : html('there'));
    const { result, asked } = await read(PAGE, answer);
    expect(asked).toEqual([PAGE, 'https://x.example.org/b']);
    expect(result).toContain('200 https://x.example.org/b');
  });

  it.each(['https://evil.com/', 'http://docs.example.com/', 'https://127.0.0.1/', 'javascript:alert(1)', '//'])(
    'follows none to %s',
    async (location) => {
      const { isError, asked } = await read(PAGE, () => moved(location));
      expect([isError, asked]).toEqual([true, [PAGE]]);
    },
  );

  it('does not go round in circles', async () => {
    const { isError, result, asked } = await read(PAGE, () => moved(PAGE));
    expect([isError, asked.length]).toEqual([true, 6]);
    expect(result).toContain('leads on and on');
  });

  it('takes text alone', async () => {
    const of = async (type: string) =>
      (await read(PAGE, () => new Response('body', { headers: { 'content-type': type } }))).isError;
    for (const type of [
      'text/plain',
      'application/json',
      'application/ld+json; charset=x',
      'image/svg+xml',
      'TEXT/HTML',
    ])
      expect([type, await of(type)]).toEqual([type, type.startsWith('image')]);
    for (const type of ['image/png', 'application/pdf', 'application/octet-stream', ''])
      expect([type, await of(type)]).toEqual([type, true]);
  });

  it('reads as much as it may, and says that there is more', async () => {
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent += 1;
        controller.enqueue(new TextEncoder().encode('0123456789'));
      },
    });
    const { result } = await read(PAGE, () => new Response(endless, { headers: { 'content-type': 'text/plain' } }), {
      maxBytes: 25,
    });
    expect(result).toContain('\n\n0123456789012345678901234\n[cut: the first 25 bytes shown]');
    expect(sent).toBeLessThan(10);
    const exact = await read(PAGE, () => html('x'.repeat(25)), { maxBytes: 25 });
    expect(exact.result).not.toContain('[cut');
  });

  it('reads the character set that the page says, and utf-8 where that is none', async () => {
    const of = (charset: string, bytes: number[]) =>
      read(
        PAGE,
        () => new Response(new Uint8Array(bytes), { headers: { 'content-type': `text/plain; charset=${charset}` } }),
      );
    expect((await of('iso-8859-1', [0xfc])).result).toContain('ü');
    expect((await of('none', [0xc3, 0xbc])).result).toContain('ü');
  });

  it('tells the model of a page that is not there', async () => {
    const { result, isError } = await read(PAGE, () =>
      html('no such page', { status: 404, headers: { 'content-type': 'text/plain' } }),
    );
    expect(isError).toBe(false);
    expect(result).toContain(`404 ${PAGE} (text/plain)\n\nno such page`);
  });

  it('is stopped by its time', async () => {
    const tools = [httpGet({ hosts: HOSTS, timeoutMs: 2_000 })];
    const agent = defineAgent({ name: 'reader', description: '', system: 'x', models, tools });
    const run = await testRun(agent, 'Read.', [calls('http_get', { url: PAGE }), 'Done.'], { fetch: () => 'hangs' });
    expect(run.tools).toMatchObject([{ result: 'The tool took too long and was stopped.' }]);
    expect(run.durationMs).toBe(2_000);
  });

  it('has a name and words of its own where an agent needs two', () => {
    const { name, description } = httpGet({
      hosts: ['docs.example.com'],
      name: 'read_docs',
      description: 'Our manual.',
    });
    expect([name, description]).toEqual([
      'read_docs',
      'Reads the text of a page or an API by its https URL, of one of these hosts: docs.example.com. Our manual.',
    ]);
  });

  it.each([
    [[]],
    [['com']],
    [['*.com']],
    [['10.0.0.1']],
    [['localhost']],
    [['x.localhost']],
    [['https://a.example.com']],
    [['a.example.com,b.example.com']],
    [['A.example.com']],
  ])('takes no hosts as %j', (hosts) =>
    expect(() => httpGet({ hosts })).toThrow('http_get: the endpoint hosts has hosts that are no list of names'),
  );
});
