import 'reflect-metadata';
import { webcrypto } from 'node:crypto';

import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  type X509Certificate,
} from '@peculiar/x509';

/** A certificate with its private key, both PEM. */
export type KeyPairPem = {
  certificatePem: string;
  privateKeyPem: string;
};

/** Everything that the simulated CloudFront proves itself with. */
export type Certificates = {
  caPem: string;
  /** For `*.cloudfront.net` and every alias. */
  leaf: KeyPairPem;
  /** Issued by the same authority, for another name. */
  wrongName: KeyPairPem;
  /** For the right names, by an authority that nobody trusts. */
  unknownIssuer: KeyPairPem;
};

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 24 * 3_600_000;

type Authority = {
  certificate: X509Certificate;
  keys: webcrypto.CryptoKeyPair;
};

function createKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function createAuthority(name: string): Promise<Authority> {
  const keys = await createKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + 3_650 * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  return { certificate, keys };
}

async function issue(authority: Authority, names: readonly string[]): Promise<KeyPairPem> {
  const keys = await createKeys();
  const certificate = await X509CertificateGenerator.create({
    subject: `CN=${names[0] ?? ''}`,
    issuer: authority.certificate.subject,
    // Clients refuse leaf certificates that are valid for more than 825 days (Apple, HT210176).
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + 800 * DAY_MS),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: authority.keys.privateKey,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns', value }))),
    ],
  });
  const privateKey = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    certificatePem: certificate.toString('pem'),
    privateKeyPem: PemConverter.encode(privateKey, PemConverter.PrivateKeyTag),
  };
}

/** Creates an authority and certificates for `*.cloudfront.net` and the given names. */
export async function createCertificates(aliases: readonly string[]): Promise<Certificates> {
  const names = ['*.cloudfront.net', ...aliases];
  const [trusted, unknown] = await Promise.all([
    createAuthority('Simulated CloudFront CA'),
    createAuthority('Unknown CA'),
  ]);
  const [leaf, wrongName, unknownIssuer] = await Promise.all([
    issue(trusted, names),
    issue(trusted, ['wrong-name.invalid']),
    issue(unknown, names),
  ]);
  return { caPem: trusted.certificate.toString('pem'), leaf, wrongName, unknownIssuer };
}
