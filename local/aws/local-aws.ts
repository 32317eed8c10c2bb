import { createEventLog, type EventLog, type LoggedEvent } from './event-log.ts';
import { createFaults, type Faults } from './faults.ts';
import { createGroup, type GroupSettings, type LocalGroup } from './group.ts';
import type { InstanceProcess } from './instance.ts';
import { METADATA_PREFIX, createInstanceMetadata } from './instance-metadata.ts';
import { createInvalidations, type Invalidations } from './invalidations.ts';
import type { LocalDistribution } from './local-distribution.ts';
import { startServer } from './server.ts';

/** Settings of a local AWS. */
export type LocalAwsSettings = {
  /** 0 takes a free one. */
  readonly port: number;
  readonly distributions: readonly LocalDistribution[];
  /** Distributions on a page of ListDistributions. @default 100 */
  readonly pageSize?: number;
  readonly invalidationDelayMs: number;
  readonly clearCaches: (distributionId: string, paths: readonly string[]) => Promise<void>;
  readonly group: GroupSettings;
  readonly launch: (instance: LaunchedInstance) => InstanceProcess;
  readonly onEvent?: (event: LoggedEvent) => void;
};

/** What a process on a new instance has to be told. */
export type LaunchedInstance = {
  readonly id: string;
  /** For `AWS_EC2_METADATA_SERVICE_ENDPOINT`. */
  readonly metadataUrl: string;
  /** For `AWS_ENDPOINT_URL_*`. */
  readonly awsUrl: string;
};

/** A running local AWS: CloudFront's and Auto Scaling's APIs on one loopback server. */
export type LocalAws = {
  readonly url: string;
  readonly group: LocalGroup;
  readonly invalidations: Invalidations;
  readonly faults: Faults;
  readonly log: EventLog;
  /** Ends every instance, then the server. */
  readonly close: () => Promise<void>;
};

/**
 * Starts a local AWS.
 *
 * @throws Error when the port is taken.
 */
export async function startLocalAws(settings: LocalAwsSettings): Promise<LocalAws> {
  const closing = new AbortController();
  const log = createEventLog(settings.onEvent);
  const faults = createFaults();
  const invalidations = createInvalidations({
    delayMs: settings.invalidationDelayMs,
    clearCaches: settings.clearCaches,
    signal: closing.signal,
    onError: (error) => log.add({ event: 'clear-caches-failed', detail: { error: String(error) } }),
  });
  const parts = { faults, log, invalidations };
  let group: LocalGroup | undefined;
  const server = await startServer(settings.port, (url) => {
    group = createGroup({
      ...parts,
      settings: settings.group,
      launch: (id) =>
        settings.launch({ id, metadataUrl: `${url}${METADATA_PREFIX}${id}`, awsUrl: url }),
    });
    const { distributions, pageSize } = settings;
    const metadata = createInstanceMetadata(group);
    return {
      ...parts,
      distributions,
      group,
      metadata,
      ...(pageSize === undefined ? {} : { pageSize }),
    };
  });
  const startedGroup = group;
  if (startedGroup === undefined) throw new Error('The local AWS has no group');
  return {
    ...parts,
    url: server.url,
    group: startedGroup,
    close: async () => {
      closing.abort();
      await startedGroup.close();
      await server.close();
    },
  };
}
