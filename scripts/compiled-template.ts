/** The CloudFormation template as the framework has made it, before it is uploaded; plugins change it in place. */
export interface Template {
  readonly Resources: Record<string, Resource>;
  Outputs?: Record<string, unknown>;
}

export interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  DependsOn?: string[];
  UpdateReplacePolicy?: string;
}

/** Resources of a type with their logical ids. */
export const ofType = ({ Resources }: Template, type: string): [string, Resource][] =>
  Object.entries(Resources).filter(([, resource]) => resource.Type === type);

/** Roles of functions with their logical ids; others are assumed by the scheduler or by API Gateway. */
export const functionRoles = (template: Template): [string, Resource][] => {
  const named = ofType(template, 'AWS::Lambda::Function').map(
    ([, { Properties }]) => (Properties['Role'] as { 'Fn::GetAtt': [string, string] })['Fn::GetAtt'][0],
  );
  return ofType(template, 'AWS::IAM::Role').filter(([id]) => named.includes(id));
};

/** Adds a statement to what a role may do. */
export const allow = ({ Properties }: Resource, statement: object): void => {
  const [{ PolicyDocument }] = Properties['Policies'] as [{ PolicyDocument: { Statement: object[] } }];
  PolicyDocument.Statement.push({ Effect: 'Allow', ...statement });
};
