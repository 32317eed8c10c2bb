import { createApiClient } from './api-client.ts';
import { createAwsInspector } from './aws-inspector.ts';
import { sampleUrls } from './edge/sample-site.ts';
import { fleetLine, fleetSizes, waitUntilEmpty } from './fleet-sizes.ts';
import type { ProductAddresses } from './product.ts';
import { createProgressBar } from './progress-bar.ts';
import {
  SAMPLE_INSTANCES,
  SAMPLE_POPS,
  followRequest,
  isAllWarm,
  sampleRequest,
} from './sample.ts';
import { summaryTable } from './summary-table.ts';

/** Beyond the idle grace: draining takes seconds, and a busy machine takes longer. */
const SHRINK_LIMIT_MS = 60_000;

/** A running product, and how to talk to it. */
export type SampleOptions = {
  readonly addresses: ProductAddresses;
  readonly apiKey: string | undefined;
  /** Whether to wait until the fleet has given its instances back, and show its sizes. */
  readonly waitsForFleet: boolean;
  /** How long the fleet keeps its instances after the request. */
  readonly fleetIdleSeconds: number;
};

/** How the sample went. */
export type SampleEnd = {
  readonly requestId: string;
  /** Everything was warm, and the fleet back at no instance where that was waited for. */
  readonly isGood: boolean;
};

/** Sends the sample request and draws its progress and summary. */
export async function warmSample(options: SampleOptions): Promise<SampleEnd> {
  const { addresses, apiKey } = options;
  const urls = sampleUrls();
  const tasks = urls.length * SAMPLE_POPS.length;
  console.log(
    `Sample: ${urls.length} URLs through ${SAMPLE_POPS.length} POPs, ${tasks} fetch tasks, on ${SAMPLE_INSTANCES} instances`,
  );
  const sentAtMs = Date.now();
  const bar = createProgressBar(process.stdout);
  const api = createApiClient(addresses.apiUrl, apiKey);
  const end = await followRequest(api, sampleRequest(), (progress) => bar.show(progress));
  bar.end();
  console.log(`\n${summaryTable(end).join('\n')}`);
  const isWarm = isAllWarm(end.progress);
  const isShrunk = !options.waitsForFleet || (await showFleet(options, sentAtMs));
  return { requestId: end.requestId, isGood: isWarm && isShrunk };
}

async function showFleet(options: SampleOptions, sentAtMs: number): Promise<boolean> {
  const { addresses, fleetIdleSeconds } = options;
  console.log(
    `\nWaiting until the fleet has given its instances back (after ${fleetIdleSeconds} s without a request) …`,
  );
  const aws = createAwsInspector(addresses.awsUrl);
  const isEmpty = await waitUntilEmpty(aws, fleetIdleSeconds * 1_000 + SHRINK_LIMIT_MS);
  console.log(fleetLine(fleetSizes(await aws.log(), sentAtMs)));
  return isEmpty;
}
