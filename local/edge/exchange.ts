import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Connection } from './connections.ts';
import type { ActiveFaults, Faults } from './faults.ts';
import { findFault } from './faults.ts';
import type { Network, Pop } from './network.ts';
import type { LoggedRequest, RequestLog } from './request-log.ts';

/** One request of a viewer, and everything known before a cache is asked. */
export type Exchange = {
  request: IncomingMessage;
  response: ServerResponse;
  connection: Connection;
  /** The POP that answers: the one that was asked, unless a fault says otherwise. */
  pop: Pop;
  method: string;
  scheme: 'http' | 'https';
  /** Host header without port, in lower case. */
  host: string;
  path: string;
  query: string;
  faults: ActiveFaults;
  receivedAtMs: number;
  logged: LoggedRequest;
};

/** What is needed to open an exchange. */
export interface ExchangeDeps {
  network: Network;
  faults: Faults;
  log: RequestLog;
  now: () => number;
}

function servingPop(pop: Pop, faults: ActiveFaults, network: Network): Pop {
  if (findFault(faults, 'wrong_pop') !== undefined) return network.strangerTo(pop);
  if (findFault(faults, 'sibling_pop') !== undefined) return network.siblingOf(pop);
  return pop;
}

/** Reads a request, logs it, and picks the faults that strike it. */
export function openExchange(
  { network, faults, log, now }: ExchangeDeps,
  { request, response }: Pick<Exchange, 'request' | 'response'>,
  connection: Connection,
): Exchange {
  const target = request.url ?? '/';
  const queryAt = target.indexOf('?');
  const host = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  const { scheme } = connection;
  const active = faults.forRequest(connection.pop.id, `${scheme}://${host}${target}`);
  const pop = servingPop(connection.pop, active, network);
  const method = request.method ?? 'GET';
  return {
    request,
    response,
    connection,
    pop,
    method,
    scheme,
    host,
    path: queryAt === -1 ? target : target.slice(0, queryAt),
    query: queryAt === -1 ? '' : target.slice(queryAt + 1),
    faults: active,
    receivedAtMs: now(),
    logged: log.add({
      location: pop.id,
      distributionId: '',
      method,
      host,
      path: target,
      range: request.headers.range ?? '',
    }),
  };
}
