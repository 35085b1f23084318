import { useState } from 'preact/hooks';
import { ApiError } from '../api/client.ts';
import { type ComponentChildren, html } from './html.ts';
import { milliseconds } from './milliseconds.ts';
import { Prose } from './prose.ts';
import { adviceFor } from './what-to-do.ts';

const SHEETS = 'M5 5V2.5h8.5V11H11M2.5 5H11v8.5H2.5z';
const TICK = 'M3 8.5l3.5 3.5L13 4.5';

/** Copies a text, and says so, to a screen reader too. */
export const Copy = ({ text, label = 'Copy', icon = false }: { text: string; label?: string; icon?: boolean }) => {
  const [done, setDone] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setDone(true);
    setTimeout(() => setDone(false), 1_500);
  };
  const name = done ? 'Copied' : label;
  return html`<button
    type="button"
    class=${icon ? 'icon' : ''}
    onClick=${copy}
    aria-label=${icon ? `${name} ${text}` : undefined}
    title=${icon ? name : undefined}
  >
    ${icon ? html`<svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true"><path d=${done ? TICK : SHEETS} fill="none" stroke="currentColor" stroke-width="1.5" /></svg>` : name} ${done && html`<span class="vanish" role="status">Copied</span>`}
  </button>`;
};

/** An id, as a link where it leads anywhere, and to copy. */
export const Id = ({ id, href }: { id: string; href?: string }) =>
  html`<span class="id"
    >${href === undefined ? html`<span>${id}</span>` : html`<a href=${href}>${id}</a>`} <${Copy} text=${id} icon
  /></span>`;

const two = (value: number) => String(value).padStart(2, '0');

const local = (at: Date): string =>
  `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;

/** An instant, in the time of whoever looks; in UTC on hover. */
export const Time = ({ at }: { at: string | null | undefined }) =>
  at === null || at === undefined
    ? html`<span class="soft">–</span>`
    : html`<time datetime=${at} title=${`${at} (UTC)`}>${local(new Date(at))}</time>`;

/** The same without its day, where that is plain. */
export const Clock = ({ at }: { at: string }) =>
  html`<time datetime=${at} title=${`${at} (UTC)`}>${local(new Date(at)).slice(11)}</time>`;

/** An amount exactly as the API has it. */
export const Usd = ({ value, none = '–' }: { value: string | null | undefined; none?: string }) =>
  html`<span class="num"
    >${value === null || value === undefined ? none : value.startsWith('-') ? `-$${value.slice(1)}` : `$${value}`}</span
  >`;

const KINDS: Readonly<Record<string, string>> = {
  succeeded: 'good',
  active: 'good',
  healthy: 'good',
  closed: 'good',
  running: 'busy',
  queued: 'busy',
  awaiting_approval: 'warn',
  awaiting_budget: 'warn',
  incomplete: 'warn',
  degraded: 'warn',
  'half-open': 'warn',
  failed: 'bad',
  timed_out: 'bad',
  unhealthy: 'bad',
  open: 'bad',
  isolated: 'bad',
  suspended: 'bad',
};

export const Status = ({ status }: { status: string }) =>
  html`<span class=${`pill ${KINDS[status] ?? ''}`}>${status.replaceAll('_', ' ')}</span>`;

/** Where the console says how to find out about a request; the page of the API has no such place. */
const findHref = (requestId: string) =>
  location.pathname.endsWith('/docs') ? undefined : `#/find/${encodeURIComponent(requestId)}`;

/** Why something was refused, with the wrong fields, what to do, and the id to ask the operator about. */
export const Refused = ({ error }: { error: unknown }) => {
  if (error === null || error === undefined) return null;
  const { problem, message, status } =
    error instanceof ApiError
      ? error
      : {
          problem: {} as ApiError['problem'],
          message: error instanceof Error ? error.message : 'Something broke in this page.',
          status: 0,
        };
  const advice = adviceFor(problem.code);
  const waitMs = problem['retryAfterMs'];
  const errors = (problem['errors'] ?? []) as readonly { readonly path: string; readonly message: string }[];
  return html`<div class="problem" role="alert">
    <strong
      >${problem.title ?? 'That did not work'}${status > 0 && html`<span class="soft small"> ${status} ${problem.code}</span>`}</strong
    >
    <span>${message}</span>
    ${errors.map((each) => html`<span key=${each.path}><code>${each.path}</code> ${each.message}</span>`)}
    ${advice !== undefined && html`<span class="small"><${Prose} text=${advice} />${typeof waitMs === 'number' && waitMs > 0 && ` It is worth another try in ${milliseconds(waitMs)}.`}</span>`}
    ${problem.requestId !== undefined && html`<span class="small soft">Request <${Id} id=${problem.requestId} href=${findHref(problem.requestId)} /></span>`}
  </div>`;
};

/** What stands where nothing is yet, with the command that fills it. */
export const Empty = ({ children, command }: { children?: ComponentChildren; command?: string }) =>
  html`<div class="empty">
    <p>${children}</p>
    ${
      command !== undefined &&
      html`<pre tabindex="0" class="wrap">${command}</pre>
        <${Copy} text=${command} label="Copy the command" />`
    }
  </div>`;

export interface TableProps {
  readonly label: string;
  /** A name that begins with `#` is over a column of numbers. */
  readonly head: readonly string[];
  readonly tight?: boolean;
  readonly children?: ComponentChildren;
}

/** A table that scrolls by itself where the window is narrow. */
export const Table = ({ label, head, tight = false, children }: TableProps) =>
  html`<div class="scroll" role="region" aria-label=${label} tabindex="0">
    <table class=${tight ? 'tight' : ''}>
      <thead><tr>${head.map((name) => html`<th key=${name} scope="col" class=${name.startsWith('#') ? 'num' : ''}>${name.replace('#', '')}</th>`)}</tr></thead>
      <tbody>${children}</tbody>
    </table>
  </div>`;
