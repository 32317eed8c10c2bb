/** The POPs of the concurrency benchmark: a process of its own, so that they take no time from the client. */

import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { createCertificates } from '../local/edge/certificates.ts';
import { type Cell, CELLS, HOST, POP } from './concurrency-cells.ts';
import { startDelayProxy } from './delay-proxy.ts';

const BODY = Buffer.alloc(4_096, 'x');

/** Works on so many requests at once; more of them wait their turn. */
class Counter {
  readonly #bound: NonNullable<Cell['bound']>;
  readonly #waiting: (() => void)[] = [];
  #busy = 0;

  constructor(bound: NonNullable<Cell['bound']>) {
    this.#bound = bound;
  }

  serve(done: () => void): void {
    if (this.#busy >= this.#bound.places) {
      this.#waiting.push(done);
      return;
    }
    this.#busy += 1;
    setTimeout(() => {
      this.#busy -= 1;
      done();
      const next = this.#waiting.shift();
      if (next !== undefined) this.serve(next);
    }, this.#bound.serviceMs);
  }
}

function answer(response: ServerResponse): void {
  response.writeHead(200, {
    'content-length': BODY.length,
    'x-cache': 'Hit from cloudfront',
    'x-amz-cf-pop': POP,
    via: '1.1 3f5c0ac0b2a14e6f.cloudfront.net (CloudFront)',
    'server-timing': `cdn-cache-hit,cdn-pop;desc="${POP}",cdn-hit-layer;desc="EDGE"`,
  });
  response.end(BODY);
}

async function startPop(cell: Cell, tls: { key: string; cert: string }): Promise<number> {
  const counter = cell.bound === undefined ? undefined : new Counter(cell.bound);
  const server = createServer({ ...tls, keepAliveTimeout: 60_000 }, (_request, response) => {
    if (counter === undefined) answer(response);
    else counter.serve(() => answer(response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  const proxy = await startDelayProxy({ host: '127.0.0.1', port: address.port }, cell.rttMs / 2);
  return proxy.port;
}

const { caPem, leaf } = await createCertificates([HOST]);
const tls = { key: leaf.privateKeyPem, cert: leaf.certificatePem };
const ports = await Promise.all(CELLS.map((cell) => startPop(cell, tls)));
process.on('disconnect', () => process.exit());
process.send?.({ caPem, ports });
