import { loadCertificates } from './certificate-store.ts';
import { createCore, type Admission, type Core } from './core.ts';
import type { DistributionSettings } from './distribution.ts';
import type { Faults } from './faults.ts';
import type { Inspect } from './inspect.ts';
import { startInspectServer, type InspectServer } from './inspect-server.ts';
import type { Invalidations } from './invalidations.ts';
import { openListeners, type Listeners, type PopAddresses } from './listeners.ts';
import type { AdmissionRule } from './lookup.ts';
import type { PopSettings } from './network.ts';
import type { OriginSite } from './origin.ts';
import { createServers } from './servers.ts';

/** What the simulated CloudFront is made of. */
export type SimulatedCloudFrontOptions = {
  pops: readonly PopSettings[];
  /** @default the sample distributions */
  distributions?: readonly DistributionSettings[];
  /** @default the sample site */
  site?: OriginSite;
  /** @default 'A' */
  admissionRule?: AdmissionRule;
  /** Directory that keeps the certificates; without it new ones are made at each start. */
  dataDirectory?: string;
  /** First of two ports a POP; without it the system chooses free ones. */
  portBase?: number;
  /** Port of the inspection endpoint. @default 0, any free one */
  inspectPort?: number;
  /** How long the origin takes to its first byte. @default 0 */
  originLatencyMs?: number;
  /** How long an invalidation takes. @default 0 */
  invalidationDelayMs?: number;
  /** Requests kept in the log. @default 100000 */
  loggedRequests?: number;
  /** Milliseconds since the epoch: what Age and TTL go by. @default Date.now */
  now?: () => number;
};

/** CloudFront on loopback: an origin, regional edge caches, and POPs over HTTP and TLS. */
export interface SimulatedCloudFront {
  /** @throws Error when a port is taken, or when it was started before. */
  start: () => Promise<void>;
  /** Ends every connection and closes every port. */
  close: () => Promise<void>;
  /** POP id to addresses, in the form of an `EDGE_DIRECTORY` file; empty before the start. */
  directory: () => Record<string, PopAddresses>;
  /** The authority that issued the certificates, PEM. @throws Error before the start. */
  readonly caPem: string;
  /** `http://127.0.0.1:PORT`. @throws Error before the start. */
  readonly inspectUrl: string;
  inspect: Inspect;
  faults: Faults;
  admission: Admission;
  invalidations: Invalidations;
  /** Invalidates paths, `*` at the end allowed; resolves when every cache has dropped them. */
  invalidate: (distributionId: string, paths: readonly string[]) => Promise<void>;
  /** Puts new content at a path of the origin. */
  changeContent: (path: string) => void;
  /** Empties every cache, the log, the counts, and drops all faults. */
  reset: () => void;
}

type Running = {
  caPem: string;
  listeners: Listeners;
  inspectServer: InspectServer;
};

async function open(
  core: Core,
  options: SimulatedCloudFrontOptions,
  cloudFront: SimulatedCloudFront,
): Promise<Running> {
  const certificates = await loadCertificates(core.aliases, options.dataDirectory);
  const onConnection = createServers({
    certificates,
    connections: core.connections,
    faults: core.faults,
    onRequest: core.onRequest,
  });
  const inspectServer = await startInspectServer(cloudFront, options.inspectPort ?? 0);
  try {
    const { pops } = core.network;
    const listeners = await openListeners({ pops, portBase: options.portBase, onConnection });
    return { caPem: certificates.caPem, listeners, inspectServer };
  } catch (error) {
    await inspectServer.close();
    throw error;
  }
}

/** Creates a simulated CloudFront. Nothing listens before `start`. */
export function createSimulatedCloudFront(
  options: SimulatedCloudFrontOptions,
): SimulatedCloudFront {
  const core = createCore(options);
  const { connections, faults, inspect, invalidations, admission } = core;
  let running: Running | undefined;

  function requireRunning(): Running {
    if (running === undefined) throw new Error('The simulated CloudFront is not started');
    return running;
  }

  const cloudFront: SimulatedCloudFront = {
    start: async function start() {
      if (running !== undefined) throw new Error('The simulated CloudFront is started already');
      running = await open(core, options, cloudFront);
    },
    close: async function close() {
      const closing = running;
      running = undefined;
      invalidations.close();
      const closed = closing === undefined ? [] : [closing.listeners, closing.inspectServer];
      const closings = closed.map((one) => one.close());
      connections.destroyAll();
      await Promise.all(closings);
    },
    directory: () => running?.listeners.directory ?? {},
    get caPem() {
      return requireRunning().caPem;
    },
    get inspectUrl() {
      return requireRunning().inspectServer.url;
    },
    inspect,
    faults,
    admission,
    invalidations,
    invalidate: (distributionId, paths) =>
      invalidations.completed(invalidations.create(distributionId, paths).id),
    changeContent: core.origin.change,
    reset: core.reset,
  };
  return cloudFront;
}
