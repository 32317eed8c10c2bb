import type { LoggedRequest, RequestLog } from './request-log.ts';

/** What the origin's site has at a path. */
export type OriginResource = {
  status: number;
  contentType: string;
  /** Length of the body; the bytes follow from it and the version. */
  bodyBytes: number;
  /** Cache-Control as sent; empty sends none. */
  cacheControl: string;
  /** Sent without Content-Length and without support for Range. @default false */
  isChunked?: boolean;
};

/** The site behind the simulated CloudFront: a function of the path, without the query string. */
export type OriginSite = (path: string) => OriginResource;

/** One request of CloudFront to the origin. */
export type OriginRequest = {
  method: string;
  distributionId: string;
  host: string;
  path: string;
  /** With the query string where CloudFront forwards it. */
  target: string;
  range: string;
  /** Version held by a cache (If-None-Match). */
  ifVersion: number | undefined;
  /** Status that a fault makes the origin answer with. */
  faultStatus: number | undefined;
};

/** What the origin says. The body is not moved: it follows from size and version. */
export type OriginAnswer = {
  resource: OriginResource;
  version: number;
  isNotModified: boolean;
  logged: LoggedRequest;
};

/** How often the origin was asked for one path. */
export type OriginCount = {
  path: string;
  /** Whole GETs, conditional ones left out. */
  gets: number;
  heads: number;
  ranges: number;
  /** GETs that only asked whether the copy is still right. */
  revalidations: number;
};

/** The origin of every distribution. */
export interface Origin {
  ask: (request: OriginRequest) => OriginAnswer;
  /** Puts new content at a path: caches that hold the old one are stale. */
  change: (path: string) => void;
  counts: () => IterableIterator<OriginCount>;
  clearCounts: () => void;
}

const MAX_COUNTED_PATHS = 1_000_000;

/** Creates the origin; counts are kept for the first {@link MAX_COUNTED_PATHS} paths. */
export function createOrigin({ site, log }: { site: OriginSite; log: RequestLog }): Origin {
  const versions = new Map<string, number>();
  const counts = new Map<string, OriginCount>();

  function count(request: OriginRequest): void {
    let counted = counts.get(request.target);
    if (counted === undefined) {
      if (counts.size >= MAX_COUNTED_PATHS) return;
      counted = { path: request.target, gets: 0, heads: 0, ranges: 0, revalidations: 0 };
      counts.set(request.target, counted);
    }
    if (request.method === 'HEAD') counted.heads += 1;
    else if (request.ifVersion !== undefined) counted.revalidations += 1;
    else if (request.range !== '') counted.ranges += 1;
    else counted.gets += 1;
  }

  return {
    ask: function ask(request) {
      count(request);
      const logged = log.add({ ...request, location: 'origin', path: request.target });
      const version = versions.get(request.path) ?? 1;
      const found = site(request.path);
      const resource =
        request.faultStatus === undefined ? found : { ...found, status: request.faultStatus };
      const isNotModified = resource.status === 200 && request.ifVersion === version;
      const isPartial = request.range !== '' && !resource.isChunked && resource.status === 200;
      const status = isPartial ? 206 : resource.status;
      logged.status = isNotModified ? 304 : status;
      return { resource, version, isNotModified, logged };
    },
    change: (path) => versions.set(path, (versions.get(path) ?? 1) + 1),
    counts: () => counts.values(),
    clearCounts: () => counts.clear(),
  };
}
