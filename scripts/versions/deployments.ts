/** A published version of a function. */
export interface FunctionVersion {
  readonly number: number;
  /** `BALLAST_VERSION`, with the commit: the same for all functions of a deployment. */
  readonly version: string;
  readonly publishedAt: string;
}

/** A function of a stage. */
export interface StageFunction {
  readonly name: string;
  readonly alias: string;
  readonly versions: readonly FunctionVersion[];
  /** What the alias leads to, with its share from 0 to 1; two in a canary. */
  readonly live: readonly { readonly number: number; readonly share: number }[];
}

/** What was deployed at some time, as the versions of functions tell. */
export interface Deployment {
  readonly version: string;
  /** Of its newest version of a function. */
  readonly publishedAt: string;
  readonly functions: number;
  /** How many functions answer by it, in part or in whole. */
  readonly live: number;
}

export interface Move {
  readonly name: string;
  readonly alias: string;
  readonly to: number;
}

/** A function's newest version of a deployment: one commit may have been deployed twice, with other settings. */
const newestOf = ({ versions }: StageFunction, version: string): FunctionVersion | null =>
  versions
    .filter((one) => one.version === version)
    .reduce<FunctionVersion | null>((newest, one) => (one.number > (newest?.number ?? 0) ? one : newest), null);

const isLive = ({ versions, live }: StageFunction, version: string): boolean =>
  versions.some((one) => one.version === version && live.some(({ number }) => number === one.number));

/** The deployments of a stage, the newest first. */
export const deploymentsOf = (functions: readonly StageFunction[]): Deployment[] =>
  [...new Set(functions.flatMap(({ versions }) => versions.map(({ version }) => version)))]
    .map((version) => {
      const found = functions.flatMap((one) => newestOf(one, version) ?? []);
      const times = found.map(({ publishedAt }) => publishedAt).toSorted();
      const live = functions.filter((one) => isLive(one, version)).length;
      return { version, publishedAt: times.at(-1) ?? '', functions: found.length, live };
    })
    .toSorted((one, other) => (one.publishedAt < other.publishedAt ? 1 : -1));

/** Which aliases lead elsewhere where all are to lead to a deployment, and the functions that it did not have. */
export const movesTo = (
  functions: readonly StageFunction[],
  version: string,
): { readonly moves: readonly Move[]; readonly younger: readonly string[] } => {
  const targets = functions.map((one) => ({ one, target: newestOf(one, version) }));
  const moves = targets.flatMap(({ one: { name, alias, live }, target }) => {
    const isThere = live.length === 1 && live[0]?.number === target?.number;
    return target === null || isThere ? [] : [{ name, alias, to: target.number }];
  });
  return { moves, younger: targets.flatMap(({ one, target }) => (target === null ? [one.name] : [])) };
};
