import { createMiddleware } from 'hono/factory';
import { matchedRoutes } from 'hono/route';
import type { Logger } from 'pino';
import type { ApiMetrics } from './api-metrics.ts';
import type { ApiContext, ApiEnv } from './context.ts';

/** Methods that get a metric label of their own; any other word is `other`. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'OPTIONS', 'PUT', 'DELETE']);

/**
 * One JSON line and one count for each call: id, key name, method, route, status, duration.
 *
 * Paths, query strings and header values hold callers' data and secrets: the route's pattern
 * stands for them.
 */
export function createAccessLog(logger: Logger, metrics: ApiMetrics) {
  return createMiddleware<ApiEnv>(async function accessLog(context, next) {
    const startMs = performance.now();
    await next();
    const durationMs = performance.now() - startMs;
    const { method } = context.req;
    const route = routeOf(context);
    const { status } = context.res;
    metrics.countCall({
      method: METHODS.has(method) ? method : 'other',
      route,
      status,
      seconds: durationMs / 1000,
    });
    const line = {
      callId: context.get('callId'),
      keyName: context.get('keyName'),
      method: method.slice(0, 20),
      route,
      status,
      durationMs: Math.round(durationMs * 100) / 100,
    };
    if (status >= 500) logger.error(line, 'call answered');
    else logger.info(line, 'call answered');
  });
}

/** Pattern of the route that answered; `unmatched` where only middleware matched. */
function routeOf(context: ApiContext): string {
  const path = matchedRoutes(context).at(-1)?.path ?? '';
  return path === '' || path === '*' || path === '/*' ? 'unmatched' : path;
}
