import { createMiddleware } from 'hono/factory';
import type { ApiEnv } from './context.ts';

/**
 * What every answer says to browsers and caches: don't guess the type, don't keep it.
 *
 * Answers that may be kept say so themselves.
 */
export const responseHeaders = createMiddleware<ApiEnv>(
  async function responseHeadersMiddleware(context, next) {
    await next();
    const { headers } = context.res;
    headers.set('x-content-type-options', 'nosniff');
    if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
  },
);
