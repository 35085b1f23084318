/** Which model stands for which: of one by its name, and of all others (`null`: each for itself). */
export interface ModelMap {
  readonly byName: ReadonlyMap<string, string>;
  readonly others: string | null;
}

const MODEL = /^[a-z0-9][a-z0-9.-]{0,63}$/;

const pairsIn = (text: string): readonly (readonly string[])[] =>
  text
    .split(',')
    .map((part) => part.split('=').map((name) => name.trim()))
    .filter(([first = '', ...rest]) => first !== '' || rest.length > 0);

/** Whether a text is pairs such as `claude-opus-5-5=claude-haiku-5-5`, and at most one model alone, separated by commas. */
export const isModelMap = (text: string): boolean => {
  const pairs = pairsIn(text);
  const named = pairs.flatMap((pair) => (pair.length === 2 ? [pair[0]] : []));
  return (
    pairs.every((pair) => pair.length <= 2 && pair.every((name) => MODEL.test(name))) &&
    pairs.filter((pair) => pair.length === 1).length <= 1 &&
    new Set(named).size === named.length
  );
};

export const modelMapIn = (text: string): ModelMap => {
  const pairs = pairsIn(text);
  return {
    byName: new Map(pairs.flatMap(([from = '', to]) => (to === undefined ? [] : [[from, to] as const]))),
    others: pairs.find(([, to]) => to === undefined)?.[0] ?? null,
  };
};
