/** What of the repository's `package.json` goes into the package's. */
export interface RepositoryManifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly engines: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** What a project deploys with: the repository needs them for its own work alone, and a project needs these very versions. */
const DEPLOYS_WITH = ['esbuild', 'osls', '@aws-sdk/client-acm', '@aws-sdk/client-kms'];

/** What the types of the front doors are written with. */
const TYPED_WITH = ['@types/aws-lambda', '@types/node'];

const pick = (from: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    names.map((name) => {
      const version = from[name];
      if (version === undefined) throw new Error(`package.json has no devDependency ${name}.`);
      return [name, version];
    }),
  );

/** The `package.json` of the package that a project depends on; `below` is where its code stands, as `./dist/npm/`. */
export const packageManifest = (repository: RepositoryManifest, below = './') => {
  const { name, version, description, license, engines, dependencies, optionalDependencies, devDependencies } =
    repository;
  return {
    name,
    version,
    description,
    license,
    type: 'module',
    engines,
    bin: { ballast: `${below}local/ballast.mjs` },
    exports: {
      '.': { types: `${below}lib/index.d.ts`, default: `${below}lib/index.js` },
      './testing': { types: `${below}testing/index.d.ts`, default: `${below}testing/index.js` },
    },
    imports: { '#pages': `${below}local/pages.js` },
    dependencies: { ...dependencies, ...pick(devDependencies, [...DEPLOYS_WITH, ...TYPED_WITH]) },
    optionalDependencies,
    // Yarn may keep packages as archives, and what deploys reads and copies whole folders of this one.
    preferUnplugged: true,
  };
};
