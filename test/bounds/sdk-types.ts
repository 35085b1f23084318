import { join } from 'node:path';
import ts from 'typescript';

/** What a request may hold, read from a client's own types. Objects are shared, and may hold themselves. */
export type TypeModel =
  | { readonly is: 'object'; readonly name: string; readonly members: Readonly<Record<string, MemberModel>> }
  | { readonly is: 'list'; readonly of: TypeModel }
  | { readonly is: 'union'; readonly of: readonly TypeModel[] }
  | { readonly is: 'literal'; readonly value: string | number | boolean }
  /** `any`: JSON of the client's own, for the types say no more. */
  | { readonly is: 'string' | 'number' | 'boolean' | 'null' | 'any' };

export interface MemberModel {
  readonly optional: boolean;
  readonly type: TypeModel;
}

/** The types of one package. */
export interface SdkTypes {
  readonly bodies: readonly TypeModel[];
  readonly betas: readonly string[];
}

const OPTIONS: ts.CompilerOptions = {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ESNext,
  strict: true,
  skipLibCheck: true,
  // Lists are all that is needed of it.
  lib: ['lib.es5.d.ts'],
  types: [],
};

const modelsOf = (checker: ts.TypeChecker) => {
  const known = new Map<ts.Type, TypeModel>();
  const object = (type: ts.Type): TypeModel => {
    const properties = type.getProperties();
    // An index alone, or a class of the runtime: the client's own.
    if (properties.length === 0 || type.getCallSignatures().length > 0) return { is: 'any' };
    const members: Record<string, MemberModel> = {};
    const model: TypeModel = { is: 'object', name: type.symbol.name, members };
    known.set(type, model);
    for (const property of properties)
      members[property.name] = {
        optional: (property.flags & ts.SymbolFlags.Optional) !== 0,
        type: modelOf(checker.getTypeOfSymbol(property)),
      };
    return model;
  };
  const modelOf = (type: ts.Type): TypeModel => {
    const found = known.get(type);
    if (found !== undefined) return found;
    if (type.flags & ts.TypeFlags.BooleanLike) return { is: 'boolean' };
    if (type.isUnion()) {
      const of = type.types.filter(({ flags }) => !(flags & ts.TypeFlags.Undefined)).map(modelOf);
      const [only] = of;
      return only !== undefined && of.length === 1 ? only : { is: 'union', of };
    }
    if (type.isStringLiteral() || type.isNumberLiteral()) return { is: 'literal', value: type.value };
    // `string & {}`: any string, beside the known ones.
    if (type.isIntersection() || type.flags & ts.TypeFlags.StringLike) return { is: 'string' };
    if (type.flags & ts.TypeFlags.NumberLike) return { is: 'number' };
    if (type.flags & ts.TypeFlags.Null) return { is: 'null' };
    if (checker.isArrayType(type) || checker.isTupleType(type)) {
      const [of] = checker.getTypeArguments(type as ts.TypeReference);
      return { is: 'list', of: of === undefined ? { is: 'any' } : modelOf(of) };
    }
    return type.flags & ts.TypeFlags.Object ? object(type) : { is: 'any' };
  };
  return modelOf;
};

const declared = (source: ts.SourceFile, name: string): ts.Node => {
  const node = source.statements.find(
    (statement) =>
      (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) && statement.name.text === name,
  );
  if (node === undefined) throw new Error(`${source.fileName} declares no ${name}`);
  return node;
};

export const literalsOf = (type: TypeModel): string[] =>
  type.is === 'union' ? type.of.flatMap(literalsOf) : type.is === 'literal' ? [String(type.value)] : [];

const FILES = ['messages/messages.d.ts', 'beta/messages/messages.d.ts', 'beta/beta.d.ts'];

/** Reads `MessageCreateParamsBase` of the stable and the beta messages, and every beta that is named, of SDKs by their packages' folders. */
export const readSdkTypes = (...packages: readonly string[]): SdkTypes[] => {
  const roots = packages.map((folder) => join(folder, 'resources'));
  const program = ts.createProgram(
    roots.flatMap((root) => FILES.map((file) => join(root, file))),
    OPTIONS,
  );
  const checker = program.getTypeChecker();
  const modelOf = modelsOf(checker);
  const read = (file: string, type: string): TypeModel => {
    const source = program.getSourceFile(file);
    if (source === undefined) throw new Error(`no ${file}`);
    return modelOf(checker.getTypeAtLocation(declared(source, type)));
  };
  return roots.map((root) => {
    const [stable = '', beta = '', betas = ''] = FILES.map((file) => join(root, file));
    return {
      bodies: [read(stable, 'MessageCreateParamsBase'), read(beta, 'MessageCreateParamsBase')],
      betas: literalsOf(read(betas, 'AnthropicBeta')),
    };
  });
};
