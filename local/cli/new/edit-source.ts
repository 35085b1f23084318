const IMPORT = /^import\b[^;]*? from '([^']+)';\n/gm;

const order = new Intl.Collator('en', { caseFirst: 'upper', numeric: true });

/** The text with one more import of a file of the project, in the order of their names. */
export const withImport = (text: string, variable: string, from: string): string => {
  const added = `import { ${variable} } from '${from}';\n`;
  const imports = [...text.matchAll(IMPORT)];
  const next = imports.find(([, source = '']) => source.startsWith('.') && order.compare(source, from) > 0);
  const last = imports.at(-1);
  const at = next?.index ?? (last === undefined ? 0 : last.index + last[0].length);
  return `${text.slice(0, at)}${added}${last === undefined ? '\n' : ''}${text.slice(at)}`;
};

const withElement = (text: string, list: RegExp, element: string): string | null => {
  const [found, ...others] = text.matchAll(list);
  if (found === undefined || others.length > 0) return null;
  const [whole, head = '', elements = ''] = found;
  const before = elements.trim().replace(/,$/, '');
  const all = before === '' ? element : `${before}, ${element}`;
  return `${text.slice(0, found.index)}${head}[${all}]${text.slice(found.index + whole.length)}`;
};

/** The text of `agents/index` with one more agent in its list; `null`: there is no such list. */
export const withAgent = (text: string, variable: string): string | null =>
  withElement(text, /(\bexport const agents\b[^=]*=\s*)\[([^\]]*)\]/g, variable);

/** The text of an agent with one more tool; `null`: nobody can tell where it belongs. */
export const withTool = (text: string, variable: string): string | null => {
  if ([...text.matchAll(/\bdefineAgent\(/g)].length !== 1) return null;
  if (/\btools\s*:/.test(text)) return withElement(text, /(\btools:\s*)\[([^\]]*)\]/g, variable);
  const models = /\bmodels:\s*\{[^}]*\}/.exec(text);
  if (models === null) return null;
  const end = models.index + models[0].length;
  return `${text.slice(0, end)},\ntools: [${variable}]${text.slice(end)}`;
};
