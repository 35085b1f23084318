import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, type Options } from 'prettier';
import { plainJs } from '../npm-package/plain-js.ts';

export interface ProjectOptions {
  readonly name: string;
  /** Plain JavaScript instead of TypeScript. */
  readonly js: boolean;
  /** What `ballast` is in dependencies, as `file:vendor/ballast-0.1.0.tgz`. */
  readonly ballast: string;
}

/** What of the repository's `package.json` a project's is made of. */
export interface Versions {
  readonly engines: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** Commands of `ballast` that are scripts of a project under the same name. */
const COMMANDS = [
  'start',
  'dev',
  'ask',
  'new',
  'doctor',
  'package',
  'deploy',
  'rollback',
  'smoke',
  'bootstrap',
  'secret',
  'usage',
  'reconcile',
  'true-up',
  'alarm',
  'dynamodb',
];

const manifest = ({ name, js, ballast }: ProjectOptions, { engines, devDependencies }: Versions): string => {
  // Vite is a peer of Vitest, which npm alone would add by itself.
  const developedWith = [...(js ? [] : ['@types/node', 'typescript']), 'vite', 'vitest'];
  const scripts = {
    ...Object.fromEntries(COMMANDS.map((command) => [command, `ballast ${command}`])),
    ...(!js && { typecheck: 'tsc --noEmit' }),
    test: js ? 'vitest run' : 'tsc --noEmit && vitest run',
    shop: `node shop.${js ? 'js' : 'ts'}`,
  };
  const whole = {
    name,
    version: '0.0.0',
    private: true,
    type: 'module',
    engines,
    scripts,
    dependencies: { ballast },
    devDependencies: Object.fromEntries(developedWith.map((each) => [each, devDependencies[each]])),
    allowScripts: { 'es5-ext': false, esbuild: false },
  };
  return `${JSON.stringify(whole, null, 2)}\n`;
};

/** Files whose names would mean something where the template stands. */
const NAMES: Readonly<Record<string, string>> = {
  gitignore: '.gitignore',
  'env.example': '.env.example',
  npmrc: '.npmrc',
};

const STYLE: Options = { singleQuote: true, printWidth: 120, trailingComma: 'all' };

const written = async (file: string, text: string, { name, js }: ProjectOptions): Promise<[string, string]> => {
  const path = NAMES[file] ?? file;
  const own = text.replaceAll('{{name}}', name);
  if (!js) return [path, own];
  if (file.endsWith('.ts')) {
    const formatted = await format(plainJs(own).replaceAll(/\n{2,}(?=import )/g, '\n'), { ...STYLE, parser: 'babel' });
    return [path.replace(/\.ts$/, '.js'), formatted];
  }
  return [path, own.replaceAll(/\b(index|shop)\.ts\b/g, '$1.js')];
};

/** The files of a new project by their paths, from the template. */
export const projectFiles = async (
  template: string,
  options: ProjectOptions,
  versions: Versions,
): Promise<ReadonlyMap<string, string>> => {
  const files = readdirSync(template, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) =>
      join(parentPath, name)
        .slice(template.length + 1)
        .replaceAll('\\', '/'),
    )
    .filter((file) => !(options.js && file === 'tsconfig.json'));
  const all = files.map((file) => written(file, readFileSync(join(template, file), 'utf8'), options));
  return new Map([...(await Promise.all(all)), ['package.json', manifest(options, versions)]]);
};
