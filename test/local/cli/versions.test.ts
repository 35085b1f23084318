import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createVersions } from '../../../local/cli/versions.ts';
import { createStageFunctions } from '../../../scripts/versions/lambda.ts';
import { createShell } from './shell.ts';

interface Published {
  readonly stage: string;
  readonly alias: string | null;
  live: string;
  weights: Record<string, number>;
  readonly commits: readonly string[];
}

/** What Lambda has: functions of two stages, one without an alias, and one of somebody else. */
let functions: Record<string, Published>;
let refused: string | null;
let isForbidden: boolean;

const published = (stage: string, alias: string | null, ...commits: string[]): Published => ({
  stage,
  alias,
  live: String(commits.length),
  weights: {},
  commits,
});

const configuration = (name: string, { stage, commits }: Published, number: number | null) => ({
  FunctionName: name,
  Version: number === null ? '$LATEST' : String(number),
  LastModified: `2026-11-0${number ?? 9}T10:00:00.000+0000`,
  Environment: { Variables: { STAGE: stage, BALLAST_VERSION: `0.1.0+${commits[(number ?? commits.length) - 1]}` } },
});

/** One a page, as a busy account has them. */
const page = (all: readonly object[], marker: string | null, name: string): object => {
  const at = Number(marker ?? 0);
  return { [name]: all.slice(at, at + 1), ...(at + 1 < all.length ? { NextMarker: String(at + 1) } : {}) };
};

const NONE: readonly [number, object] = [404, { Message: 'none' }];

const answer = (method: string, url: URL, body: string): readonly [number, object] => {
  const [, , kind = '', name = '', what = '', alias = ''] = url.pathname.split('/');
  if (isForbidden) return [403, { Message: 'no' }];
  const marker = url.searchParams.get('Marker');
  const all = Object.entries(functions);
  if (kind === 'functions' && name === '')
    return [
      200,
      page(
        all.map(([each, one]) => configuration(each, one, null)),
        marker,
        'Functions',
      ),
    ];
  const found = functions[name];
  if (found === undefined) return NONE;
  if (what === 'versions') {
    const numbers = [null, ...found.commits.map((_, at) => at + 1)];
    return [
      200,
      page(
        numbers.map((number) => configuration(name, found, number)),
        marker,
        'Versions',
      ),
    ];
  }
  if (alias !== found.alias) return NONE;
  if (method === 'PUT') {
    if (name === refused) return [403, { Message: 'no' }];
    const { FunctionVersion, RoutingConfig } = JSON.parse(body) as {
      FunctionVersion: string;
      RoutingConfig: { AdditionalVersionWeights: Record<string, number> };
    };
    Object.assign(found, { live: FunctionVersion, weights: RoutingConfig.AdditionalVersionWeights });
  }
  return [
    200,
    { Name: alias, FunctionVersion: found.live, RoutingConfig: { AdditionalVersionWeights: found.weights } },
  ];
};

const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const url = new URL(request.url ?? '/', 'http://lambda');
  const [status, body] = answer(request.method ?? '', url, await text(request));
  const type = { 404: 'ResourceNotFoundException', 403: 'AccessDeniedException' }[status];
  response.writeHead(status, { 'content-type': 'application/json', ...(type && { 'x-amzn-errortype': type }) });
  response.end(JSON.stringify(body));
};

