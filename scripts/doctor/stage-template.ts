import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OwnProject } from '../../local/own-project.ts';
import type { Template } from '../compiled-template.ts';
import { compileStage } from '../cost/compile-stage.ts';
import { packageStage } from '../package.ts';
import { writeService } from '../project/write-service.ts';

const TEMPLATE = 'cloudformation-template-update-stack.json';

/** The template that a stage of a project would be deployed as, made beside what was deployed before, which stays. */
const compileProject = (root: string, project: OwnProject, stage: string): Template => {
  const folder = mkdtempSync(join(tmpdir(), 'ballast-doctor-'));
  try {
    const service = writeService(root, project, join(folder, 'build'));
    const { functions } = JSON.parse(readFileSync(join(service, 'serverless.json'), 'utf8')) as { functions: object };
    for (const name of Object.keys(functions)) {
      mkdirSync(join(service, 'dist', name), { recursive: true });
      writeFileSync(join(service, 'dist', name, 'index.mjs'), '');
    }
    packageStage(service, stage, join(folder, 'package'));
    return JSON.parse(readFileSync(join(folder, 'package', TEMPLATE), 'utf8')) as Template;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** The template of a stage of this repository, or of a project; without a build. Throws an Error with what osls said. */
export const stageTemplate = (root: string, project: OwnProject | null, stage: string): Template =>
  project === null ? compileStage(root, stage) : compileProject(root, project, stage);
