import { expect, test } from 'vitest';
import { describeTemporalProblem } from '../../workers/temporal-problem.ts';

const PLACE = { address: 'temporal.example:7233', namespace: 'prewarm' };

test.each([
  [
    'tonic::transport::Error(Transport, ConnectError(ConnectError("tcp connect error", 127.0.0.1:1, Os { code: 111, kind: ConnectionRefused, message: "Connection refused" })))',
    "Temporal can't be reached at temporal.example:7233 (Connection refused): start it there, or set TEMPORAL_ADDRESS",
  ],
  [
    'tonic::transport::Error(Transport, ConnectError(ConnectError("dns error", Custom { kind: Uncategorized, error: "failed to lookup address information: Name or service not known" })))',
    "Temporal can't be reached at temporal.example:7233 (failed to lookup address information: Name or service not known): start it there, or set TEMPORAL_ADDRESS",
  ],
  [
    'tonic::transport::Error(Transport, ConnectError(Custom { kind: InvalidData, error: InvalidMessage(InvalidContentType) }))',
    "Temporal at temporal.example:7233 can't be reached over TLS (InvalidMessage(InvalidContentType)): check TEMPORAL_TLS and TEMPORAL_TLS_*",
  ],
  [
    'Namespace prewarm was not found or otherwise could not be described: Status { code: NotFound, message: "Namespace prewarm is not found.", details: b"\\x08\\x05" }',
    'Temporal at temporal.example:7233 has no namespace "prewarm": create it with `temporal operator namespace create prewarm`, or set TEMPORAL_NAMESPACE',
  ],
  [
    'Status { code: PermissionDenied, message: "Request unauthorized." }',
    'Temporal at temporal.example:7233 refuses the credentials for the namespace "prewarm": check TEMPORAL_API_KEY and TEMPORAL_TLS_*',
  ],
])('says what %j means and what to do', (words, sentence) => {
  expect(describeTemporalProblem(new Error(words), PLACE)).toEqual({ isKnown: true, sentence });
});

test('shortens what it does not know, on one line', () => {
  const { isKnown, sentence } = describeTemporalProblem(new Error(`a\nb${'c'.repeat(999)}`), PLACE);

  expect(isKnown).toBe(false);
  expect(sentence).toMatch(/^Temporal at temporal\.example:7233 failed: a bc+$/);
  expect(sentence.length).toBeLessThan(400);
});
