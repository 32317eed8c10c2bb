import { OpenAPIHono } from '@hono/zod-openapi';
import type { Logger } from 'pino';
import { createAccessLog } from './http/access-log.ts';
import { ApiError } from './http/api-error.ts';
import type { ApiMetrics } from './http/api-metrics.ts';
import { type ApiKey, createAuthentication } from './http/auth.ts';
import { callId } from './http/call-id.ts';
import type { ApiContext, ApiEnv } from './http/context.ts';
import { createCursors } from './http/cursor.ts';
import type { RouteOf } from './reports/curl-routes.ts';
import { describeApi } from './http/describe-api.ts';
import { createDocsApi } from './docs.ts';
import { createErrorHandler } from './http/errors.ts';
import { createEventsApi } from './events.ts';
import type { FleetGateway } from './temporal/fleet-gateway.ts';
import { createHealthApi } from './health.ts';
import { createInstancesApi } from './instances.ts';
import { createMethodGuard } from './http/method-guard.ts';
import { createMetricsApi } from './metrics.ts';
import { type DoorSettings, createPrewarmApi } from './prewarm.ts';
import { createReportLinks } from './reports/report-link.ts';
import { createReportsApi } from './reports.ts';
import { createRequestFeed } from './reading/request-feed.ts';
import { createRequestReader } from './reading/request-reader.ts';
import { createRequestUpdates } from './reading/request-updates.ts';
import { createRequestsApi } from './requests.ts';
import { responseHeaders } from './http/response-headers.ts';
import { createSummaryApi } from './summary.ts';
import { createTargetsApi } from './targets.ts';
import type { TemporalGateway } from './temporal/temporal-gateway.ts';

/** What {@link createApi} needs. */
export type ApiDeps = {
  readonly gateway: TemporalGateway;
  readonly fleet: FleetGateway;
  readonly metrics: ApiMetrics;
  readonly logger: Logger;
  readonly now: () => number;
  readonly keys: readonly ApiKey[];
  /** How callers reach the api, without a slash at the end; asked when a link is made. */
  readonly publicUrl: () => string;
  readonly reportSigningKey: string;
  readonly door: DoorSettings;
  /** The ways to POPs, for the commands of reports. */
  readonly readRoutes: () => Promise<RouteOf>;
};

/** The api: its routes, and how to end its streams. */
export type Api = {
  readonly app: OpenAPIHono<ApiEnv>;
  /** The OpenAPI 3.1 document of the routes. */
  readonly document: ReturnType<typeof describeApi>;
  /** Ends open streams and turns `/readyz` down; calls in flight end by themselves. */
  close(): void;
};

/** Builds the api from its parts. Starts nothing. */
export function createApi(deps: ApiDeps): Api {
  const { gateway, metrics, logger, now, keys } = deps;
  let isClosing = false;
  const links = createReportLinks(deps.publicUrl, deps.reportSigningKey);
  const reader = createRequestReader({ gateway, metrics, now });
  const feed = createRequestFeed({
    read: createRequestUpdates({ reader, links, now }),
    metrics,
    onUnexpected: (error) => logger.error({ err: error }, 'stream failed unexpectedly'),
  });
  const app = new OpenAPIHono<ApiEnv>();
  const handleError = createErrorHandler({ logger, now });
  const notFound = (context: ApiContext) =>
    handleError(new ApiError(404, 'Nothing is served on this path: see /docs'), context);
  app.onError(handleError);
  app.notFound(notFound);
  app.use(callId, createAccessLog(logger, metrics), responseHeaders);
  app.use(createMethodGuard(app, handleError));
  app.use(createAuthentication({ keys, isSignedLink: (url) => links.isValid(url, now()) }));

  app.route('/', createPrewarmApi({ ...deps, reader }));
  app.route('/', createEventsApi(feed));
  app.route('/', createSummaryApi({ reader, links, now }));
  app.route('/', createReportsApi({ ...deps, reader }));
  app.route(
    '/',
    createRequestsApi({ gateway, cursors: createCursors(deps.reportSigningKey), now }),
  );
  app.route('/', createInstancesApi({ ...deps, maxInstances: deps.door.maximumInstances }));
  app.route('/', createTargetsApi(deps.door.dnsSuffix));
  app.route(
    '/',
    createHealthApi(gateway, () => isClosing),
  );
  app.route('/', createMetricsApi(metrics.registry));
  app.route('/', createDocsApi());
  const document = describeApi(app);
  const documentText = JSON.stringify(document);
  app.get('/openapi.json', (context) =>
    context.body(documentText, 200, { 'content-type': 'application/json' }),
  );
  return {
    app,
    document,
    close: () => {
      isClosing = true;
      feed.close();
    },
  };
}
