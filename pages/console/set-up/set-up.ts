import { type Client, query } from '../../api/client.ts';
import type { Alarms, HealthReport, KeyView, TenantView } from '../../api/types.ts';
import { Command } from '../../ui/command.ts';
import { html } from '../../ui/html.ts';
import { Refused } from '../../ui/parts.ts';
import { useLoad } from '../../ui/use-load.ts';
import { healthOf } from '../admin/health.ts';
import { type Session, stageOf, useSession } from '../context.ts';
import { checklist, type Facts, type Line } from './checklist.ts';

const LIVE_MS = 10_000;
const WORDS = { done: 'done', open: 'to do', note: 'as you like', unknown: 'not known' };
const COLOURS = { done: 'good', open: 'bad', note: 'warn', unknown: '' };

interface TenantPage {
  readonly tenants: readonly TenantView[];
  readonly nextCursor: string | null;
}

const known = <T>(asked: Promise<T>): Promise<T | null> => asked.catch(() => null);

const tenantsOf = async (client: Client, signal: AbortSignal): Promise<readonly TenantView[]> => {
  const all: TenantView[] = [];
  let cursor: string | null = null;
  do {
    const path = `/admin/tenants${query({ limit: 1_000, cursor })}`;
    const page: TenantPage = await client.json(path, { signal });
    all.push(...page.tenants);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return all;
};

const factsOf = async (session: Session, signal: AbortSignal): Promise<Facts> => {
  const { client, caller, stage } = session;
  const get = <T>(path: string) => known(client.json<T>(path, { signal }));
  const [health, alarms, tenants, keys] = await Promise.all([
    known<HealthReport>(healthOf(client, signal)),
    get<Alarms>('/admin/alarms'),
    known(tenantsOf(client, signal)),
    get<{ keys: KeyView[] }>(`/admin/tenants/${caller.tenantId}/keys`),
  ]);
  return {
    claude: stage.claude,
    stage: stageOf(session),
    health,
    alarms,
    tenants,
    keys: keys?.keys ?? null,
    keyId: caller.keyId,
    now: Date.now(),
  };
};

const LineView = ({ line: { title, state, says, command } }: { line: Line }) =>
  html`<li class="check-line">
    <span class=${`pill ${COLOURS[state]}`}>${WORDS[state]}</span>
    <div class="fold">
      <strong>${title}</strong>
      <span>${says}</span>
      ${command !== undefined && html`<${Command} text=${command} />`}
    </div>
  </li>`;

/** What a stage needs before people rely on it, each line with the command that mends it. */
export const SetUp = () => {
  const session = useSession();
  const { data, error } = useLoad((signal) => factsOf(session, signal), [], LIVE_MS);
  const lines = data === undefined ? [] : checklist(data);
  const open = lines.filter(({ state }) => state === 'open').length;
  return html`<h1>Set-up</h1>
    <${Refused} error=${error} />
    ${
      data !== undefined &&
      html`<section class="panel" aria-label="Checklist">
        <div class="row spread">
          <h2>${data.stage === null ? 'This machine' : `Stage ${data.stage}`}</h2>
          <span class="small soft" role="status">${open === 0 ? 'Nothing is left to do.' : `${open} to do`}</span>
        </div>
        <ul class="plain">${lines.map((line) => html`<${LineView} key=${line.title} line=${line} />`)}</ul>
        <p class="small soft">The whole list, with what only you can decide, is <code>docs/production-checklist.md</code>.</p>
      </section>`
    }`;
};
