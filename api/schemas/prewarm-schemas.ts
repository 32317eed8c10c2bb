import { z } from '@hono/zod-openapi';
import { prewarmRequestSchema } from '../../domain/request-schema.ts';
import { requestIdSchema, timestampSchema, warningsSchema } from './reply-schemas.ts';

/** Body of `POST /prewarm`, with the contract's example. */
export const prewarmBodySchema = z
  .looseObject(prewarmRequestSchema.shape)
  .openapi('PrewarmRequest', {
    example: {
      url_list: [
        'https://www.example.com/index.html',
        'https://www.example.com/css/bootstrap-icons.css',
      ],
      cf_domain: 'www.example.com',
      target_type: 'pop',
      countries: [],
      regions: [],
      pops: ['ATL56-C1', 'SIN2-C1', 'DFW55-C3'],
      timeout: 5,
      header: [],
      instance_count: 1,
      need_invalidate: false,
    },
  });

/** `Idempotency-Key` of `POST /prewarm`. */
export const idempotencyHeaderSchema = z.object({
  'idempotency-key': z
    .string()
    .min(1)
    .max(255)
    .optional()
    .describe(
      'The same key with the same body gives the first reply again, also after the request ' +
        'has ended; with another body it is refused (422). At most 255 printable characters.',
    )
    .openapi({ example: 'launch-2024-04-16' }),
});

/** Answer of `POST /prewarm`: the contract's fields, and warnings. */
export const acceptedReplySchema = z
  .object({
    status: z.literal('Success'),
    error_message: z.literal(''),
    error_urls: z.array(z.string()).max(0),
    request_id: requestIdSchema,
    timestamp: timestampSchema,
    timeout_at: timestampSchema.describe('When the request stops at the latest.'),
    warnings: warningsSchema,
  })
  .openapi('Accepted', {
    example: {
      status: 'Success',
      error_message: '',
      error_urls: [],
      request_id: 'e059b77b-e427-4489-a50b-4d8c652f114c',
      timestamp: '2024-04-16 03:12:21.046535',
      timeout_at: '2024-04-16 03:17:21.046535',
      warnings: [],
    },
  });
