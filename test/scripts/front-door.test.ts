import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import * as door from 'ballast';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../lib/kernel/errors.ts';
import { COMPILATION } from '../../scripts/build.ts';
import { frontDoor, schemasApart } from '../../scripts/front-door.ts';

const ROOT = resolve(import.meta.dirname, '..', '..');

describe('the front door', () => {
  it('offers what an agent and a tool are written with, and the very classes that the rest knows', () => {
    const values = [
      'AppError',
      'bearer',
      'declined',
      'defineAgent',
      'defineTool',
      'fatal',
      'httpGet',
      'label',
      'planCalls',
      'safe',
      'secretHeader',
      'z',
    ];
    expect(Object.keys(door).sort()).toEqual(values);
    expect(door.AppError).toBe(AppError);
    expect(door.declined(door.safe`No.`)).toBeInstanceOf(AppError);
  });

  it('opens under plain Node, for agents and for the test kit', () => {
    const code = `const [{ defineAgent, z }, { testRun }] = await Promise.all([import('ballast'), import('ballast/testing')]);
      console.log(typeof defineAgent, typeof z.strictObject, typeof testRun);`;
    const printed = execFileSync(process.execPath, ['--input-type=module', '-e', code], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect(printed.trim()).toBe('function function function');
  });

  it('opens for the build, which keeps of the schemas what is used', async () => {
    const bytesWith = async (plugins: readonly ReturnType<typeof frontDoor>[]) => {
      const { outputFiles } = await build({
        ...COMPILATION,
        absWorkingDir: ROOT,
        entryPoints: ['test/sample-agents/tools.ts'],
        outdir: 'out',
        write: false,
        plugins: [...plugins],
      });
      return outputFiles[0]?.contents.byteLength ?? 0;
    };
    expect(await bytesWith([frontDoor(ROOT)])).toBeLessThan(30_000);
    // Else this test shows nothing, and the plugin can go.
    expect(await bytesWith([])).toBeGreaterThan(300_000);
  });
});

describe('an import of the front door, as the build reads it', () => {
  it.each([
    [
      'z among other names',
      "import { declined, defineTool, safe, z, type ToolContext } from 'ballast';",
      "import * as z from 'zod/mini'; import { declined, defineTool, safe, type ToolContext } from 'ballast';",
    ],
    ['z first', `import { z, safe } from "ballast"`, `import * as z from 'zod/mini'; import { safe } from 'ballast'`],
    ['z alone', `import { z } from 'ballast'`, `import * as z from 'zod/mini'; import { } from 'ballast'`],
    [
      'z under another name',
      `import { safe, z as schema } from 'ballast'`,
      `import * as schema from 'zod/mini'; import { safe } from 'ballast'`,
    ],
    [
      'a list over several lines, with a comment',
      "import {\n  safe, // z, a word\n  z,\n} from 'ballast';",
      "import * as z from 'zod/mini'; import {\n safe, \n \n} from 'ballast';",
    ],
    ['no z', `import { safe } from 'ballast'`, `import { safe } from 'ballast'`],
    ['only types', `import type { z } from 'ballast'`, `import type { z } from 'ballast'`],
    ['another door', `import { z } from 'ballast/testing'`, `import { z } from 'ballast/testing'`],
  ])('%s', (_title, written, read) => {
    const spaced = (text: string) => text.replace(/ +/g, ' ').replaceAll(', }', ' }');
    expect(spaced(schemasApart(written))).toBe(read);
    expect(schemasApart(written).split('\n').length).toBe(written.split('\n').length);
  });
});
