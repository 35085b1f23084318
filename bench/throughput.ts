import { drive } from './drive.ts';
import type { LocalServer } from './local-server.ts';
import type { Section } from './section.ts';

const CONNECTIONS = [1, 10];
const SECONDS = 5;

/** Far more than any machine makes in that time. */
const MAX_RUNS = 1_000_000;

const WARM_UP_RUNS = 500;

/** Measures how many runs a warm server makes in a second. */
export const throughput = async (start: () => Promise<LocalServer>): Promise<Section> => {
  await using started = new AsyncDisposableStack();
  const server = await start();
  started.defer(() => server.stop());
  await drive({ url: server.url, connections: 10, maxRuns: WARM_UP_RUNS, maxMs: 10_000 });
  const rows: string[][] = [];
  for (const connections of CONNECTIONS) {
    const { runs, elapsedMs } = await drive({
      url: server.url,
      connections,
      maxRuns: MAX_RUNS,
      maxMs: SECONDS * 1_000,
    });
    const meanMs = (elapsedMs * connections) / runs;
    rows.push([String(connections), ((runs * 1_000) / elapsedMs).toFixed(0), meanMs.toFixed(1)]);
  }
  return {
    title: 'Runs a second',
    columns: ['connections', '`POST /agent/run` a second', 'mean time, ms'],
    rows,
    meaning:
      `The local server for ${SECONDS} s each, on a machine that it shares with its database, the model and the client. ` +
      'Every run is authenticated, validated, accounted and kept. A figure of this machine; no limit is set.',
    breaches: [],
  };
};
