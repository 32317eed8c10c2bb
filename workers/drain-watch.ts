import { setTimeout as sleep } from 'node:timers/promises';
import { AutoScalingClient, CompleteLifecycleActionCommand } from '@aws-sdk/client-auto-scaling';
import type { Logger } from 'pino';
import type { FetchConfig } from '../config.ts';
import { drainHookName } from '../domain/ids.ts';
import { createInstanceMetadataClient, type InstanceMetadataClient } from './instance-metadata.ts';

/** What a drain watch needs to know. */
export type DrainWatchOptions = {
  readonly groupName: string;
  /** `AWS_EC2_METADATA_SERVICE_ENDPOINT`. @default http://169.254.169.254 */
  readonly metadataEndpoint?: string | undefined;
  /** Fetch workers on this instance: the action is completed only when all had time to drain. */
  readonly workersPerInstance: number;
  readonly logger: Logger;
  /** @default 5000 */
  readonly intervalMs?: number;
  /** How long a worker may take to drain. @default 30000 */
  readonly drainLimitMs?: number;
};

/** Watches whether this worker's instance is going away. */
export interface DrainWatch {
  /** Fires when Auto Scaling or Spot takes the instance: stop taking batches, hand back, exit 0. */
  readonly signal: AbortSignal;
  /** Ends the watch; completes the lifecycle action that holds the instance. Never throws. */
  finish(): Promise<void>;
}

const METADATA_ENDPOINT = 'http://169.254.169.254';
/** A watch for a worker that runs on no instance: it never fires. */
const NO_WATCH: DrainWatch = {
  signal: new AbortController().signal,
  finish: async () => undefined,
};

/** The watch that a fetch worker's settings ask for: none where there is no Auto Scaling group. */
export function watchInstance(config: FetchConfig, logger: Logger): DrainWatch {
  const { autoScalingGroupName } = config;
  if (autoScalingGroupName === undefined) return NO_WATCH;
  return startDrainWatch({
    groupName: autoScalingGroupName,
    metadataEndpoint: config.awsEc2MetadataServiceEndpoint,
    workersPerInstance: config.fetchWorkersPerInstance,
    logger,
  });
}

/** AWS asks to look every 5 s (EC2 User Guide, "Spot Instance interruption notices"). */
const INTERVAL_MS = 5_000;
const DRAIN_LIMIT_MS = 30_000;
const COMPLETE_LIMIT_MS = 5_000;

/**
 * Starts a watch over the instance metadata.
 *
 * Auto Scaling shows `Terminated` as the target lifecycle state while the hook holds the instance;
 * Spot shows an instance action two minutes ahead, which no hook holds.
 */
export function startDrainWatch(options: DrainWatchOptions): DrainWatch {
  const { logger, intervalMs = INTERVAL_MS } = options;
  const metadata = createInstanceMetadataClient(options.metadataEndpoint ?? METADATA_ENDPOINT);
  const drain = new AbortController();
  const end = new AbortController();
  let isHeld = false;
  let noticedAtMs = 0;

  async function watch(): Promise<void> {
    let isAway = false;
    while (!end.signal.aborted) {
      try {
        const notice = await readNotice(metadata);
        isAway = false;
        if (notice !== undefined) {
          noticedAtMs = Date.now();
          isHeld = notice === 'lifecycle';
          logger.info({ notice }, 'draining: the instance is going away');
          drain.abort();
          return;
        }
      } catch (error) {
        if (!isAway) logger.warn({ error }, 'the instance metadata can not be read; trying again');
        isAway = true;
      }
      await sleep(intervalMs, undefined, { signal: end.signal }).catch(() => undefined);
    }
  }

  const watching = watch();
  return {
    signal: drain.signal,
    finish: async () => {
      end.abort();
      await watching;
      if (!isHeld) return;
      if (options.workersPerInstance > 1) {
        // The others see the same state within an interval; none tells when it is done.
        const allDrainedAtMs = noticedAtMs + intervalMs + (options.drainLimitMs ?? DRAIN_LIMIT_MS);
        await sleep(Math.max(0, allDrainedAtMs - Date.now()));
      }
      await completeAction(options, metadata);
    },
  };
}

async function readNotice(
  metadata: InstanceMetadataClient,
): Promise<'lifecycle' | 'spot' | undefined> {
  const target = await metadata.read('autoscaling/target-lifecycle-state');
  if (target === 'Terminated') return 'lifecycle';
  const action = await metadata.read('spot/instance-action');
  return action === undefined ? undefined : 'spot';
}

async function completeAction(
  { groupName, logger }: DrainWatchOptions,
  metadata: InstanceMetadataClient,
): Promise<void> {
  try {
    const [instanceId, region] = await Promise.all([
      metadata.read('instance-id'),
      metadata.read('placement/region'),
    ]);
    const autoScaling = new AutoScalingClient(region === undefined ? {} : { region });
    const command = new CompleteLifecycleActionCommand({
      AutoScalingGroupName: groupName,
      LifecycleHookName: drainHookName(groupName),
      InstanceId: instanceId,
      LifecycleActionResult: 'CONTINUE',
    });
    await autoScaling.send(command, { abortSignal: AbortSignal.timeout(COMPLETE_LIMIT_MS) });
    autoScaling.destroy();
    logger.info({ instanceId }, 'lifecycle action completed');
  } catch (error) {
    // The hook's own timeout ends the instance then; a worker of this instance may have been first.
    logger.warn({ error, groupName }, 'the lifecycle action could not be completed');
  }
}
