/** How one dependency is; what a check may tell the outside: no address, no message of an error. */
export interface Check {
  readonly status: 'healthy' | 'degraded' | 'unhealthy';
  readonly latencyMs?: number;
  /** ISO 8601 UTC. */
  readonly checkedAt: string;
  readonly detail?: string;
}

export type Checks = Readonly<Record<string, Check>>;

/** The worst check decides. */
export const overall = (checks: Checks): Check['status'] => {
  const all = Object.values(checks).map(({ status }) => status);
  if (all.includes('unhealthy')) return 'unhealthy';
  return all.includes('degraded') ? 'degraded' : 'healthy';
};
