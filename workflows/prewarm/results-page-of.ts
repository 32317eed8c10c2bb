import { hostOfUrl } from '../../domain/host-of-url.ts';
import type { ResultsPage, ResultsPageRequest } from '../../domain/prewarm.ts';
import type { PrewarmRun } from './prewarm-run.ts';
import { sampleOf } from './sample-of.ts';

/** Letters and URLs of a page together stay below the 1.8 MiB of a query's answer. */
const MAXIMUM_PAGE_CELLS = 250_000;
const MAXIMUM_PAGE_URL_CHARACTERS = 700_000;
const MAXIMUM_PAGE_ROWS = 10_000;

/**
 * A page of the task grid, cut to what one answer may hold: at least one row, and the reader asks
 * on from `fromRow + rows.length`. Before the targets are resolved there are no columns.
 */
export function resultsPageOf(run: PrewarmRun, { fromRow, rows }: ResultsPageRequest): ResultsPage {
  const { fill, input } = run;
  const { urls } = input;
  const start = clamp(fromRow, 0, urls.length);
  const columns = fill?.grid.columns ?? 0;
  const mostRows = Math.max(1, Math.floor(MAXIMUM_PAGE_CELLS / Math.max(1, columns)));
  const asked = clamp(rows, 1, Math.min(mostRows, MAXIMUM_PAGE_ROWS));

  const page: { url: string; bodyBytes?: number }[] = [];
  let characters = 0;
  for (let row = start; row < Math.min(urls.length, start + asked); row += 1) {
    const url = urls[row] ?? '';
    characters += url.length;
    if (page.length > 0 && characters > MAXIMUM_PAGE_URL_CHARACTERS) break;
    const bodyBytes = fill?.sizes.bytesOf(row);
    page.push(bodyBytes === undefined ? { url } : { url, bodyBytes });
  }

  const end = start + page.length;
  const samples = fill?.samples.all().filter(({ url }) => url >= start && url < end) ?? [];
  return {
    fromRow: start,
    totalRows: urls.length,
    rows: page,
    pops: fill?.popIds ?? [],
    cells: fill?.grid.encode(start, page.length) ?? '',
    samples: samples.map((sample) => sampleOf(run, sample)),
    domainNames: domainNamesOf(run, page),
    headerNames: input.headers.map(({ name }) => name),
  };
}

function domainNamesOf(run: PrewarmRun, rows: ResultsPage['rows']): Record<string, string> {
  const domainNames: Record<string, string> = {};
  for (const host of new Set(rows.map(({ url }) => hostOfUrl(url)))) {
    const domainName = run.distributionOfHost(host)?.domainName;
    if (domainName !== undefined) domainNames[host] = domainName;
  }
  return domainNames;
}

function clamp(value: number, minimum: number, maximum: number): number {
  if (!Number.isInteger(value)) return minimum;
  return Math.min(maximum, Math.max(minimum, value));
}
