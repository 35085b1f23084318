/** How one dependency is; what a check may tell the outside: no address, no name, no message of an error. */
export interface Check {
  readonly status: 'healthy' | 'degraded' | 'unhealthy';
  readonly latencyMs?: number;
  /** ISO 8601 UTC. */
  readonly checkedAt: string;
  readonly detail?: string;
}

export type Checks = Readonly<Record<string, Check>>;

const SEVERITY = { healthy: 0, degraded: 1, unhealthy: 2 } as const;

/** The worst check decides. */
export const overall = (checks: Checks): Check['status'] =>
  Object.values(checks).reduce<Check['status']>(
    (worst, { status }) => (SEVERITY[status] > SEVERITY[worst] ? status : worst),
    'healthy',
  );

/** The worse of two findings about one dependency; of equals the first. */
export const worse = (one: Check, other: Check | undefined): Check =>
  other !== undefined && SEVERITY[other.status] > SEVERITY[one.status] ? other : one;

/** Two probes in a row that were missed may be chance, three are not. */
const STALE_AFTER_PROBES = 3;

/**
 * A finding as it counts at `now`: an old one says nothing any more, neither good nor bad. `intervalMs`: from one probe to the
 * next.
 */
export const aged = (check: Check, now: number, intervalMs: number): Check =>
  now - Date.parse(check.checkedAt) <= STALE_AFTER_PROBES * intervalMs
    ? check
    : { status: 'degraded', checkedAt: check.checkedAt, detail: 'not checked lately' };
