import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { startFleetOfOne } from '../api/fleet.ts';
import { size } from '../sizes.ts';
import { reply } from '../upstream/answers.ts';
import { hostileRequest, type Known } from './requests.ts';
import { createSender, type Heard } from './send.ts';

const COUNT = size(5_000, 100_000);
/** At the same time. */
const CLIENTS = 16;
/** So many are asked with the key of one tenant: a report of the running hour reads all that the tenant has used in it. */
const ROUND = 5_000;
/** From the request of this number on, the memory of the server may grow by so much: before it, what is used is first loaded. */
const WARM = size(COUNT / 2, COUNT / 10);
const MOST_GROWN_MB = size(200, 300);
/** It only ends what hangs. */
const LIMIT_MS = size(600_000, 7_200_000);
/** `HOSTILE=4711 npx vitest run test/hostile` sends the request of that number alone. */
const ONLY = process.env['HOSTILE'] === undefined ? null : Number(process.env['HOSTILE']);

/** What refuses a request before anything is looked up or done. */
const REFUSED = new Set([400, 401, 403, 404, 405, 413, 414, 415, 422, 431]);

const megabytesOf = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024;

it(
  `${COUNT} requests from the grammar of the API, half of them spoiled, are each answered as described`,
  async () => {
    await using fleet = await startFleetOfOne({ LOG_LEVEL: 'ERROR' });
    const [server] = fleet.servers;
    fleet.upstream.script('*', [reply('ok')]);
    const { send, close } = createSender(server.url);
    const keys = await Promise.all(Array.from({ length: Math.ceil(COUNT / ROUND) }, () => fleet.addTenant()));
    const known = keys.map(({ key }) => ({ runs: [] as string[], key }) satisfies Known);
    const histogram = new Map<string, number>();
    const wrong: string[] = [];
    let passed = 0;

    const codeOf = ({ status, text }: Heard): string => {
      const code = /"code":"([a-z-]+)"/.exec(text)?.[1] ?? /"error":\{"type":"([a-z_]+)"/.exec(text)?.[1];
      return status < 400 || code === undefined ? String(status) : `${status} ${code}`;
    };
    const judge = async (number: number): Promise<void> => {
      const own = known[Math.trunc(number / ROUND)];
      if (own === undefined) throw new Error(`There are requests below ${COUNT} only.`);
      const request = hostileRequest(number, own);
      const name = `request ${number} (${request.method} ${request.target.slice(0, 80)})`;
      const heard = await send(request).catch((error: unknown) => String(error));
      if (typeof heard === 'string') return void wrong.push(`${name}: ${heard}`);
      const { status, text, faults } = heard;
      histogram.set(codeOf(heard), (histogram.get(codeOf(heard)) ?? 0) + 1);
      if (!REFUSED.has(status)) passed += 1;
      if (status >= 500 || faults.length > 0)
        wrong.push(`${name}: ${status} ${faults.join('; ')} ${text.slice(0, 200)}`);
      const runId = /^\{"runId":"(run_\w{26})"/.exec(text)?.[1];
      if (runId !== undefined && own.runs.length < 10) own.runs.push(runId);
    };

    const from = ONLY ?? 0;
    const to = ONLY === null ? COUNT : ONLY + 1;
    let next = from;
    let megabytes = 0;
    const client = async () => {
      while (next < to) {
        const number = next;
        next += 1;
        await judge(number);
        if (number === WARM) megabytes = megabytesOf(server.pid);
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
    const grown = ONLY === null ? megabytesOf(server.pid) - megabytes : 0;
    close();
    const counts = [...histogram].sort(([, a], [, b]) => b - a).map(([code, count]) => `${code}: ${count}`);
    console.log(
      `${to - from} hostile requests, ${passed} passed validation; ${counts.join(', ')}; ${Math.round(grown)} MB more`,
    );
    expect(wrong.slice(0, 20)).toEqual([]);
    if (ONLY === null) expect(passed / COUNT).toBeGreaterThanOrEqual(0.3);
    expect(grown).toBeLessThan(MOST_GROWN_MB);
    expect((await server.ask('/health/live')).status).toBe(200);
  },
  LIMIT_MS,
);
