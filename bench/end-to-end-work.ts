import { CATALOGUE_POPS } from '../local/edge/catalogue-pops.ts';
import { SAMPLE_DISTRIBUTIONS } from '../local/edge/sample-distributions.ts';
import { SAMPLE_INSTANCES } from '../local/sample.ts';

/** What every client of the benchmark fetches. */
export type EndToEndWork = {
  readonly host: string;
  /** Each URL is `/sizes/<bytes>`: one for every size from the least to the largest. */
  readonly leastBytes: number;
  readonly largestBytes: number;
  readonly pops: readonly string[];
  readonly areas: number;
  readonly tasks: number;
};

const MEAN_BYTES = 1_024;
const POPS_AN_AREA = 4;

/** URLs of 1 KB on average, and POPs of as few regional areas as four of each take. */
export function endToEndWork(urls: number, pops: number): EndToEndWork {
  const leastBytes = MEAN_BYTES - Math.floor(urls / 2);
  if (urls < 1 || leastBytes < 1) throw new Error(`--urls: 1..${2 * MEAN_BYTES - 1}, not ${urls}`);
  const chosen = choosePops(pops);
  return {
    host: SAMPLE_DISTRIBUTIONS[0]?.aliases[0] ?? '',
    leastBytes,
    largestBytes: leastBytes + urls - 1,
    pops: chosen.map(({ id }) => id),
    areas: new Set(chosen.map(({ regionalEdgeCache }) => regionalEdgeCache)).size,
    tasks: urls * pops,
  };
}

function choosePops(pops: number) {
  const areas = new Map<string, number>();
  const chosen = CATALOGUE_POPS.filter(({ regionalEdgeCache }) => {
    const taken = areas.get(regionalEdgeCache) ?? 0;
    areas.set(regionalEdgeCache, taken + 1);
    return taken < POPS_AN_AREA;
  });
  // By area, so that a part of the list has whole areas.
  const byArea = chosen
    .toSorted((a, b) => a.regionalEdgeCache.localeCompare(b.regionalEdgeCache))
    .slice(0, pops);
  if (pops < 1 || byArea.length < pops) {
    throw new Error(`--pops: 1..${chosen.length}, not ${pops}`);
  }
  return byArea;
}

/** Number of URLs. */
export function urlsOf({ leastBytes, largestBytes }: EndToEndWork): number {
  return largestBytes - leastBytes + 1;
}

/** Body of `POST /prewarm`. */
export function requestOf(
  work: EndToEndWork,
  depth: 'edge' | 'regional',
): Readonly<Record<string, unknown>> {
  const urls = Array.from(
    { length: urlsOf(work) },
    (_, index) => `https://${work.host}/sizes/${work.leastBytes + index}`,
  );
  return {
    url_list: urls,
    cf_domain: SAMPLE_DISTRIBUTIONS[0]?.domainName,
    target_type: 'pop',
    pops: work.pops,
    timeout: 10,
    instance_count: SAMPLE_INSTANCES,
    depth,
  };
}
