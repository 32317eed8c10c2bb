import { randomUUID } from 'node:crypto';
import { createMiddleware } from 'hono/factory';
import type { ApiEnv } from './context.ts';

const WELL_FORMED = /^[\w.:-]{1,128}$/;

/**
 * Names each call: takes `x-request-id` where it is well-formed (letters, digits, `_ . : -`, at
 * most 128), else makes one, and answers with it.
 */
export const callId = createMiddleware<ApiEnv>(async function callIdMiddleware(context, next) {
  const given = context.req.header('x-request-id');
  const id = given !== undefined && WELL_FORMED.test(given) ? given : randomUUID();
  context.set('callId', id);
  await next();
  context.res.headers.set('x-request-id', id);
});
