/** Which of CloudFront's cache layers answered, as Server-Timing tells it. */

/** CloudFront's cache layers: the POP, the regional edge cache, Origin Shield. */
export type CacheLayer = 'EDGE' | 'REC' | 'Origin Shield';

/** What one CloudFront said of one answer. An answer that passed two CloudFronts has two. */
type EdgeReport = { readonly pop?: string; readonly layer?: CacheLayer };

/** What Server-Timing says of the POP that was asked. */
export type LayerReport = {
  /** CloudFront's own metrics came, and none of them names another POP only. */
  readonly hasServerTiming: boolean;
  readonly layer: CacheLayer | undefined;
};

const NOTHING: LayerReport = { hasServerTiming: false, layer: undefined };

/** Deepest last: where two reports differ, the one farther from the viewer is believed. */
const LAYERS: readonly CacheLayer[] = ['EDGE', 'REC', 'Origin Shield'];

/**
 * Reads `cdn-hit-layer` for one POP out of Server-Timing lines.
 *
 * Reports of other POPs are left out: behind a nested CloudFront the inner one's line, cached with
 * the object, would otherwise vouch for the outer one. (AWS: "Understanding response headers
 * policies"; syntax: W3C Server Timing §3.1.1.)
 *
 * @param lines values of the Server-Timing header, undefined when it did not come.
 * @param pop POP that was asked, in upper case.
 */
export function layerOf(lines: readonly string[] | undefined, pop: string): LayerReport {
  if (lines === undefined) return NOTHING;
  return reportOfUsualLine(lines, pop) ?? reportOfAnyLines(lines, pop);
}

/**
 * The one line of one CloudFront as it is nearly always written, told by one expression: each
 * answer has it, and reading it part by part costs twenty times as much. No value in it may hold a
 * separator, a quote or an escape.
 */
const USUAL_LINE = new RegExp(
  [
    /^(?:cdn-upstream-[a-z]+;(?:dur=\d+|desc="[\w ]+"),)*/,
    /cdn-cache-[a-z]+,cdn-pop;desc="([A-Z\d-]+)"/,
    /(?:,cdn-rid;desc="[\w=-]*")?/,
    /(?:,cdn-hit-layer;desc="(EDGE|REC|Origin Shield)")?/,
    /(?:,cdn-downstream-fbl;dur=\d+)?$/,
  ]
    .map(({ source }) => source)
    .join(''),
);

const REPORTS = new Map<string | undefined, LayerReport>(
  [undefined, ...LAYERS].map((layer) => [layer, { hasServerTiming: true, layer }]),
);

function reportOfUsualLine(lines: readonly string[], pop: string): LayerReport | undefined {
  const [line = ''] = lines;
  const match = lines.length === 1 ? USUAL_LINE.exec(line) : null;
  if (match === null) return undefined;
  return match[1] === pop ? REPORTS.get(match[2]) : NOTHING;
}

function reportOfAnyLines(lines: readonly string[], pop: string): LayerReport {
  const reports = lines.flatMap(reportsOf);
  const named = reports.filter((report) => report.pop !== undefined);
  const relevant =
    named.length === 0 ? reports : named.filter((report) => report.pop?.toUpperCase() === pop);
  if (relevant.length === 0) return NOTHING;
  const layers = relevant.map((report) => report.layer).filter((layer) => layer !== undefined);
  return { hasServerTiming: true, layer: LAYERS.findLast((layer) => layers.includes(layer)) };
}

function reportsOf(line: string): readonly EdgeReport[] {
  const reports: { pop?: string; layer?: CacheLayer }[] = [];
  for (const metric of splitOutsideQuotes(line, ',')) {
    const [name = '', ...parameters] = splitOutsideQuotes(metric, ';').map((part) => part.trim());
    const metricName = name.toLowerCase();
    if (!metricName.startsWith('cdn-')) continue;
    // Each CloudFront begins its own list with cdn-cache-hit, -miss or -refresh.
    if (metricName.startsWith('cdn-cache-') || reports.length === 0) reports.push({});
    const report = reports.at(-1);
    const description = descriptionOf(parameters);
    if (report === undefined || description === undefined) continue;
    if (metricName === 'cdn-pop') report.pop = description;
    if (metricName === 'cdn-hit-layer') addLayer(report, description);
  }
  return reports;
}

function addLayer(report: { layer?: CacheLayer }, description: string): void {
  const layer = LAYERS.find((each) => each.toLowerCase() === description.toLowerCase());
  if (layer !== undefined) report.layer = layer;
}

function descriptionOf(parameters: readonly string[]): string | undefined {
  for (const parameter of parameters) {
    const at = parameter.indexOf('=');
    if (at < 0 || parameter.slice(0, at).trim().toLowerCase() !== 'desc') continue;
    const value = parameter.slice(at + 1).trim();
    return value.startsWith('"') ? value.slice(1).replace(/"$/, '').replace(/\\(.)/g, '$1') : value;
  }
  return undefined;
}

/** Splits a header value at a separator that stands outside quoted strings (RFC 9110 §5.6.4). */
function splitOutsideQuotes(text: string, separator: string): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (isQuoted && character === '\\') at += 1;
    else if (character === '"') isQuoted = !isQuoted;
    else if (character === separator && !isQuoted) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}
