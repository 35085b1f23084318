import { functionName, ofType, type Template } from '../compiled-template.ts';
import type { StageOptions } from './stage-options.ts';

/** What has a parameter of its own, since CloudFormation has to leave it out where that is empty. */
const BY_PARAMETER = 'execute-run';

/**
 * Gives functions memory and a part of the account's concurrency of their own. Throws an Error where a name is no function of the
 * stage.
 */
export const declareSizes = (
  template: Template,
  { functionMemoryMb, functionConcurrency }: Pick<StageOptions, 'functionMemoryMb' | 'functionConcurrency'>,
): void => {
  const functions = new Map(ofType(template, 'AWS::Lambda::Function').map(([, one]) => [functionName(one), one]));
  const sizes = [
    ['functionMemoryMb', 'MemorySize', functionMemoryMb],
    ['functionConcurrency', 'ReservedConcurrentExecutions', functionConcurrency],
  ] as const;
  for (const [parameter, property, values] of sizes)
    for (const [name, value] of Object.entries(values)) {
      const found = functions.get(name);
      if (found === undefined)
        throw new Error(
          `${parameter} names ${name}, but the functions are ${[...functions.keys()].sort().join(', ')}.`,
        );
      if (property === 'ReservedConcurrentExecutions' && name === BY_PARAMETER)
        throw new Error(`The concurrency of ${name} is the parameter runConcurrency.`);
      found.Properties[property] = value;
    }
};
