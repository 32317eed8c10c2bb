import { Hono } from 'hono';
import type { Registry } from 'prom-client';
import type { ApiEnv } from './http/context.ts';

/** `GET /metrics` in Prometheus' text format. */
export function createMetricsApi(registry: Registry) {
  return new Hono<ApiEnv>().get('/metrics', async (context) =>
    context.body(await registry.metrics(), 200, { 'content-type': registry.contentType }),
  );
}
