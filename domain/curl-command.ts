/** Commands that repeat a fetch by hand, safe to paste into a POSIX shell. */

import type { EdgeAddress } from './directory-file.ts';

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

const OPTIONS = [
  'curl',
  '--silent',
  '--show-error',
  '--globoff',
  '--path-as-is',
  '--http1.1',
  '--output',
  '/dev/null',
  '--dump-header',
  '-',
] as const;

/**
 * Where a command connects to: an address, with its port where that is not the URL's own; or a POP's
 * name in DNS, which curl resolves.
 */
export type CurlRoute = { readonly address: EdgeAddress } | { readonly popName: string };

/** A fetch to repeat. */
export type CurlInput = {
  /** Absolute and normalised. */
  readonly url: string;
  readonly route: CurlRoute;
  /** Names of the caller's own header lines; their values may be secret and are left to fill in. */
  readonly headerNames: readonly string[];
};

/**
 * A POP's name in DNS.
 *
 * @param domainName the distribution's, e.g. `d111111abcdef8.cloudfront.net`: its first label counts.
 * @param dnsSuffix `EDGE_DNS_SUFFIX`.
 */
export function popNameOf(domainName: string, popId: string, dnsSuffix: string): string {
  return `${domainName.split('.')[0] ?? domainName}.${popId.toLowerCase()}.${dnsSuffix}`;
}

/** A `curl` command that repeats a fetch through its POP and prints the answer's headers. */
export function curlCommand({ url, route, headerNames }: CurlInput): string {
  const { hostname, protocol } = new URL(url);
  const port = DEFAULT_PORTS[protocol] ?? '443';
  const headers = [
    'Accept-Encoding: br, gzip',
    'Pragma: server-timing',
    ...headerNames.map((name) => `${name}: VALUE`),
  ];
  const words = [
    ...OPTIONS,
    ...routeWords(`${hostname}:${port}`, port, route),
    ...headers.flatMap((header) => ['--header', header]),
    url,
  ];
  return words.map(shellWord).join(' ');
}

/** A text as one word of a POSIX shell, single-quoted unless it is plain. */
export function shellWord(text: string): string {
  return /^[\w./:=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function routeWords(host: string, port: string, route: CurlRoute): readonly string[] {
  if ('popName' in route) return ['--connect-to', `${host}:${route.popName}:${port}`];
  const address = route.address.host.includes(':') ? `[${route.address.host}]` : route.address.host;
  return String(route.address.port) === port
    ? ['--resolve', `${host}:${address}`]
    : ['--connect-to', `${host}:${address}:${route.address.port}`];
}
