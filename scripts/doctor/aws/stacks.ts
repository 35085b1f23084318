import type { StackEvent } from '@aws-sdk/client-cloudformation';
import { projectOf } from '../../stage/project.ts';
import type { Account } from './account.ts';
import { type ClientConfig, cloudFormation } from './osls-sdk.ts';

/** How many events of a stack are looked through, newest first, for its last change: some hundreds belong to one. */
const MAX_EVENTS = 2_000;

const isBeginning = ({ ResourceType, ResourceStatus }: StackEvent): boolean =>
  ResourceType === 'AWS::CloudFormation::Stack' && /^(?:CREATE|UPDATE|DELETE)_IN_PROGRESS$/.test(ResourceStatus ?? '');

/** What is ended because something else failed says only that. */
const isCause = ({ ResourceStatus, ResourceStatusReason = '' }: StackEvent): boolean =>
  ResourceStatus?.endsWith('_FAILED') === true && !/cancelled/i.test(ResourceStatusReason);

/** What CloudFormation says of stacks. */
export const readStack = (options: ClientConfig): Pick<Account, 'stack' | 'lastFailure'> => {
  const sdk = cloudFormation();
  const client = new sdk.CloudFormationClient(options);
  const described = async (StackName: string) => {
    try {
      const { Stacks = [] } = await client.send(new sdk.DescribeStacksCommand({ StackName }));
      return Stacks[0] ?? null;
    } catch (error) {
      // It has no name of its own for this.
      if (/does not exist/.test((error as Error).message)) return null;
      throw error;
    }
  };
  return {
    async stack(name) {
      const found = await described(name);
      if (found === null) return null;
      const resources = [];
      for await (const { StackResourceSummaries: page = [] } of sdk.paginateListStackResources(
        { client },
        { StackName: name },
      ))
        resources.push(
          ...page.map((one) => ({
            logicalId: one.LogicalResourceId ?? '',
            type: one.ResourceType ?? '',
            physicalId: one.PhysicalResourceId ?? '',
            status: one.ResourceStatus ?? '',
          })),
        );
      const { StackStatus: status = '', EnableTerminationProtection: isProtected = false, Outputs = [] } = found;
      return { name, status, isProtected, project: projectOf(Outputs), resources };
    },
    async lastFailure(StackName) {
      let first: StackEvent | null = null;
      let seen = 0;
      for await (const { StackEvents: page = [] } of sdk.paginateDescribeStackEvents({ client }, { StackName })) {
        for (const event of page) {
          if (isCause(event)) first = event;
          if (isBeginning(event)) return sayFailure(first);
        }
        seen += page.length;
        if (seen >= MAX_EVENTS) break;
      }
      return sayFailure(first);
    },
  };
};

const sayFailure = (event: StackEvent | null): string | null =>
  event === null ? null : `${event.LogicalResourceId ?? ''}: ${event.ResourceStatusReason ?? ''}`;
