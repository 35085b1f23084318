import { ApiError, type Client } from '../../api/client.ts';
import type { HealthReport } from '../../api/types.ts';
import { html } from '../../ui/html.ts';
import { milliseconds } from '../../ui/milliseconds.ts';
import { Refused, Status, Table, Time } from '../../ui/parts.ts';
import { useLoad } from '../../ui/use-load.ts';
import { useSession } from '../context.ts';

const LIVE_MS = 10_000;

/** What `GET /health` says; it answers with the same when it is unhealthy. */
export const healthOf = (client: Client, signal: AbortSignal): Promise<HealthReport> =>
  client.json<HealthReport>('/health', { signal }).catch((met: unknown) => {
    if (met instanceof ApiError && 'checks' in met.problem) return met.problem as unknown as HealthReport;
    throw met;
  });

/** How the dependencies are. */
export const Health = () => {
  const { client } = useSession();
  const { data, error } = useLoad((signal) => healthOf(client, signal), [], LIVE_MS);
  return html`<section class="panel" aria-label="Health">
    <div class="row"><h2>Health</h2>${data !== undefined && html`<${Status} status=${data.status} />`}</div>
    <${Refused} error=${error} />
    ${
      data !== undefined &&
      html`<${Table} label="Checks" head=${['Check', 'Status', '#Took', 'Checked', 'Detail']}>
        ${Object.entries(data.checks).map(
          ([name, check]) =>
            check !== undefined &&
            html`<tr key=${name}>
            <td>${name}</td><td><${Status} status=${check.status} /></td>
            <td class="num">${check.latencyMs === undefined ? '–' : milliseconds(check.latencyMs)}</td>
            <td><${Time} at=${check.checkedAt} /></td><td class="fold-text">${check.detail ?? ''}</td>
          </tr>`,
        )}
      <//>`
    }
  </section>`;
};
