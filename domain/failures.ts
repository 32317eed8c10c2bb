/**
 * The closed list of failure types that activities throw: what workflows and the API match on.
 *
 * A failure's message says what failed, on which object, with the value, and what to do.
 */
export const FAILURES = {
  /** The request's values contradict what was found; trying again changes nothing. */
  invalidPrewarmRequest: 'InvalidPrewarmRequest',
  /** None of the POPs resolves: nothing can be fetched. */
  noPopResolves: 'NoPopResolves',
  /** None of the URLs belongs to a distribution that may be warmed. */
  noUrlAllowed: 'NoUrlAllowed',
  /** ListDistributions is needed to know whose caches these are, and AWS refuses it. */
  distributionsUnreadable: 'DistributionsUnreadable',
  /** AWS refuses to invalidate these paths; trying again changes nothing. */
  invalidationRefused: 'InvalidationRefused',
  /** The invalidation was not completed in its time. */
  invalidationTimedOut: 'InvalidationTimedOut',
  /** Auto Scaling refuses; the message has its words and what to do. */
  fleetRefused: 'FleetRefused',
  /** AWS is throttling, unreachable or broken; trying again later may help. */
  awsUnavailable: 'AwsUnavailable',
} as const;

/** Type of a failure, as Temporal shows it. */
export type FailureType = (typeof FAILURES)[keyof typeof FAILURES];
