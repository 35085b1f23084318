import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** What a package is for: it is deployed, chosen by the platform, or needed to develop only. */
export const PARTS = ['deployed', 'platform', 'development'] as const;
export type Part = (typeof PARTS)[number];

export interface LockedPackage {
  /** From the project's directory: `node_modules/zod`. */
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  /** An SPDX expression; `null`: it says none. */
  readonly licence: string | null;
  readonly part: Part;
  readonly hasIntegrity: boolean;
  readonly hasInstallScript: boolean;
  readonly isOptional: boolean;
}

interface Locked {
  /** Where the folder has another one. */
  readonly name?: string;
  readonly version?: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly inBundle?: boolean;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
  readonly hasInstallScript?: boolean;
}

const partOf = ({ dev, optional, devOptional }: Locked): Part => {
  if (dev || devOptional) return 'development';
  return optional ? 'platform' : 'deployed';
};

/** All packages of a `package-lock.json`, by their folders. Pure. */
export const packagesOf = (lock: string): LockedPackage[] => {
  const { packages } = JSON.parse(lock) as { readonly packages: Readonly<Record<string, Locked>> };
  return Object.entries(packages)
    .filter(([folder]) => folder !== '')
    .map(([folder, locked]) => ({
      folder,
      name: locked.name ?? folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version: locked.version ?? '',
      licence: locked.license ?? null,
      part: partOf(locked),
      // What a package brings along is in its own archive.
      hasIntegrity: locked.integrity !== undefined || locked.inBundle === true,
      hasInstallScript: locked.hasInstallScript === true,
      isOptional: locked.optional === true || locked.devOptional === true,
    }));
};

/** Bytes of a package's own files, without the packages below it; `null`: it is not installed. */
export const bytesOf = (root: string, { folder }: Pick<LockedPackage, 'folder'>): number | null => {
  const sum = (directory: string): number =>
    readdirSync(directory, { withFileTypes: true }).reduce((bytes, entry) => {
      const file = path.join(directory, entry.name);
      if (entry.isDirectory()) return entry.name === 'node_modules' ? bytes : bytes + sum(file);
      return entry.isFile() ? bytes + statSync(file).size : bytes;
    }, 0);
  try {
    return sum(path.join(root, folder));
  } catch {
    return null;
  }
};
