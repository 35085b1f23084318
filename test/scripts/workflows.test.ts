import { spawnSync } from 'node:child_process';
import { accessSync, chmodSync, constants, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from '../made-once.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly steps?: readonly Step[];
  readonly uses?: string;
  readonly needs?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly environment?: string;
}
interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const workflow = (name: string): Workflow =>
  parse(readFileSync(join(ROOT, '.github/workflows', `${name}.yml`), 'utf8')) as Workflow;
const text = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const WORKFLOWS = ['test', 'deploy'];
const { scripts } = JSON.parse(text('package.json')) as { readonly scripts: Readonly<Record<string, string>> };

describe.each(WORKFLOWS)('the workflow %s', (name) => {
  const { permissions, jobs } = workflow(name);
  const steps = Object.values(jobs).flatMap((job) => job.steps ?? []);

  it('runs scripts that there are', () => {
    const runs = steps.flatMap(({ run }) => (run === undefined ? [] : run.split('\n')));
    expect(runs.length).toBeGreaterThan(0);
    for (const [, script = ''] of runs.join('\n').matchAll(/npm run ([\w:-]+)/g))
      expect(scripts).toHaveProperty([script]);
    for (const [, file = ''] of runs.join('\n').matchAll(/^((?:\.ci|scripts)\/[\w.-]+)/gm))
      expect(() => accessSync(join(ROOT, file), constants.X_OK), file).not.toThrow();
  });

  it('may read the code, keeps no token of it, and is run by versions of others’ actions', () => {
    expect(permissions).toEqual({ contents: 'read' });
    for (const { uses = '', with: given } of steps) {
      expect(uses).toMatch(/^$|^(?:actions|aws-actions)\/[\w-]+@v\d+$/);
      if (uses.startsWith('actions/checkout')) expect(given).toMatchObject({ 'persist-credentials': false });
    }
  });
});

describe('a deployment from GitHub', () => {
  const { jobs } = workflow('deploy');

  it('waits for the tests, and is lent a role by the environment of its stage, without a key of AWS', () => {
    const { deploy, test } = jobs;
    expect(test?.uses).toBe('./.github/workflows/test.yml');
    expect(deploy?.needs).toBe('test');
    expect(deploy?.permissions).toEqual({ contents: 'read', 'id-token': 'write' });
    expect(deploy?.environment).toContain('github.ref_name');
    expect(text('.github/workflows/deploy.yml')).not.toMatch(/AWS_(?:ACCESS|SECRET)/i);
  });

  it('looks before it deploys, and after', () => {
    const runs = (jobs['deploy']?.steps ?? []).map(({ run = '' }) => /doctor|show-changes|deploy|smoke/.exec(run)?.[0]);
    expect(runs.filter(Boolean)).toEqual(['doctor', 'show-changes', 'deploy', 'smoke']);
  });
});

describe('the role of deployments', () => {
  const template = parse(text('infra/deploy-role.yml')) as {
    readonly Resources: {
      readonly DeployRole: {
        readonly Properties: {
          readonly AssumeRolePolicyDocument: { readonly Statement: readonly object[] };
          readonly Policies: readonly {
            readonly PolicyDocument: {
              readonly Statement: readonly { Action: string | string[]; Resource: unknown }[];
            };
          }[];
        };
      };
    };
  };
  const { AssumeRolePolicyDocument, Policies } = template.Resources.DeployRole.Properties;
  const statements = Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);

  it('is lent to the environment of its stage in one repository alone', () => {
    expect(AssumeRolePolicyDocument.Statement).toHaveLength(1);
    expect(JSON.stringify(AssumeRolePolicyDocument)).toContain('repo:${Repository}:environment:${Stage}');
    expect(JSON.stringify(AssumeRolePolicyDocument)).not.toContain('StringLike');
  });

  it('makes no role without the boundary, and gives those to what a stage is made of alone', () => {
    const bound = statements.filter(({ Action }) =>
      [Action].flat().some((action) => /:(?:Create|Put|Attach|Update|Pass)\w*Role/.test(action)),
    ) as readonly { readonly Action: string | string[]; readonly Condition?: object }[];
    expect(bound.map(({ Condition = {} }) => JSON.stringify(Condition))).toEqual([
      expect.stringMatching(/iam:PermissionsBoundary.*policy\/ballast-boundary-/),
      expect.stringMatching(/iam:PassedToService.*lambda/),
    ]);
    expect(
      statements.flatMap(({ Action }) => Action).filter((action) => /AttachRole|UpdateAssume|iam:\*/.test(action)),
    ).toEqual([]);
  });

  it('may do for everything only what looks', () => {
    for (const { Action, Resource } of statements) {
      if (Resource !== '*') continue;
      for (const action of [Action].flat()) expect(action).toMatch(/:(?:Get|List|Describe|Validate)\w*\*?$/);
    }
  });

  it('sees whether the boundary is there, and no other policy', () => {
    const looks = statements.filter(({ Action }) => [Action].flat().includes('iam:GetPolicy'));
    expect(looks.map(({ Resource }) => JSON.stringify(Resource))).toEqual([
      expect.stringMatching(/policy\/ballast-boundary-\$\{Stage\}"\}$/),
    ]);
  });

  it('reaches each service that a stage is made of', () => {
    const services = new Set(
      [...text('serverless.yml').matchAll(/AWS::(\w+)::/g), ...infra().matchAll(/Type: AWS::(\w+)::/g)].map(
        ([, service = '']) => SERVICES[service] ?? service.toLowerCase(),
      ),
    );
    const granted = new Set(statements.flatMap(({ Action }) => [Action].flat()).map((action) => action.split(':')[0]));
    expect([...services, 'lambda', 's3'].filter((service) => !granted.has(service))).toEqual([]);
  });
});

