import { readFile } from 'node:fs/promises';
import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, test } from 'vitest';
import { createTestApi } from './stub/create-test-api.ts';

const { app, document } = createTestApi();

test('is a valid OpenAPI 3.1 document by an independent validator', async () => {
  const validator = new Validator();

  const result = await validator.validate({ ...structuredClone(document) });

  expect(result).toMatchObject({ valid: true });
  expect(validator.version).toBe('3.1');
});

test('is committed as it is: npm run openapi writes it', async () => {
  const committed = await readFile(new URL('../../openapi.json', import.meta.url), 'utf8');

  expect(JSON.parse(committed)).toEqual(JSON.parse(JSON.stringify(document)));
});

test('is served as it is', async () => {
  const answer = await app.request('/openapi.json');

  expect(await answer.json()).toEqual(JSON.parse(JSON.stringify(document)));
});

test('describes every route of the app', () => {
  const undocumented = new Set(['/docs', '/docs/:file', '/docs/start.js', '/metrics']);
  const described = Object.entries(document.paths ?? {}).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const served = app.routes
    .filter(({ method, path }) => method !== 'ALL' && !undocumented.has(path))
    .map(({ method, path }) => `${method} ${toTemplate(path)}`)
    .filter((route) => route !== 'GET /openapi.json');

  expect(new Set(served)).toEqual(new Set(described));
});

function toTemplate(path: string): string {
  return path.replace('/:file', '/{request_id}.csv').replace(/:(\w+)/g, '{$1}');
}
