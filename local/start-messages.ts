import { sampleUrls } from './edge/sample-site.ts';
import type { ProductAddresses } from './product.ts';
import { SAMPLE_POPS, sampleRequest } from './sample.ts';

/** Where to look and what to try, once everything runs. */
export function readyMessage(addresses: ProductAddresses, isKeyAsked: boolean): string {
  const { apiUrl, awsUrl, temporalAddress, uiUrl } = addresses;
  const key = isKeyAsked ? " -H 'x-api-key: YOUR KEY'" : '';
  const request = JSON.stringify(sampleRequest(sampleUrls().slice(2, 4), SAMPLE_POPS.slice(0, 2)));
  return `
  API       ${apiUrl}
  API docs  ${apiUrl}/docs
  Temporal  ${uiUrl === undefined ? temporalAddress : `${uiUrl} (Web UI), ${temporalAddress}`}
  Fleet     ${awsUrl}/inspect/state (the local AWS)

Try it:
  curl -s ${apiUrl}/prewarm${key} -H 'content-type: application/json' -d '${request}'
  curl -s '${apiUrl}/prewarm?req_id=REQUEST_ID'${key}
  curl -s ${apiUrl}/instances${key}

Ctrl-C stops everything.`;
}
