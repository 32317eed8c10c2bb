import { pino } from 'pino';
import { createApiMetrics } from '../../../api/http/api-metrics.ts';
import { type ApiDeps, createApi } from '../../../api/app.ts';
import type { ApiError } from '../../../api/http/api-error.ts';
import { createCurlRoutes } from '../../../api/reports/curl-routes.ts';
import type { FleetGateway } from '../../../api/temporal/fleet-gateway.ts';
import { unavailable } from '../../../api/temporal/temporal-errors.ts';
import type { PrewarmStart, TemporalGateway } from '../../../api/temporal/temporal-gateway.ts';

const away = async (): Promise<never> => {
  throw unavailable('Temporal is unreachable') satisfies ApiError;
};

/** A gateway whose every call fails as if Temporal were away, but for the calls given. */
export function stubGateway(calls: Partial<TemporalGateway> = {}): TemporalGateway {
  return {
    start: away,
    describe: away,
    progress: away,
    summary: away,
    resultsPage: away,
    ending: away,
    stop: away,
    setInstanceCount: away,
    list: away,
    storedBytes: async () => 0,
    check: away,
    ...calls,
  };
}

/** A fleet that is away, but for the calls given. */
export function stubFleet(calls: Partial<FleetGateway> = {}): FleetGateway {
  return { status: away, change: away, ...calls };
}

/** The api over stubs; `started` lists the requests that the gateway was told to start. */
export function createTestApi(deps: Partial<ApiDeps> = {}) {
  const started: PrewarmStart[] = [];
  const start = async (one: PrewarmStart) => started.push(one) > 0;
  const api = createApi({
    gateway: stubGateway({ start }),
    fleet: stubFleet(),
    metrics: createApiMetrics(),
    logger: pino({ level: 'silent' }),
    now: Date.now,
    keys: [],
    readRoutes: createCurlRoutes({ edgeDirectory: 'dns', edgeDnsSuffix: 'cloudfront.net' }),
    publicUrl: () => 'https://warm.example',
    reportSigningKey: 'a key of sixteen bytes',
    door: {
      maximumInstances: 300,
      maximumInvalidationPaths: 3_000,
      dnsSuffix: 'cloudfront.net',
    },
    ...deps,
  });
  const postJson = async (path: string, body: unknown, headers: Record<string, string> = {}) =>
    api.app.request(path, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
  return { ...api, started, postJson };
}
