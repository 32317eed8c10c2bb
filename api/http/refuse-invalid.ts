import type { ZodError } from 'zod';
import { ApiError } from './api-error.ts';

/** What the OpenAPI layer found when it checked a part of a call. */
type Checked = { readonly target: string } & (
  | { readonly success: true }
  | { readonly success: false; readonly error: ZodError }
);

/**
 * Refuses a call whose parameters do not fit their schema, with all problems at once.
 *
 * @throws ApiError 400.
 */
export function refuseInvalid(result: Checked): void {
  if (result.success) return;
  throw new ApiError(400, problemsOf(result.error), { cause: result.error });
}

/** Every issue of a schema as one sentence: field, rule. */
export function problemsOf(error: ZodError): string {
  return error.issues
    .map(({ path, message }) => `${path.map(String).join('.') || 'the body'}: ${message}`)
    .join('; ');
}
