import type { Template } from '../compiled-template.ts';

const OUTPUT = 'Project';

/** Says in the outputs of a stack which project it was deployed from, so that another one can tell it from its own. */
export const declareProject = (template: Template, name: string): void => {
  const Description = 'The project that was deployed, by the name in its package.json';
  template.Outputs = { ...template.Outputs, [OUTPUT]: { Description, Value: name } };
};

/** The project that a template is of; `null` where it does not say. */
export const projectIn = ({ Outputs }: Template): string | null =>
  (Outputs?.[OUTPUT] as { readonly Value: string } | undefined)?.Value ?? null;

/** The same of what CloudFormation says of a stack. */
export const projectOf = (
  outputs: readonly { readonly OutputKey?: string | undefined; readonly OutputValue?: string | undefined }[],
): string | null => outputs.find(({ OutputKey }) => OutputKey === OUTPUT)?.OutputValue ?? null;
