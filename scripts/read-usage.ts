import type { Row } from './usage-table.ts';

/** Why nothing is printed, in words for the person who asked. */
export class UsageRefused extends Error {}

export interface UsageRequest {
  /** Of the API, with its stage where it has one. */
  readonly url: string;
  readonly key: string;
  readonly path: '/usage' | '/admin/usage';
  readonly query: Readonly<Record<string, string>>;
  /** Hears how many groups are there, after each page. */
  readonly onPage?: (groups: number) => void;
}

/** What all tenants together may still spend today, in US dollars. */
export interface StageBudget {
  readonly limitUsd: string;
  readonly spentUsd: string;
  readonly reservedUsd: string;
  readonly remainingUsd: string;
  readonly resetsAt: string;
}

interface Answer {
  readonly totals: Row;
  readonly groups: readonly Row[];
  /** Of a report over all tenants; `null`: the stage has no such budget. */
  readonly stageBudget?: StageBudget | null;
  readonly nextCursor: string | null;
}

const refusal = async (response: Response): Promise<UsageRefused> => {
  const problem = (await response.json().catch(() => ({}))) as {
    detail?: string;
    errors?: readonly { path: string; message: string }[];
  };
  const errors = (problem.errors ?? []).map(({ path, message }) => `${path} ${message}`).join('; ');
  return new UsageRefused(`${response.status}: ${problem.detail ?? 'no reason given'}${errors && ` (${errors})`}`);
};

/** Asks the API for a report, page after page. Rejects with `UsageRefused` where it answers with a problem. */
export const readUsage = async (
  { url, key, path, query, onPage }: UsageRequest,
  fetch: (target: URL, init: RequestInit) => Promise<Response>,
): Promise<Omit<Answer, 'nextCursor'>> => {
  const groups: Row[] = [];
  for (let cursor: string | null = null; ;) {
    const target = new URL(`${url.replace(/\/+$/, '')}${path}`);
    for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value);
    if (cursor !== null) target.searchParams.set('cursor', cursor);
    const response = await fetch(target, { headers: { 'x-api-key': key }, redirect: 'error' });
    if (!response.ok) throw await refusal(response);
    const { totals, stageBudget, ...answer } = (await response.json()) as Answer;
    groups.push(...answer.groups);
    onPage?.(groups.length);
    cursor = answer.nextCursor;
    if (cursor === null) return { totals, groups, ...(stageBudget === undefined ? {} : { stageBudget }) };
  }
};
