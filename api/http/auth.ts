import { createHash, timingSafeEqual } from 'node:crypto';
import { createMiddleware } from 'hono/factory';
import { ApiError } from './api-error.ts';
import type { ApiEnv } from './context.ts';

/** A caller's key and the name that logs and memos show instead of it. */
export type ApiKey = { readonly name: string; readonly key: string };

/** Key name of callers where no key is asked for. */
export const ANONYMOUS = 'anonymous';

/** Paths that hold no data of any request: health and the API reference. */
const OPEN_PATHS: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/openapi.json', '/docs']);

/** Settings of {@link createAuthentication}. */
export type AuthenticationOptions = {
  /** Any of these opens the api; empty on loopback only. Two keys of one caller: a rotation. */
  readonly keys: readonly ApiKey[];
  /** Whether path and query are a signed link that is still valid. */
  readonly isSignedLink: (url: URL) => boolean;
};

/**
 * Asks for `x-api-key` and notes the key's name.
 *
 * All keys are compared, each in constant time over its digest, so that neither the length nor
 * the place of a key shows in the time an answer takes.
 */
export function createAuthentication({ keys, isSignedLink }: AuthenticationOptions) {
  const known = keys.map(({ name, key }) => ({ name, digest: digestOf(key) }));
  return createMiddleware<ApiEnv>(async function authenticate(context, next) {
    const given = context.req.header('x-api-key');
    const name = given === undefined ? undefined : findKeyName(known, digestOf(given));
    const isKeyAsked = keys.length > 0 && !isOpen(context.req.method, context.req.path);
    if (name === undefined && isKeyAsked && !isSignedLink(new URL(context.req.url))) {
      throw refusal(given);
    }
    context.set('keyName', name ?? ANONYMOUS);
    await next();
  });
}

function isOpen(method: string, path: string): boolean {
  return method === 'OPTIONS' || OPEN_PATHS.has(path) || path.startsWith('/docs/');
}

function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

function findKeyName(
  known: readonly { readonly name: string; readonly digest: Buffer }[],
  digest: Buffer,
): string | undefined {
  let found: string | undefined;
  for (const key of known) {
    if (timingSafeEqual(key.digest, digest)) found = key.name;
  }
  return found;
}

function refusal(given: string | undefined): ApiError {
  const message =
    given === undefined
      ? 'Header x-api-key is missing: send one of the keys in API_KEYS'
      : 'Header x-api-key holds no key that this api knows (the value is not shown)';
  return new ApiError(401, message, { headers: { 'www-authenticate': 'ApiKey' } });
}