/** Names of services in IAM, where CloudFormation has others. */
const SERVICES: Readonly<Record<string, string>> = { Events: 'events', Scheduler: 'scheduler' };

const infra = (): string =>
  ['alarms', 'api-stage', 'event-roles', 'notices', 'run-queues', 'secrets', 'tables', 'roles', 'webhook-roles']
    .map((name) => text(`infra/${name}.yml`))
    .join('\n');

describe('what a deployment would change', () => {
  /** With an `aws` and an `npm` that write down what they are asked, and answer as given. */
  const show = (aws: string, isProject = false) => {
    const folder = mkdtempSync(join(tmpdir(), 'ballast-show-'));
    try {
      const program = (name: string, body: string) => {
        writeFileSync(join(folder, name), `#!/usr/bin/env bash\necho "${name} $*" >> "${folder}/asked"\n${body}\n`);
        chmodSync(join(folder, name), 0o755);
      };
      program('aws', aws);
      program('npm', '');
      if (isProject) mkdirSync(join(folder, 'build/.serverless'), { recursive: true });
      const env = { PATH: `${folder}:${process.env['PATH']}` };
      const { status, stdout } = spawnSync(join(ROOT, 'scripts/show-changes.sh'), ['dev', 'eu-west-1'], {
        env,
        cwd: folder,
        encoding: 'utf8',
      });
      const asked = readFileSync(join(folder, 'asked'), 'utf8').trim().split('\n');
      return { status, stdout, asked: asked.map((line) => line.split(' ').slice(0, 3).join(' ')), whole: asked };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };

  it('is shown by a change set that is never executed, and that goes again', () => {
    const { status, stdout, asked, whole } = show(
      '[ "$2" = describe-stack-resource ] && echo bucket-1; [ "$2" = describe-change-set ] && echo TABLE; exit 0',
    );
    expect([status, stdout]).toEqual([0, 'TABLE\n']);
    expect(asked).toEqual([
      'npm run package',
      'aws cloudformation describe-stack-resource',
      'aws s3 cp',
      'aws cloudformation create-change-set',
      'aws cloudformation wait',
      'aws cloudformation describe-change-set',
      'aws cloudformation delete-change-set',
      'aws s3 rm',
    ]);
    expect(whole.slice(1).every((line) => line.includes('--region eu-west-1'))).toBe(true);
    expect(whole.join('\n')).not.toContain('execute-change-set');
    expect(whole.join('\n')).toContain('--region eu-west-1 .serverless/cloudformation-template-update-stack.json');
  });

  it('is that of the package of a project in the folder of one', () => {
    const { status, whole } = show('[ "$2" = describe-stack-resource ] && echo bucket-1; exit 0', true);
    expect(status).toBe(0);
    expect(whole.join('\n')).toContain(' build/.serverless/cloudformation-template-update-stack.json s3://bucket-1/');
  });

  it('is not told where nobody may see the stack', () => {
    const { status, stdout, asked } = show('echo "An error occurred (AccessDenied)" >&2; exit 254');
    expect([status, stdout, asked.length]).toEqual([1, '', 2]);
  });

  it('is all of it where there is no stack, and goes again where it could not be shown', () => {
    const none = show(
      '[ "$2" = describe-stack-resource ] && { echo "Stack ballast-dev does not exist" >&2; exit 254; }; exit 0',
    );
    expect([none.status, none.stdout]).toEqual([
      0,
      'There is no stack ballast-dev in eu-west-1 yet: all of it is new.\n',
    ]);
    const broken = show(
      '[ "$2" = create-change-set ] && exit 255; [ "$2" = describe-stack-resource ] && echo bucket-1; exit 0',
    );
    expect(broken.status).toBe(255);
    expect(broken.asked.slice(-2)).toEqual(['aws cloudformation delete-change-set', 'aws s3 rm']);
  });
});
