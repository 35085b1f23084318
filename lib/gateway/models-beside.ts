import { elementsOf, objectOf } from '../usage/json.ts';

/** Models that a request names besides its own: to which the provider may go over, and those of its tools. */
export const modelsBeside = (request: unknown): string[] => {
  const { fallbacks, tools } = objectOf(request);
  return [...elementsOf(fallbacks), ...elementsOf(tools)].flatMap((each) => {
    const { model } = objectOf(each);
    return typeof model === 'string' ? [model] : [];
  });
};
