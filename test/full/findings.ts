import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Aspects, Stack } from 'aws-cdk-lib';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import { AwsSolutionsChecks } from 'cdk-nag';
import { plant, type Template } from '../template/template.ts';
import type { Suppression } from './nag-suppressions.ts';

export interface Finding {
  /** `F3003`, `AwsSolutions-IAM5`. */
  readonly rule: string;
  /** Logical id of the resource. */
  readonly on: string;
  readonly text: string;
}

interface Report {
  readonly pluginReports: readonly {
    readonly violations: readonly {
      readonly ruleName: string;
      readonly description: string;
      readonly violatingConstructs: readonly { readonly constructPath: string }[];
    }[];
  }[];
}

const lastOf = (path: string): string => path.split('/').at(-1) ?? '';

// osls writes an empty policy to clear an earlier one. CloudFormation takes that, the loader asks for an object.
const loadable = (template: Template): Template =>
  template.Resources['ApiGatewayRestApi']?.Properties['Policy'] === ''
    ? plant(template, ['ApiGatewayRestApi', 'Properties', 'Policy'], undefined)
    : template;

const validation = (outdir: string): Finding[] => {
  const report = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')) as Report;
  return report.pluginReports
    .flatMap(({ violations }) => violations)
    .flatMap(({ ruleName, description, violatingConstructs }) =>
      violatingConstructs.map((found) => ({ rule: ruleName, on: lastOf(found.constructPath), text: description })),
    );
};

/**
 * Everything that CloudFormation's schemas, the cross-resource rules of the CDK and cdk-nag's AwsSolutions find in a
 * template, offline, warnings included. A template that can't be loaded at all throws.
 */
export const findingsOf = (template: Template): Finding[] => {
  const folder = mkdtempSync(join(tmpdir(), 'ballast-cfn-'));
  try {
    const templateFile = join(folder, 'template.json');
    writeFileSync(templateFile, JSON.stringify(loadable(template)));
    const outdir = join(folder, 'out');
    const app = new App({ outdir, context: { '@aws-cdk/core:validateAgainstDefaultRules': true } });
    const stack = new Stack(app, 'Ballast');
    new CfnInclude(stack, 'Template', { templateFile });
    Aspects.of(app).add(new AwsSolutionsChecks({ reports: false }));
    const messages = synthesised(app);
    const nag = messages.flatMap(({ id, entry }) => {
      const [, rule, text] = /^(AwsSolutions-\w+)(?:\[[^\]]*\])?: (.*)/.exec(JSON.stringify(entry.data).slice(1)) ?? [];
      return rule === undefined ? [] : [{ rule, on: lastOf(id), text: text ?? '' }];
    });
    return [...validation(outdir), ...nag];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const synthesised = (app: App): ReturnType<App['synth']>['stacks'][number]['messages'] => {
  try {
    return app.synth().stacks[0]?.messages ?? [];
  } catch (error) {
    // Findings stand in the report; anything else is a template that could not be loaded.
    if (error instanceof Error && error.name === 'ValidationFailed') return [];
    throw error;
  }
};

/** The findings without a reason, and the reasons without a finding: neither may stand. */
export const unexplained = (findings: readonly Finding[], suppressions: readonly Suppression[]): string[] => {
  const explains = ({ rule, on }: Suppression, finding: Finding): boolean =>
    finding.rule === rule && on.test(finding.on);
  return [
    ...findings
      .filter((finding) => !suppressions.some((suppression) => explains(suppression, finding)))
      .map(({ rule, on, text }) => `${on}: ${rule} ${text}`),
    ...suppressions
      .filter((suppression) => !findings.some((finding) => explains(suppression, finding)))
      .map(({ rule }) => `${rule} is suppressed, but nothing is found`),
  ];
};
