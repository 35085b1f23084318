import path from 'node:path';
import ts from 'typescript';

const ROOT = path.resolve(import.meta.dirname, '..');

const projectOptions = (): ts.CompilerOptions => {
  const { config } = ts.readConfigFile(path.join(ROOT, 'tsconfig.json'), (file) => ts.sys.readFile(file)) as {
    config: object;
  };
  return ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, ROOT).options;
};

/** What lies on the disk, parsed once for all programs of a process: the libraries are most of it. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/** A program of these texts, by their paths in the project, as if they stood there, under the project's own options; what they import is the project's. */
export const virtualProgram = (texts: ReadonlyMap<string, string>): ts.Program => {
  const options = projectOptions();
  const virtual = new Map([...texts].map(([file, text]) => [path.join(ROOT, file), text]));
  const host = ts.createCompilerHost(options, true);
  const read = host.getSourceFile.bind(host);
  host.fileExists = (file) => virtual.has(file) || ts.sys.fileExists(file);
  host.directoryExists = (folder) =>
    [...virtual.keys()].some((file) => file.startsWith(`${folder}${path.sep}`)) || ts.sys.directoryExists(folder);
  host.readFile = (file) => virtual.get(file) ?? ts.sys.readFile(file);
  host.getSourceFile = (file, ...more) => {
    if (virtual.has(file)) return read(file, ...more);
    if (!parsed.has(file)) parsed.set(file, read(file, ...more));
    return parsed.get(file);
  };
  return ts.createProgram([...virtual.keys()], options, host);
};
