import net, { type OnReadOpts, type Socket } from 'node:net';
import tls, { type ConnectionOptions, type SecureContext } from 'node:tls';
import type { ConnectionTarget } from './connection-target.ts';
import { TlsSessions } from './tls-sessions.ts';

/** TLS records are at most 16 KiB; plain HTTP gains up to here. */
const READ_BUFFER_BYTES = 65_536;

/** What the sockets of one engine share. */
export type SocketMaterial = {
  readonly secureContext: SecureContext;
  readonly sessions: TlsSessions;
  /**
   * All sockets read into it: a read and its listener are done before the event loop comes to the next
   * socket. A buffer each would be another stretch of memory for each answer, out of the CPU's caches.
   */
  readonly readBuffer: Buffer;
};

/** Makes what the sockets of one engine share. */
export function createSocketMaterial(secureContext: SecureContext): SocketMaterial {
  const readBuffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);
  return { secureContext, sessions: new TlsSessions(), readBuffer };
}

/** What becomes of a socket. */
export interface SocketListener {
  /** TCP, and with https the handshake and the certificate check, are done. */
  onConnect(): void;
  /** `buffer` holds `length` bytes, until the return. False stops the reading. */
  onRead(length: number, buffer: Buffer): boolean;
  onEnd(): void;
  onError(error: Error): void;
}

/**
 * Opens a socket to a pinned address. Its bytes come through the buffer of `material`, which is
 * used again for each read (`onread`), so a body of any size makes no garbage.
 *
 * The certificate must be valid for the URL's host, whatever the address is; no setting and no
 * environment variable turns that off.
 */
export function openSocket(
  target: ConnectionTarget,
  listener: SocketListener,
  material: SocketMaterial,
): Socket {
  const buffer = material.readBuffer;
  const onread = { buffer, callback: (length: number) => listener.onRead(length, buffer) };
  const { host, port } = target.address;
  const socket = target.isTls
    ? openTlsSocket(target, onread, material)
    : net.connect({ host, port, noDelay: true, onread });
  socket.once(target.isTls ? 'secureConnect' : 'connect', () => listener.onConnect());
  socket.on('error', (error) => listener.onError(error));
  socket.once('end', () => listener.onEnd());
  return socket;
}

function openTlsSocket(
  target: ConnectionTarget,
  onread: OnReadOpts,
  { secureContext, sessions }: SocketMaterial,
): Socket {
  const { key, hostname, address } = target;
  const session = sessions.get(key);
  const options: ConnectionOptions & { onread: OnReadOpts; noDelay: boolean } = {
    host: address.host,
    port: address.port,
    // RFC 6066 §3: an IP address is no server name.
    servername: net.isIP(hostname) === 0 ? hostname : '',
    checkServerIdentity: (_name, certificate) => tls.checkServerIdentity(hostname, certificate),
    rejectUnauthorized: true,
    ALPNProtocols: ['http/1.1'],
    secureContext,
    noDelay: true,
    onread,
    ...(session === undefined ? {} : { session }),
  };
  const socket = tls.connect(options);
  socket.on('session', (fresh) => sessions.set(key, fresh));
  return socket;
}
