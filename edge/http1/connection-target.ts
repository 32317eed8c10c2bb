import { isIP } from 'node:net';
import type { EdgeOrigin } from '../edge-url.ts';
import type { EdgeAddress, EngineRequest } from '../engine.ts';
import { ProtocolError, quoteBytes } from './protocol-error.ts';

/** Where connections of one pool lead: an address, and the host that is expected behind it. */
export type ConnectionTarget = {
  /** One pool each: scheme, host and port of the URL, address and port of the POP. */
  readonly key: string;
  readonly isTls: boolean;
  /** The URL's host name without port and brackets: SNI and certificate name. */
  readonly hostname: string;
  readonly address: EdgeAddress;
};

/** By address, the last key: most addresses serve one host at a time. */
const LAST_KEYS = new WeakMap<EdgeAddress, { readonly origin: EdgeOrigin; readonly key: string }>();

/** The key of the pool that serves a request; the same string as a rule, which is found at once. */
export function poolKey({ url, address }: EngineRequest): string {
  const { origin } = url;
  const last = LAST_KEYS.get(address);
  if (last?.origin === origin) return last.key;
  const key = `${origin.text} ${address.host} ${address.port}`;
  LAST_KEYS.set(address, { origin, key });
  return key;
}

/**
 * The target of a request whose pool has `key`.
 *
 * @throws ProtocolError when the address is not an IP address and a port: a name would be resolved
 * here, past the directory's checks.
 */
export function connectionTarget({ url, address }: EngineRequest, key: string): ConnectionTarget {
  const { host, port } = address;
  if (isIP(host) === 0 || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new ProtocolError(`${quoteBytes(`${host}:${port}`)} is not an IP address and a port`);
  }
  return {
    key,
    isTls: url.origin.scheme === 'https',
    hostname: url.origin.hostname,
    address: { host, port },
  };
}
