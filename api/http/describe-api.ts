import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiEnv } from './context.ts';

const DESCRIPTION = `Fills CloudFront's edge caches before users arrive, and says truthfully what is warm.

Post URLs and points of presence (POPs) to \`/prewarm\`, follow the request by \`request_id\`, and read
in \`/summary\` what is warm, what is not, and what to do about it. Every answer carries \`x-request-id\`.`;

/**
 * The OpenAPI 3.1 document of an app, built from the schemas that check its calls.
 *
 * @throws Error when two schemas share a name: a mistake in the routes.
 */
export function describeApi(app: OpenAPIHono<ApiEnv>) {
  app.openAPIRegistry.registerComponent('securitySchemes', 'apiKey', {
    type: 'apiKey',
    in: 'header',
    name: 'x-api-key',
    description: 'One of the keys in API_KEYS; not needed where none is configured (loopback).',
  });
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'cloudfront-prewarm',
      version: '1.0.0',
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: '/', description: 'This api' }],
    security: [{ apiKey: [] }],
    tags: [
      { name: 'prewarm', description: 'Requests: start, follow, read.' },
      { name: 'instances', description: 'The fleet of fetch workers.' },
      { name: 'targets', description: 'Regions, countries and POPs to choose from.' },
      { name: 'service', description: 'Health and metrics of the api itself.' },
    ],
  });
}
