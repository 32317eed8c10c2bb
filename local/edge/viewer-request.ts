import type { CacheKey, CacheKeys } from './cache-key.ts';
import type { CacheEntry } from './cache-location.ts';
import type { Distribution, Distributions, ResolvedBehaviour } from './distribution.ts';
import type { Exchange } from './exchange.ts';
import { findFault } from './faults.ts';
import { errorPage, redirectPage, type GeneratedPage } from './generated-page.ts';
import { isDynamic } from './freshness.ts';
import { lookUp, type AdmissionRule, type Found } from './lookup.ts';
import type { Network } from './network.ts';
import type { Origin } from './origin.ts';
import { parseRange } from './range.ts';
import type { RateLimits } from './rate-limit.ts';
import type { RequestLog } from './request-log.ts';
import { storeResponse } from './store-response.ts';

/** What the answers depend on. */
export interface ViewerRequestDeps {
  distributions: Distributions;
  network: Network;
  keys: CacheKeys;
  origin: Origin;
  rateLimits: RateLimits;
  log: RequestLog;
  admissionRule: () => AdmissionRule;
  originLatencyMs: number;
}

/** The answer to a viewer, before it is delivered. */
export type Answer =
  | { page: GeneratedPage }
  | { found: Found; entry: CacheEntry; behaviour: ResolvedBehaviour };

type Matched = {
  distribution: Distribution;
  behaviour: ResolvedBehaviour;
  key: CacheKey;
  entry: CacheEntry;
};

function refuse(exchange: Exchange, behaviour: ResolvedBehaviour): GeneratedPage | undefined {
  const { scheme, method, host, request } = exchange;
  if (scheme === 'http' && behaviour.viewerProtocolPolicy === 'redirect-to-https') {
    return redirectPage(`https://${host}${request.url ?? '/'}`);
  }
  if (scheme === 'http' && behaviour.viewerProtocolPolicy === 'https-only') {
    return errorPage(403, {
      message: "Bad request. We can't connect to the server for this app or website at this time.",
    });
  }
  if (method !== 'GET' && method !== 'HEAD') {
    return errorPage(403, {
      message:
        'This distribution is not configured to allow the HTTP request method that was used for this request.',
    });
  }
  const fault = findFault(exchange.faults, 'status');
  return fault && errorPage(fault.status, { message: 'A fault rule asked for this status.' });
}

function limitPage(): GeneratedPage {
  return errorPage(503, { message: 'The request rate is too high.', xCache: 'LimitExceeded' });
}

/** 503 LimitExceeded above a rate, then for some time for the same object: errors are cached. */
function limit(
  exchange: Exchange,
  entry: CacheEntry,
  rates: RateLimits,
): GeneratedPage | undefined {
  const { receivedAtMs, pop } = exchange;
  if (entry.limitedUntilMs > receivedAtMs) return limitPage();
  const fault = findFault(exchange.faults, 'limit_exceeded');
  if (fault === undefined) return undefined;
  if (!rates.isExceeded(pop.id, fault.requestsPerSecond, receivedAtMs)) return undefined;
  entry.limitedUntilMs = receivedAtMs + fault.cachedForSeconds * 1_000;
  return limitPage();
}

function askLayers(deps: ViewerRequestDeps, exchange: Exchange, matched: Matched): Found {
  const { network, origin, log } = deps;
  const { method, pop, host, path, receivedAtMs, request } = exchange;
  const { distribution, behaviour, key } = matched;
  const layers = network.layersOf(pop, distribution);
  const range = request.headers.range ?? '';
  const toLog = { distributionId: distribution.settings.id, method, host, path: key.target, range };
  return lookUp({
    key,
    behaviour,
    method,
    range: parseRange(request.headers.range),
    // Dynamic requests skip the regional caches (Developer Guide, "How CloudFront delivers content").
    layers: isDynamic(behaviour) ? layers.slice(0, 1) : layers,
    admissionRule: deps.admissionRule(),
    nowMs: receivedAtMs,
    originLatencyMs: deps.originLatencyMs,
    logRegional: (location) => log.add({ ...toLog, location }),
    askOrigin: (ifVersion) =>
      origin.ask({
        ...toLog,
        path,
        target: key.target,
        ifVersion,
        faultStatus: findFault(exchange.faults, 'origin_status')?.status,
      }),
    store: (answer) => storeResponse(answer, { key, behaviour, nowMs: receivedAtMs }),
  });
}

/** Decides what a viewer gets: a page of CloudFront's own, or what caches and origin have. */
export function answerViewer(deps: ViewerRequestDeps, exchange: Exchange): Answer {
  const { host, path, query, request, logged } = exchange;
  const distribution = deps.distributions.findByHost(host);
  if (distribution === undefined || !distribution.settings.enabled) {
    const message =
      "Bad request. We can't connect to the server for this app or website at this time.";
    return { page: errorPage(403, { message }) };
  }
  logged.distributionId = distribution.settings.id;
  const behaviour = distribution.behaviourFor(path);
  const acceptEncoding = request.headers['accept-encoding'];
  const acceptText = Array.isArray(acceptEncoding) ? acceptEncoding.join(',') : acceptEncoding;
  const key = deps.keys.keyFor({
    distribution,
    behaviour,
    path,
    query,
    host,
    acceptEncoding: acceptText,
  });
  const entry = exchange.pop.cache.entryFor(key);
  const page = refuse(exchange, behaviour) ?? limit(exchange, entry, deps.rateLimits);
  if (page !== undefined) return { page };
  const found = askLayers(deps, exchange, { distribution, behaviour, key, entry });
  return { found, entry, behaviour };
}
