import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** What a refusal tells the caller beside its status and message. */
export type ApiErrorFacts = {
  /** URLs that were refused at the door, as the caller wrote them. */
  readonly errorUrls?: readonly string[];
  /** Request id that the caller can still ask about. */
  readonly requestId?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
};

/**
 * A refusal: thrown anywhere in the api, turned into the contract's error body in one place.
 *
 * The message is for the caller: it names the field, the rule and the value.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError' as const;
  readonly status: ContentfulStatusCode;
  readonly facts: ApiErrorFacts;

  constructor(status: ContentfulStatusCode, message: string, facts: ApiErrorFacts = {}) {
    super(message, { cause: facts.cause });
    this.status = status;
    this.facts = facts;
  }
}
