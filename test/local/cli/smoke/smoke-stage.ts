import { dispatch } from '../../../../local/cli/dispatch.ts';
import type { SmokeFinding } from '../../../../local/cli/smoke/run-checks.ts';
import { systemClock } from '../../../../local/system-clock.ts';
import { startServer } from '../../../api/start-server.ts';
import { createShell } from '../shell.ts';
import { startFaultyProxy } from './faulty-proxy.ts';
import { ALARM_SECRET, startReceiver } from './receiver.ts';

export interface Report {
  readonly url: string;
  readonly verdict: string;
  readonly costUsd: string;
  readonly checks: readonly SmokeFinding[];
}

/** A clock whose pauses are short: of what is waited for from second to second. */
export const hasty = { ...systemClock, after: (ms: number, act: () => void) => systemClock.after(ms / 100, act) };

/** A stage whose alarms reach somebody, and a proxy before it that may spoil what it answers. */
export const startSmokedStage = async () => {
  const receiver = await startReceiver();
  const server = await startServer({
    BALLAST_ALARM_WEBHOOK_URL: receiver.url,
    BALLAST_ALARM_WEBHOOK_SECRET: ALARM_SECRET,
  });
  const proxy = await startFaultyProxy(server.url);
  return {
    receiver,
    server,
    proxy,
    async [Symbol.asyncDispose]() {
      for (const each of [proxy, server, receiver]) await each[Symbol.asyncDispose]();
    },
  };
};

export type SmokedStage = Awaited<ReturnType<typeof startSmokedStage>>;

/** Runs the smoke test against an address. `clock`: that of its pauses. */
export const smokeStage = async (words: string, url: string, clock = systemClock, fetch = globalThis.fetch) => {
  const { shell, said } = createShell({ fetch, clock });
  const given = words.split(' ').filter((word) => word !== '');
  const code = await dispatch(['smoke', '--json', '--url', url, ...given], shell);
  return { code, err: said.err, report: JSON.parse(said.out) as Report };
};

/** The names of the checks that failed. */
export const failed = ({ checks }: Report): string[] =>
  checks.filter(({ verdict }) => verdict === 'fail').map(({ check }) => check);

export const saidOf = ({ checks }: Report, name: string): string =>
  checks.find(({ check }) => check === name)?.says ?? '';
