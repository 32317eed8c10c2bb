import { connect as connectTcp, type Socket } from 'node:net';
import { checkServerIdentity, connect as connectTls, type SecureContext } from 'node:tls';
import { Client, type buildConnector } from 'undici';
import type { EdgeAddress } from '../engine.ts';
import { MAXIMUM_HEAD_BYTES } from '../http1/limits.ts';
import type { TlsSessions } from '../http1/tls-sessions.ts';

/** Kept-alive connections are closed after this; a POP's own patience is not published. */
const KEEP_ALIVE_MS = 15_000;

/** One connection to a pinned address: an undici client of its own, so that its state is known. */
export type Connection = {
  readonly poolKey: string;
  readonly client: Client;
  socket: Socket | undefined;
  /** TCP and TLS set-up of the present socket. */
  connectMs: number | undefined;
  /** Complete answers on the present socket. */
  answers: number;
  /** Whether the peer has closed its side of the present socket. */
  hasPeerEnded: boolean;
};

/** What a connection is made of. */
export type ConnectionOptions = {
  readonly poolKey: string;
  /** Scheme, host and port of the URL: what Host, SNI and the certificate are about. */
  readonly origin: string;
  readonly address: EdgeAddress;
  readonly secureContext: SecureContext;
  readonly sessions: TlsSessions;
};

/** A connection; it is made when the first request is dispatched. */
export function openConnection(options: ConnectionOptions): Connection {
  const connection: Connection = {
    poolKey: options.poolKey,
    client: new Client(options.origin, {
      allowH2: false,
      pipelining: 1,
      maxHeaderSize: MAXIMUM_HEAD_BYTES,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      // The product's own deadlines hold; undici's are coarser and can't see a slow drip.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (target, callback) => {
        connectPinned(connection, options, { target, callback });
      },
    }),
    socket: undefined,
    connectMs: undefined,
    answers: 0,
    hasPeerEnded: false,
  };
  return connection;
}

type ConnectCall = {
  readonly target: buildConnector.Options;
  readonly callback: buildConnector.Callback;
};

function connectPinned(connection: Connection, options: ConnectionOptions, call: ConnectCall) {
  const { target, callback } = call;
  const startedAtMs = performance.now();
  const isTls = target.protocol === 'https:';
  const socket = isTls
    ? openTls(target.hostname, options)
    : connectTcp({ host: options.address.host, port: options.address.port });
  let isSettled = false;
  Object.assign(connection, { socket, connectMs: undefined, answers: 0, hasPeerEnded: false });
  socket.setNoDelay(true);
  socket.once(isTls ? 'secureConnect' : 'connect', () => {
    isSettled = true;
    connection.connectMs = performance.now() - startedAtMs;
    callback(null, socket);
  });
  socket.on('error', (error: Error) => {
    // After the handshake undici listens itself.
    if (isSettled) return;
    isSettled = true;
    options.sessions.delete(options.poolKey);
    callback(error, null);
  });
  socket.once('end', () => {
    connection.hasPeerEnded = true;
  });
}

function openTls(
  hostname: string,
  { address, poolKey, secureContext, sessions }: ConnectionOptions,
) {
  const session = sessions.get(poolKey);
  const socket = connectTls({
    host: address.host,
    port: address.port,
    servername: hostname,
    secureContext,
    ALPNProtocols: ['http/1.1'],
    checkServerIdentity: (_host, certificate) => checkServerIdentity(hostname, certificate),
    ...(session === undefined ? {} : { session }),
  });
  socket.on('session', (newSession) => sessions.set(poolKey, newSession));
  return socket;
}
