import { shellWord } from '../domain/curl-command.ts';
import { sampleUrls } from './edge/sample-site.ts';
import type { ProductAddresses } from './product.ts';
import { SAMPLE_POPS, sampleRequest } from './sample.ts';

/** What the ready message tells. */
export type ReadyFacts = {
  readonly addresses: ProductAddresses;
  /** Whether the api wants a key. */
  readonly isKeyAsked: boolean;
  /** A request that the api knows: the sample. */
  readonly requestId?: string;
  /** Certificate authority of the simulated CloudFront. */
  readonly caFile: string;
};

/** Where to look and what to try, once everything runs: lines to paste into a shell. */
export function readyMessage(facts: ReadyFacts): string {
  const { isKeyAsked, requestId = 'REQUEST_ID' } = facts;
  const { apiUrl, awsUrl, temporalAddress, uiUrl } = facts.addresses;
  const key = isKeyAsked ? " -H 'x-api-key: YOUR KEY'" : '';
  const request = JSON.stringify(sampleRequest(sampleUrls().slice(2, 4), SAMPLE_POPS.slice(0, 2)));
  return `
  API       ${apiUrl}
  API docs  ${apiUrl}/docs
  Temporal  ${uiUrl === undefined ? temporalAddress : `${uiUrl} (Web UI), ${temporalAddress}`}
  Fleet     ${awsUrl}/inspect/state (the local AWS)

Try it:
  curl -s ${apiUrl}/prewarm${key} -H 'content-type: application/json' -d '${request}'
  curl -s '${apiUrl}/prewarm?req_id=${requestId}'${key}
  curl -s ${apiUrl}/instances${key}

For the curl commands of a report, and your own through a POP, trust the simulated CloudFront:
  export CURL_CA_BUNDLE=${shellWord(facts.caFile)}

Ctrl-C stops everything.`;
}
