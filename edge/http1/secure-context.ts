import tls, { type SecureContext } from 'node:tls';

/**
 * The one TLS context of a process: loading the root certificates for each connection would double
 * the CPU cost of a handshake. CloudFront's viewer side needs TLS 1.2 and SNI at least.
 *
 * @param extraCertificates PEM text of further certificate authorities, beside the built-in ones.
 */
export function createEdgeSecureContext(extraCertificates?: string): SecureContext {
  const ca =
    extraCertificates === undefined ? {} : { ca: [...tls.rootCertificates, extraCertificates] };
  return tls.createSecureContext({ minVersion: 'TLSv1.2', ...ca });
}
