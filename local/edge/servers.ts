import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';

import type { Certificates, KeyPairPem } from './certificates.ts';
import type { Connections } from './connections.ts';
import { findFault, type Faults } from './faults.ts';
import type { ListenOptions } from './listeners.ts';

/** What the HTTP servers are made of. */
export interface ServersOptions {
  certificates: Certificates;
  connections: Connections;
  faults: Faults;
  onRequest: RequestListener;
}

const HTTP_OPTIONS = { keepAliveTimeout: 120_000, maxRequestsPerSocket: 0 };

// TLS_AES_128_GCM_SHA256 first, as CloudFront ("Supported protocols and ciphers").
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
].join(':');

function createTlsServer(pair: KeyPairPem, options: ServersOptions): HttpsServer {
  return createHttpsServer(
    {
      ...HTTP_OPTIONS,
      cert: pair.certificatePem,
      key: pair.privateKeyPem,
      ciphers: CIPHERS,
      honorCipherOrder: true,
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['http/1.1'],
    },
    options.onRequest,
  );
}

/**
 * Creates one HTTP server and one HTTPS server for all POPs, and gives the function that hands them
 * a POP's new connections. Which POP a request came to follows from its connection.
 */
export function createServers(options: ServersOptions): ListenOptions['onConnection'] {
  const { certificates, connections, faults } = options;
  const http = createHttpServer(HTTP_OPTIONS, options.onRequest);
  const https = createTlsServer(certificates.leaf, options);
  const wrong = {
    wrong_name: createTlsServer(certificates.wrongName, options),
    unknown_issuer: createTlsServer(certificates.unknownIssuer, options),
  };

  function tlsServerFor(active: ReturnType<Faults['forConnection']>): HttpsServer {
    const fault = findFault(active, 'wrong_certificate');
    return fault === undefined ? https : wrong[fault.certificate];
  }

  return function onConnection(socket: Socket, pop, scheme) {
    const active = faults.forConnection(pop.id);
    socket.on('error', () => {
      // A viewer that resets its connection is its right; the log has the request as aborted.
      socket.destroy();
    });
    if (findFault(active, 'refuse') !== undefined) {
      socket.resetAndDestroy();
      return;
    }
    connections.open(socket, pop, scheme);
    const server = scheme === 'http' ? http : tlsServerFor(active);
    server.emit('connection', socket);
  };
}
