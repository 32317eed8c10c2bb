import { readFile } from 'node:fs/promises';
import { type CurlRoute, popNameOf } from '../../domain/curl-command.ts';
import {
  directoryFileProblem,
  parseDirectoryFile,
  type PopAddresses,
} from '../../domain/directory-file.ts';
import { hostOfUrl } from '../../domain/host-of-url.ts';

/** Where a command of a report connects to; undefined where nobody knows. */
export type RouteOf = (task: {
  readonly url: string;
  readonly pop: string;
  readonly domainNames: Readonly<Record<string, string>>;
}) => CurlRoute | undefined;

/** Settings of {@link createCurlRoutes}, as the configuration names them. */
export type CurlRouteSettings = {
  /** `dns`, or the path of a JSON file. */
  readonly edgeDirectory: string;
  readonly edgeDnsSuffix: string;
  /** Hears why the file can't be used any more; what it said last still holds, as at the workers. */
  readonly onBadFile?: (problem: string) => void;
};

/**
 * Finds the way to a POP as the fetch workers do: by the directory's file, or by the POP's name,
 * which is left to curl to resolve, since the api asks nobody but Temporal.
 *
 * The function that it returns is to be called for each report: the file may have changed. It throws
 * DirectoryFileError as long as the file was never good.
 */
export function createCurlRoutes(settings: CurlRouteSettings): () => Promise<RouteOf> {
  const { edgeDirectory, edgeDnsSuffix, onBadFile = () => undefined } = settings;
  if (edgeDirectory === 'dns') return async () => routesByName(edgeDnsSuffix);
  let lastGood: RouteOf | undefined;
  return async () => {
    try {
      lastGood = routesByFile(parseDirectoryFile(await readFile(edgeDirectory, 'utf8')));
    } catch (cause) {
      const problem = new DirectoryFileError(edgeDirectory, cause);
      if (lastGood === undefined) throw problem;
      onBadFile(problem.message);
    }
    return lastGood;
  };
}

/** Thrown when the file that `EDGE_DIRECTORY` names can't be used; says what is wrong in it. */
export class DirectoryFileError extends Error {
  override readonly name = 'DirectoryFileError' as const;

  constructor(path: string, cause: unknown) {
    super(directoryFileProblem(path, cause), { cause });
  }
}

function routesByName(edgeDnsSuffix: string): RouteOf {
  return ({ url, pop, domainNames }) => {
    const domainName = domainNames[hostOfUrl(url)];
    return domainName === undefined
      ? undefined
      : { popName: popNameOf(domainName, pop, edgeDnsSuffix) };
  };
}

function routesByFile(pops: ReadonlyMap<string, PopAddresses>): RouteOf {
  return ({ url, pop }) => {
    const [address] = pops.get(pop)?.[url.startsWith('https:') ? 'https' : 'http'] ?? [];
    return address === undefined ? undefined : { address };
  };
}
