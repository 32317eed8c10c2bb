import type { IncomingMessage, ServerResponse } from 'node:http';

import { createCacheKeys } from './cache-key.ts';
import { createConnections, type Connection, type Connections } from './connections.ts';
import { deliver } from './deliver.ts';
import { createDistributions } from './distribution.ts';
import { openExchange } from './exchange.ts';
import { createFaults, type Faults } from './faults.ts';
import { createInspect, type Inspect } from './inspect.ts';
import { createInvalidations, type Invalidations } from './invalidations.ts';
import type { AdmissionRule } from './lookup.ts';
import { createNetwork, type Network } from './network.ts';
import { createOrigin, type Origin } from './origin.ts';
import { createRateLimits } from './rate-limit.ts';
import { createRequestLog, type RequestLog } from './request-log.ts';
import { SAMPLE_DISTRIBUTIONS } from './sample-distributions.ts';
import { sampleSite } from './sample-site.ts';
import type { SimulatedCloudFrontOptions } from './simulated-cloudfront.ts';
import { answerViewer } from './viewer-request.ts';

/** Reads and sets the rule by which POPs keep objects. */
export interface Admission {
  rule: () => AdmissionRule;
  setRule: (rule: AdmissionRule) => void;
}

/** CloudFront without its sockets. */
export interface Core {
  /** Names that the certificate needs beside `*.cloudfront.net`. */
  aliases: readonly string[];
  network: Network;
  connections: Connections;
  faults: Faults;
  origin: Origin;
  inspect: Inspect;
  invalidations: Invalidations;
  admission: Admission;
  onRequest: (request: IncomingMessage, response: ServerResponse) => void;
  reset: () => void;
}

function createAdmission(initial: AdmissionRule): Admission {
  let current = initial;
  return {
    rule: () => current,
    setRule: function setRule(rule) {
      current = rule;
    },
  };
}

/** Keeps count of what a connection does, and closes it when a fault waits for that. */
function trackRequest(connection: Connection, response: ServerResponse): void {
  connection.requestsInFlight += 1;
  response.once('close', () => {
    connection.requestsInFlight -= 1;
    if (connection.isClosing && connection.requestsInFlight === 0) connection.socket.destroySoon();
  });
}

function createRequestListener(
  deps: Parameters<typeof answerViewer>[0] & Parameters<typeof openExchange>[0],
  connections: Connections,
): Core['onRequest'] {
  return function onRequest(request, response) {
    const connection = connections.find(request.socket);
    if (connection === undefined) {
      request.socket.destroy();
      return;
    }
    trackRequest(connection, response);
    const exchange = openExchange(deps, { request, response }, connection);
    deliver(exchange, answerViewer(deps, exchange), deps.now);
  };
}

function createState(options: SimulatedCloudFrontOptions, now: () => number) {
  const log: RequestLog = createRequestLog(options.loggedRequests ?? 100_000, now);
  return {
    log,
    network: createNetwork(options.pops),
    distributions: createDistributions(options.distributions ?? SAMPLE_DISTRIBUTIONS),
    origin: createOrigin({ site: options.site ?? sampleSite, log }),
    keys: createCacheKeys(),
    rateLimits: createRateLimits(),
  };
}

/** Creates the caches, the origin, and the function that answers viewers. */
export function createCore(options: SimulatedCloudFrontOptions): Core {
  const now = options.now ?? Date.now;
  const state = createState(options, now);
  const { network, origin, log, distributions } = state;
  const connections = createConnections();
  const faults = createFaults(connections.closeIdle);
  const admission = createAdmission(options.admissionRule ?? 'A');
  const deps = {
    ...state,
    faults,
    now,
    admissionRule: admission.rule,
    originLatencyMs: options.originLatencyMs ?? 0,
  };
  return {
    aliases: distributions.all.flatMap(({ settings }) => settings.aliases),
    network,
    connections,
    faults,
    origin,
    inspect: createInspect({ network, log, origin, now }),
    invalidations: createInvalidations(
      { network, distributions, now },
      options.invalidationDelayMs ?? 0,
    ),
    admission,
    onRequest: createRequestListener(deps, connections),
    reset: function reset() {
      network.clear(() => true);
      faults.clear();
      origin.clearCounts();
      log.clear();
    },
  };
}