const server = createServer((request, response) => void serve(request, response));
let client: LambdaClient;
beforeAll(async () => {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  client = new LambdaClient({
    region: 'eu-central-1',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
});
afterAll(() => {
  client.destroy();
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  refused = null;
  isForbidden = false;
  functions = {
    'ballast-prod-health': published('prod', 'live', 'aaa', 'bbb', 'ccc'),
    'ballast-prod-execute-run': published('prod', 'durable', 'aaa', 'bbb', 'ccc'),
    'ballast-prod-old': published('prod', null, 'aaa'),
    'ballast-prod-eu-health': published('prod-eu', 'live', 'aaa', 'bbb'),
    other: published('prod', 'live', 'aaa'),
  };
});

const regions: (string | undefined)[] = [];
const verb = createVersions(async (region) => {
  regions.push(region);
  return createStageFunctions(client);
});

const ran = async (...words: string[]) => {
  const { shell, said } = createShell({ env: { AWS_REGION: 'eu-west-1' } });
  const code = await verb.run(words, shell).catch((error: unknown) => (error as Error).message);
  return { code, ...said };
};

const live = () => Object.fromEntries(Object.entries(functions).map(([name, one]) => [name, one.live]));

describe('ballast versions', () => {
  it('lists the deployments of the stage alone, and moves nothing', async () => {
    const before = live();
    const { code, out } = await ran('--stage', 'prod');
    expect(code).toBe(0);
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => line.trim().split(/ {2,}/)),
    ).toEqual([
      ['version', 'deployed', 'functions', 'live'],
      ['0.1.0+ccc', '2026-11-03 10:00', '2', 'all'],
      ['0.1.0+bbb', '2026-11-02 10:00', '2', '-'],
      ['0.1.0+aaa', '2026-11-01 10:00', '2', '-'],
    ]);
    expect(live()).toEqual(before);
    expect(regions.at(-1)).toBe('eu-west-1');
    expect(JSON.parse((await ran('--stage', 'prod', '--json', '--region', 'eu-central-1')).out)).toMatchObject({
      deployments: [{ version: '0.1.0+ccc', live: 2 }, {}, {}],
    });
    expect(regions.at(-1)).toBe('eu-central-1');
  });

  it('moves all of them to an earlier deployment, with all of the traffic, and once', async () => {
    const health = functions['ballast-prod-health'];
    Object.assign(health ?? {}, { live: '2', weights: { '3': 0.1 } });
    expect((await ran('--stage', 'prod')).out).toContain('1 of 2');
    expect((await ran('--stage', 'prod', '--to', '0.1.0+bbb')).code).toContain('A canary is under way');
    expect(live()).toMatchObject({ 'ballast-prod-health': '2', 'ballast-prod-execute-run': '3' });
    const { code, out, err } = await ran('--stage', 'prod', '--to', '0.1.0+bbb', '--force');
    expect([code, out]).toEqual([0, expect.stringContaining('Moved 2 functions to 0.1.0+bbb.')]);
    expect(err).toBe('ballast-prod-execute-run: version 2\nballast-prod-health: version 2\n');
    expect(live()).toMatchObject({ 'ballast-prod-health': '2', 'ballast-prod-execute-run': '2', other: '1' });
    expect(health?.weights).toEqual({});
    expect((await ran('--stage', 'prod', '--to', '0.1.0+bbb')).out).toContain('already');
  });

  it('says what it moved where one is refused, and goes on when it is called again', async () => {
    refused = 'ballast-prod-health';
    expect((await ran('--stage', 'prod', '--to', '0.1.0+aaa')).code).toBe(
      'ballast-prod-health was not moved (AccessDeniedException); 1 of 2 were. Call it again: it goes on where it ended.',
    );
    refused = null;
    const { out } = await ran('--stage', 'prod', '--to', '0.1.0+aaa', '--json');
    expect(JSON.parse(out)).toMatchObject({ moves: [{ name: 'ballast-prod-health', to: 1 }], younger: [] });
  });

  it('says in a sentence that AWS does not tell, without a stack', async () => {
    isForbidden = true;
    expect((await ran('--stage', 'prod')).code).toBe(
      'AWS does not tell what there is (AccessDeniedException): are these the credentials and the region?',
    );
  });

  it.each([
    [['--stage', 'prod', '--to', '0.1.0+zzz'], 'No function of prod has the version 0.1.0+zzz.'],
    [['--stage', 'none'], 'There is no function of the stage none there, with an alias.'],
    [[], '--stage is missing.'],
    [['--stage', 'prod', 'now'], 'It takes no now.'],
  ])('refuses %j', async (words, sentence) => {
    expect((await ran(...words)).code).toContain(sentence);
  });
});
