/** The CloudFormation template as the framework has made it, before it is uploaded; plugins change it in place. */
export interface Template {
  readonly Resources: Record<string, Resource>;
}

export interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  DependsOn?: string[];
  UpdateReplacePolicy?: string;
}
