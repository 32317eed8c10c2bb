import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { type CurlRoute, popNameOf } from '../../domain/curl-command.ts';
import { hostOfUrl } from '../../domain/host-of-url.ts';

const addressesSchema = z.array(z.string());
const directorySchema = z.record(
  z.string(),
  z.object({ https: addressesSchema.optional(), http: addressesSchema.optional() }),
);

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
};

/**
 * Finds the way to a POP as the fetch workers do: by the directory's file, or by the POP's name,
 * which is left to curl to resolve, since the api asks nobody but Temporal.
 *
 * The file is read anew for each report: it may have changed.
 */
export function createCurlRoutes({ edgeDirectory, edgeDnsSuffix }: CurlRouteSettings) {
  const byName: RouteOf = ({ url, pop, domainNames }) => {
    const domainName = domainNames[hostOfUrl(url)];
    return domainName === undefined
      ? undefined
      : { popName: popNameOf(domainName, pop, edgeDnsSuffix) };
  };
  return async function readRoutes(): Promise<RouteOf> {
    if (edgeDirectory === 'dns') return byName;
    const directory = directorySchema.parse(JSON.parse(await readFile(edgeDirectory, 'utf8')));
    return ({ url, pop }) => {
      const addresses = directory[pop]?.[url.startsWith('https:') ? 'https' : 'http'];
      return addresses?.[0] === undefined ? undefined : routeTo(addresses[0]);
    };
  };
}

/** `127.0.0.1:9443`, `[::1]:9443` or an address alone. */
function routeTo(address: string): CurlRoute {
  const [, host = address, port] = /^(.*?)(?::(\d{1,5}))?$/.exec(address) ?? [];
  const plain = host.replace(/^\[(.*)\]$/, '$1');
  return port === undefined ? { address: plain } : { address: plain, port: Number(port) };
}
