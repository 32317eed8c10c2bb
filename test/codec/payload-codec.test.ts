import { randomBytes } from 'node:crypto';
import { defaultPayloadConverter } from '@temporalio/common';
import type { DataConverter, Payload } from '@temporalio/common';
import { expect, test } from 'vitest';
import { createDataConverter, storedBytes } from '../../codec/payload-codec.ts';

const SMALL = { phase: 'filling' };
const LARGE = Array.from({ length: 2_000 }, (_, i) => `https://www.example.com/object-${i}.jpg`);

async function encode(converter: DataConverter, value: unknown): Promise<Payload[]> {
  let payloads = [defaultPayloadConverter.toPayload(value)];
  for (const codec of converter.payloadCodecs ?? []) payloads = await codec.encode(payloads);
  return payloads;
}

async function decode(converter: DataConverter, payloads: Payload[]): Promise<unknown> {
  let decoded = payloads;
  for (const codec of (converter.payloadCodecs ?? []).toReversed())
    decoded = await codec.decode(decoded);
  const [payload] = decoded;
  return payload === undefined ? undefined : defaultPayloadConverter.fromPayload(payload);
}

function encodingOf(payload: Payload | undefined): string {
  return new TextDecoder().decode(payload?.metadata?.['encoding'] ?? undefined);
}

test('leaves small payloads readable', async () => {
  const [payload] = await encode(createDataConverter(), SMALL);

  expect(encodingOf(payload)).toBe('json/plain');
});

test('compresses a large payload and gives the same value back', async () => {
  const converter = createDataConverter();

  const payloads = await encode(converter, LARGE);

  expect(encodingOf(payloads[0])).toBe('binary/gzip');
  expect(payloads[0]?.data?.length).toBeLessThan(JSON.stringify(LARGE).length / 4);
  expect(await decode(converter, payloads)).toEqual(LARGE);
});

test.each([
  ['small', SMALL],
  ['large', LARGE],
])('encrypts a %s payload where a key is set', async (_, value) => {
  const converter = createDataConverter({ encryptionKey: randomBytes(32) });

  const payloads = await encode(converter, value);

  expect(encodingOf(payloads[0])).toBe('binary/aes-256-gcm');
  expect(Buffer.from(payloads[0]?.data ?? []).includes('filling')).toBe(false);
  expect(await decode(converter, payloads)).toEqual(value);
});

test('refuses data encrypted with another key', async () => {
  const payloads = await encode(createDataConverter({ encryptionKey: randomBytes(32) }), SMALL);

  await expect(
    decode(createDataConverter({ encryptionKey: randomBytes(32) }), payloads),
  ).rejects.toThrow('unable to authenticate');
});

test('refuses a key of the wrong length', () => {
  expect(() => createDataConverter({ encryptionKey: randomBytes(16) })).toThrow('16 bytes');
});

test('measures the bytes that Temporal will store', async () => {
  const converter = createDataConverter();
  const payload = defaultPayloadConverter.toPayload(LARGE);

  const bytes = await storedBytes(converter, payload);

  expect(bytes).toBe((await encode(converter, LARGE))[0]?.data?.length);
});
