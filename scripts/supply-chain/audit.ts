export type Audited =
  | { readonly kind: 'clean'; readonly packages: number }
  /** A sentence for each package with a known vulnerability, the most severe first. */
  | { readonly kind: 'vulnerable'; readonly found: readonly string[] }
  /** Nothing was checked. */
  | { readonly kind: 'unanswered'; readonly why: string };

interface Report {
  readonly vulnerabilities?: Readonly<
    Record<string, { readonly severity: string; readonly range: string; readonly via: readonly unknown[] }>
  >;
  readonly metadata?: { readonly dependencies?: { readonly total?: number } };
  readonly statusCode?: number;
}

const SEVERITIES = ['critical', 'high', 'moderate', 'low', 'info'];

const parsed = (text: string): Report | null => {
  try {
    return JSON.parse(text) as Report;
  } catch {
    return null;
  }
};

/** What `npm audit --json` has said. Whatever is no report is no answer, and never a clean one. Pure. */
export const auditOf = (stdout: string): Audited => {
  const report = parsed(stdout);
  if (report?.vulnerabilities === undefined) {
    const status = report?.statusCode;
    return { kind: 'unanswered', why: status === undefined ? 'it could not be reached' : `it answered ${status}` };
  }
  const found = Object.entries(report.vulnerabilities)
    .toSorted(([, one], [, other]) => SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity))
    .map(([name, { severity, range, via }]) => {
      const titles = via.flatMap((each) => (each as { readonly title?: string }).title ?? []);
      return `${severity}: ${name} ${range}${titles.length === 0 ? '' : `: ${titles.join('; ')}`}`;
    });
  if (found.length > 0) return { kind: 'vulnerable', found };
  return { kind: 'clean', packages: report.metadata?.dependencies?.total ?? 0 };
};
