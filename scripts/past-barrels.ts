import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * zod's barrels pass on what makes JSON schemas too, 21 KB that most functions need late or never. Whoever needs it imports
 * it by this name; what is taken from the barrels throws.
 */
const ZOD_CORE = { name: /^zod\/v4\/core$/, file: 'v4/core/json-schema-processors.js' };
const ZOD_BARREL = /zod[/\\]v4[/\\](?:core[/\\]index|mini[/\\]external)\.js$/;
const NOWHERE = 'not-in-barrels';

/** Leads such imports straight to their file. Throws at the build where a file is gone, as after an update it may be. */
export const pastBarrels = (root: string): Plugin => ({
  name: 'past-barrels',
  setup(build) {
    const zod = dirname(createRequire(join(root, 'package.json')).resolve('zod/package.json'));
    build.onResolve({ filter: ZOD_CORE.name }, () => {
      const file = join(zod, ZOD_CORE.file);
      if (!existsSync(file)) throw new Error(`zod/${ZOD_CORE.file} is gone: see scripts/past-barrels.ts.`);
      return { path: file, sideEffects: false };
    });
    build.onResolve({ filter: /^\.{1,2}\/(?:core\/)?(?:to-json-schema|json-schema-\w+)\.js$/ }, ({ importer }) =>
      ZOD_BARREL.test(importer) ? { path: 'json-schema', namespace: NOWHERE, sideEffects: false } : undefined,
    );
    build.onLoad({ filter: /./, namespace: NOWHERE }, () => ({
      contents: `export const toJSONSchema = () => { throw new Error('import toJSONSchema of zod/v4/core'); }, JSONSchemaGenerator = toJSONSchema;`,
      loader: 'js',
    }));
  },
});
