import { ApplicationFailure } from '@temporalio/activity';
import { FAILURES, type FailureType } from '../domain/failures.ts';

/** What kind of refusal an AWS error is; decides whether trying again can help. */
export type AwsErrorKind =
  | 'denied'
  | 'credentials'
  | 'region'
  | 'throttled'
  | 'busy'
  | 'refused'
  | 'unavailable';

const KIND_BY_NAME: Readonly<Record<string, AwsErrorKind>> = {
  AccessDenied: 'denied',
  AccessDeniedException: 'denied',
  UnauthorizedOperation: 'denied',
  CredentialsProviderError: 'credentials',
  TokenProviderError: 'credentials',
  ExpiredToken: 'credentials',
  ExpiredTokenException: 'credentials',
  InvalidClientTokenId: 'credentials',
  UnrecognizedClientException: 'credentials',
  AuthFailure: 'credentials',
  MissingAuthenticationToken: 'credentials',
  SignatureDoesNotMatch: 'credentials',
  RegionMissing: 'region',
  Throttling: 'throttled',
  ThrottlingException: 'throttled',
  ThrottledException: 'throttled',
  TooManyRequestsException: 'throttled',
  RequestLimitExceeded: 'throttled',
  RequestThrottled: 'throttled',
  ScalingActivityInProgress: 'busy',
  ScalingActivityInProgressFault: 'busy',
  ResourceContention: 'busy',
  ResourceContentionFault: 'busy',
  TooManyInvalidationsInProgress: 'busy',
};

const ADVICE_BY_KIND: Readonly<Partial<Record<AwsErrorKind, string>>> = {
  credentials:
    'give the control worker valid AWS credentials (a role, or AWS_ACCESS_KEY_ID and its companions)',
  region: "set AWS_REGION to the Auto Scaling group's region",
  throttled: 'AWS is limiting the rate of calls; it is tried again',
  unavailable: 'check the network between the control worker and AWS; it is tried again',
};

/** Sorts an error of the AWS SDK by its name and HTTP status. */
export function kindOfAwsError(error: unknown): AwsErrorKind {
  if (!(error instanceof Error)) return 'unavailable';
  const known = KIND_BY_NAME[error.name];
  if (known !== undefined) return known;
  const status = httpStatusOf(error);
  if (status === 429) return 'throttled';
  return status !== undefined && status >= 400 && status < 500 ? 'refused' : 'unavailable';
}

/** How to word a failed AWS call. */
export type FailedAwsCall = {
  /** What was tried, on which object: `ListDistributions`, `SetDesiredCapacity of group "x"`. */
  readonly what: string;
  /** Type of the failure where trying again can't help. */
  readonly type: FailureType;
  /** What to do about a missing permission or a refusal. */
  readonly advice: string;
};

/**
 * Turns an AWS error into a failure in AWS's words plus what to do.
 *
 * Refusals for good (permission, credentials, bad values) are not retryable; throttling, a busy
 * group and an unreachable AWS are.
 */
export function awsFailure(error: unknown, call: FailedAwsCall): ApplicationFailure {
  const kind = kindOfAwsError(error);
  const advice = ADVICE_BY_KIND[kind] ?? call.advice;
  const isPassing = kind === 'throttled' || kind === 'busy' || kind === 'unavailable';
  return ApplicationFailure.create({
    message: `${call.what} failed: ${wordsOfAws(error)}; ${advice}`,
    type: isPassing ? FAILURES.awsUnavailable : call.type,
    nonRetryable: !isPassing,
    ...(error instanceof Error ? { cause: error } : {}),
  });
}

/** An AWS error's name and text, cut to 500 characters. */
export function wordsOfAws(error: unknown): string {
  if (!(error instanceof Error)) return String(error).slice(0, 500);
  // An unreachable address gives an AggregateError without a text of its own.
  const text = error.message === '' ? (codeOf(error) ?? 'no further words') : error.message;
  return `${error.name}: ${text}`.slice(0, 500);
}

function httpStatusOf(error: Error): number | undefined {
  if (!('$metadata' in error)) return undefined;
  const metadata: unknown = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null) return undefined;
  if (!('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}

function codeOf(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
