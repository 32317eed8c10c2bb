import type { Hono } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { ApiError } from './api-error.ts';
import type { ApiContext, ApiEnv } from './context.ts';

/**
 * Answers methods that a path does not serve: 405 with `Allow`, and OPTIONS with what is served.
 *
 * @param app the app whose routes are looked at when the first such call comes.
 * @param handleError what turns a refusal into an answer.
 */
export function createMethodGuard(
  app: Hono<ApiEnv>,
  handleError: (error: Error, context: ApiContext) => Response,
) {
  return methodNotAllowed<ApiEnv>({
    app,
    onMethodNotAllowed: (context, methods) => {
      const allow = [...methods, 'OPTIONS'].join(', ');
      if (context.req.method === 'OPTIONS') {
        return new Response(null, { status: 204, headers: { allow } });
      }
      const method = JSON.stringify(context.req.method.slice(0, 20));
      const message = `Method ${method} is not served on this path, only ${allow}`;
      return handleError(new ApiError(405, message, { headers: { allow } }), context);
    },
  });
}
