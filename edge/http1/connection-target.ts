import { isIP } from 'node:net';
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

/** The key of the pool that serves a request. */
export function poolKey({ url, address }: EngineRequest): string {
  const { scheme, host } = url.origin;
  return `${scheme}://${host} ${address.host} ${address.port}`;
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
