import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ownProject } from '../../local/own-project.ts';
import { projectFiles } from '../../scripts/create/project-files.ts';
import { ROOT } from '../made-once.ts';
import { projectWithPackage } from '../scripts/npm-package.ts';
import { ask, spawnServer } from './spawned-server.ts';

/** A project in plain JavaScript, as `npm run create -- --js` makes it, with the package installed. */
let project: string;
const start = () =>
  spawnServer({
    directory: project,
    command: [process.execPath, join(project, 'node_modules/ballast/local/ballast.mjs'), 'start'],
    env: { TOOL_SECRET_SHOP_API: 'key' },
  });

beforeAll(async () => {
  project = await projectWithPackage();
  const files = await projectFiles(
    join(ROOT, 'scripts/create/template'),
    { name: 'own', js: true, ballast: '*' },
    { engines: {}, devDependencies: {} },
  );
  for (const [path, text] of files) {
    mkdirSync(join(project, path, '..'), { recursive: true });
    writeFileSync(join(project, path), text);
  }
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

describe('a project that depends on the package', () => {
  it('is served with its own agents, in plain JavaScript, from node_modules', async () => {
    const server = start();
    onTestFinished(() => void server.child.kill('SIGKILL'));
    const url = await server.ready;
    const task = '[[tool:order_status {"orderId": "A-1234"}]]';
    const answer = await ask(url, '/agent/run', { agent: 'support', task });
    expect(await answer.json()).toMatchObject({
      status: 'succeeded',
      output: expect.stringContaining('Ask the user to sign in first.') as string,
    });
    expect(await (await ask(url, '/agent/run', { task })).json()).toMatchObject({
      errors: [{ path: 'agent', message: 'must be one of support' }],
    });
    expect(server.output.stdout).toContain('{\\"agent\\": \\"support\\", \\"task\\"');
  });

  it('is told its own file and line where a definition is wrong', async () => {
    const file = join(project, 'agents/support.js');
    writeFileSync(
      file,
      "import { defineAgent } from 'ballast';\n\nexport const support = defineAgent({ name: 'support', sytem: '' });\n",
    );
    const server = start();
    expect(await server.exited).toBe(1);
    expect(server.output.stderr).toMatch(/^agents\/support\.js:3: .*sytem is not an option\. Did you mean system\?\n$/);
  });

  it('is told so where it has no agents', async () => {
    rmSync(join(project, 'agents'), { recursive: true });
    const server = start();
    expect(await server.exited).toBe(1);
    expect(server.output.stderr).toMatch(/^There is no agents\/index\.ts in .*, nor agents\/index\.js: .*\n$/);
  });
});

describe('whose agents are run', () => {
  it('are those of the repository, where nothing is installed and the folder has none', () => {
    expect(ownProject(ROOT, ROOT)).toBeNull();
    expect(ownProject(ROOT, join(ROOT, 'docs'))).toBeNull();
  });

  it('are those of the folder, in whichever language', () => {
    const template = join(ROOT, 'scripts/create/template');
    expect(ownProject(ROOT, template)).toEqual({ directory: template, agents: join(template, 'agents/index.ts') });
  });
});
