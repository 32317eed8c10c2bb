import { OpenAPIHono, createRoute, z } from '@hono/zod-openapi';
import { type ListedTarget, listTargets } from '../domain/target-list.ts';
import type { ApiEnv } from './http/context.ts';
import { errorReplies } from './schemas/reply-schemas.ts';

const popIds = (coverage: string) =>
  z.array(z.string()).describe(`POP ids at \`coverage: ${coverage}\`.`);

const targetSchema = z.object({
  name: z.string().describe('What a request gives.').openapi({ example: 'new_zealand' }),
  title: z.string().openapi({ example: 'New Zealand' }),
  iso: z.string().optional().describe('ISO 3166 code of a country; a request may give it too.'),
  representative: popIds('representative'),
  full: popIds('full'),
});

const replySchema = z.object({
  regions: z.array(targetSchema),
  countries: z.array(targetSchema),
  pops: z.array(
    z.object({
      id: z.string().openapi({ example: 'NRT57-P3' }),
      city: z.string().openapi({ example: 'Tokyo' }),
      country: z.string().openapi({ example: 'Japan' }),
      regional_edge_cache: z
        .string()
        .describe('The regional edge cache behind it: by distance, a guess.'),
    }),
  ),
});

const route = createRoute({
  method: 'get',
  path: '/targets',
  tags: ['targets'],
  summary: 'List regions, countries and POPs to choose from',
  description: 'The catalogue. AWS adds and retires POPs without notice: DNS decides at each run.',
  responses: {
    200: { description: 'All targets.', content: { 'application/json': { schema: replySchema } } },
    ...errorReplies([401]),
  },
});

/**
 * `GET /targets`.
 *
 * @param dnsSuffix `EDGE_DNS_SUFFIX`, which decides whose POPs exist.
 */
export function createTargetsApi(dnsSuffix: string) {
  const list = listTargets(dnsSuffix);
  const reply = {
    regions: list.regions.map(targetReply),
    countries: list.countries.map(targetReply),
    pops: list.pops.map(({ regionalEdgeCache, ...pop }) => ({
      ...pop,
      regional_edge_cache: regionalEdgeCache,
    })),
  };
  return new OpenAPIHono<ApiEnv>().openapi(route, (context) => context.json(reply, 200));
}

function targetReply({ representative, full, ...target }: ListedTarget) {
  return { ...target, representative: [...representative], full: [...full] };
}
