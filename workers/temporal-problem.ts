/** Which Temporal a process is set to use: `TEMPORAL_ADDRESS` and `TEMPORAL_NAMESPACE`. */
export type TemporalPlace = { readonly address: string; readonly namespace: string };

/** What is wrong with Temporal, for an operator; `isKnown` when the sentence says it all. */
export type TemporalProblem = { readonly isKnown: boolean; readonly sentence: string };

const MAXIMUM_CHARACTERS = 300;

/**
 * What a failed connection or poll says, as one sentence: what failed, where, and what to do.
 *
 * The native SDK has no codes for its errors: their words are tonic's (hyperium/tonic,
 * `transport::Error` and `Status` as Rust prints them) and the server's.
 */
export function describeTemporalProblem(error: unknown, place: TemporalPlace): TemporalProblem {
  const words = error instanceof Error ? error.message : String(error);
  const { address, namespace } = place;
  if (isNamespaceMissing(error)) {
    return known(
      `Temporal at ${address} has no namespace "${namespace}": create it with ` +
        `\`temporal operator namespace create ${namespace}\`, or set TEMPORAL_NAMESPACE`,
    );
  }
  if (/\b(?:Unauthenticated|PermissionDenied)\b/i.test(words)) {
    return known(
      `Temporal at ${address} refuses the credentials for the namespace "${namespace}": ` +
        'check TEMPORAL_API_KEY and TEMPORAL_TLS_*',
    );
  }
  if (/InvalidContentType|InvalidCertificate|HandshakeFailure|AlertReceived/.test(words)) {
    return known(
      `Temporal at ${address} can't be reached over TLS${reasonIn(words)}: check TEMPORAL_TLS and TEMPORAL_TLS_*`,
    );
  }
  if (/ConnectError/.test(words)) {
    return known(
      `Temporal can't be reached at ${address}${reasonIn(words)}: start it there, or set TEMPORAL_ADDRESS`,
    );
  }
  const shown = words.replaceAll(/\s+/g, ' ').slice(0, MAXIMUM_CHARACTERS);
  return { isKnown: false, sentence: `Temporal at ${address} failed: ${shown}` };
}

/** Whether Temporal answered that it has no such namespace. */
export function isNamespaceMissing(error: unknown): boolean {
  return error instanceof Error && /namespace \S+ (?:is|was) not found/i.test(error.message);
}

function known(sentence: string): TemporalProblem {
  return { isKnown: true, sentence };
}

/** `Connection refused`, or `InvalidMessage(InvalidContentType)`: what Rust prints of a cause. */
function reasonIn(words: string): string {
  const match = /(?:message|error): (?:"([^"]{1,100})"|(\w{1,50}(?:\(\w{0,50}\))?))/.exec(words);
  const reason = match?.[1] ?? match?.[2];
  return reason === undefined ? '' : ` (${reason})`;
}
