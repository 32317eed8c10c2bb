import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Hono } from 'hono';
import { ApiError } from './http/api-error.ts';
import type { ApiEnv } from './http/context.ts';

/** The page's own files, by their name below `/docs/`; nothing comes from elsewhere. */
const FILES: ReadonlyMap<string, { readonly module: string; readonly type: string }> = new Map([
  [
    'swagger-ui-bundle.js',
    {
      module: 'swagger-ui-dist/swagger-ui-bundle.js',
      type: 'text/javascript; charset=utf-8',
    },
  ],
  ['swagger-ui.css', { module: 'swagger-ui-dist/swagger-ui.css', type: 'text/css; charset=utf-8' }],
]);

const START_SCRIPT = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  validatorUrl: null,
  tryItOutEnabled: true,
});
`;

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>cloudfront-prewarm API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="reference"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

/** The library styles elements inline and draws icons from data URLs; all else is this api's. */
const CONTENT_SECURITY_POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

/** `GET /docs`: the API reference as a page, complete without internet. */
export function createDocsApi() {
  const { resolve } = createRequire(import.meta.url);
  return new Hono<ApiEnv>()
    .get('/docs', (context) =>
      context.html(PAGE, 200, { 'content-security-policy': CONTENT_SECURITY_POLICY }),
    )
    .get('/docs/start.js', (context) =>
      context.body(START_SCRIPT, 200, { 'content-type': 'text/javascript; charset=utf-8' }),
    )
    .get('/docs/:file', async (context) => {
      const file = FILES.get(context.req.param('file'));
      if (file === undefined) throw new ApiError(404, 'The API reference has no such file');
      const content = await readFile(resolve(file.module));
      return context.body(content, 200, {
        'content-type': file.type,
        'cache-control': 'public, max-age=3600',
      });
    });
}
