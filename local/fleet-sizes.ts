import { setTimeout as delay } from 'node:timers/promises';
import type { AwsEvent, AwsInspector } from './aws-inspector.ts';

/** Instances in service around one request. */
export type FleetSizes = {
  /** When the request was sent. */
  readonly before: number;
  /** The most at once since then. */
  readonly during: number;
  /** At the end of the log. */
  readonly after: number;
};

const POLL_MS = 250;

/**
 * Reads from the log of the local AWS how large its group was before, during and after a request.
 *
 * @param sentAtMs when the request was sent.
 */
export function fleetSizes(log: readonly AwsEvent[], sentAtMs: number): FleetSizes {
  const inService = new Set<string | number | undefined>();
  let before = 0;
  let during = 0;
  for (const { atMs, event, detail } of log) {
    if (event === 'in-service') inService.add(detail['id']);
    if (event === 'terminated' || event === 'unhealthy') inService.delete(detail['id']);
    if (atMs < sentAtMs) before = inService.size;
    else during = Math.max(during, inService.size);
  }
  // Those that were there are there still until the log says otherwise.
  return { before, during: Math.max(before, during), after: inService.size };
}

/** Waits until the group is empty. @returns whether it is, after at most `limitMs`. */
export async function waitUntilEmpty(aws: AwsInspector, limitMs: number): Promise<boolean> {
  const giveUpAtMs = Date.now() + limitMs;
  while (!(await aws.isGroupEmpty())) {
    if (Date.now() >= giveUpAtMs) return false;
    await delay(POLL_MS);
  }
  return true;
}

/** The line of a summary that shows the sizes. */
export function fleetLine({ before, during, after }: FleetSizes): string {
  return `  fleet          ${before} instances before, ${during} during, ${after} after`;
}
