import { startGuarded } from '../supervisor/guarded-process.ts';
import type { InstanceProcess } from './instance.ts';
import type { LaunchedInstance } from './local-aws.ts';

/** What every instance runs. */
export type WorkerCommand = {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly logFolder: string;
};

/**
 * Creates what the group launches: a real fetch worker, told that it runs on an instance.
 *
 * Its log is `fetch-worker-<n>.log`, with the lowest number that is free. It ends with this process.
 */
export function createWorkerLaunch(
  command: WorkerCommand,
): (instance: LaunchedInstance) => InstanceProcess {
  const taken = new Set<number>();
  return ({ metadataUrl, awsUrl }) => {
    let number = 1;
    while (taken.has(number)) number += 1;
    taken.add(number);
    const child = startGuarded({
      ...command,
      name: `fetch-worker-${number}`,
      environment: {
        ...command.environment,
        AWS_EC2_METADATA_SERVICE_ENDPOINT: metadataUrl,
        AWS_ENDPOINT_URL_AUTO_SCALING: awsUrl,
      },
    });
    const release = (): boolean => taken.delete(number);
    child.ended.then(release, release);
    return child;
  };
}
