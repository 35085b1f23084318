import { openApi } from '../../lib/api/openapi.ts';
import { ofType, type Template } from '../compiled-template.ts';
import type { StageOptions } from './stage-options.ts';

type Group = 'admin' | 'health' | 'page';

/** Paths that nobody pays for. Whoever floods one of them takes nothing from the calls that cost. */
const GROUPS: readonly (readonly [Group, RegExp])[] = [
  ['admin', /^\/admin\//],
  ['health', /^\/health(?:\/|$)/],
  ['page', /^\/(?:console|docs|openapi\.json)?$/],
];

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** The paths of the API's resources, as its methods have them. */
const pathsOf = (template: Template): string[] => {
  const pathOf = (id: unknown): string => {
    const resource = typeof id === 'string' ? template.Resources[id] : undefined;
    if (resource === undefined) return '';
    const { ParentId, PathPart } = resource.Properties as { ParentId: { Ref?: string }; PathPart: string };
    return `${pathOf(ParentId.Ref)}/${PathPart}`;
  };
  return ofType(template, 'AWS::ApiGateway::Method').map(([, { Properties }]) => {
    const { Ref } = Properties['ResourceId'] as { Ref?: string };
    return pathOf(Ref) || '/';
  });
};

/** The methods that a path answers; `HEAD` is answered as `GET`. */
const methodsOf = (path: string, documented: Readonly<Record<string, object>>): string[] => {
  const operations = documented[path.replaceAll('+}', '}')] ?? {};
  return METHODS.filter((method) => method in operations).flatMap((method) =>
    method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()],
  );
};

/**
 * Gives administration, health and pages limits of their own. API Gateway has settings by path and method and none for `ANY`,
 * so each documented method of a path has one.
 */
export const declareThrottles = (template: Template, options: StageOptions): void => {
  const { MethodSettings: settings } = template.Resources['ApiStage']?.Properties as { MethodSettings: object[] };
  const { paths } = openApi('', 1_000) as { paths: Readonly<Record<string, object>> };
  for (const path of pathsOf(template)) {
    const [group] = GROUPS.find(([, pattern]) => pattern.test(path)) ?? [];
    if (group === undefined || options[`${group}RequestsPerSecond`] === null) continue;
    for (const HttpMethod of methodsOf(path, paths))
      settings.push({
        ResourcePath: path === '/' ? '/' : `/${path.replaceAll('/', '~1')}`,
        HttpMethod,
        ThrottlingRateLimit: options[`${group}RequestsPerSecond`],
        ThrottlingBurstLimit: options[`${group}RequestBurst`],
        LoggingLevel: 'OFF',
        DataTraceEnabled: false,
      });
  }
};
