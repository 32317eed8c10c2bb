/**
 * What Temporal stores of this product: JSON that stays readable in the Web UI while it is small,
 * gzip above 16 KiB (a request's URL list and task grid), and AES-256-GCM where a key is set.
 */

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { DataConverter, Payload, PayloadCodec } from '@temporalio/common';

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** Payloads with more data than this are compressed. */
export const COMPRESSION_THRESHOLD_BYTES = 16 * 1024;

/** A stored payload never unpacks to more: 2 MiB stored, deflate's best ratio is about 1,000. */
const MAXIMUM_UNPACKED_BYTES = 256 * 1024 * 1024;

const ENCODING = 'encoding';
const INNER_ENCODING = 'inner-encoding';
const GZIP = 'binary/gzip';
const AES = 'binary/aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Settings of {@link createDataConverter}. */
export type DataConverterOptions = {
  /** 32 bytes; encrypts every payload. Must be the same on the api and on all workers. */
  readonly encryptionKey?: Uint8Array | undefined;
};

/**
 * The data converter of every client and worker: without the same one on both sides, requests can't be read.
 *
 * @throws RangeError when the encryption key has not 32 bytes.
 */
export function createDataConverter({ encryptionKey }: DataConverterOptions = {}): DataConverter {
  if (encryptionKey !== undefined && encryptionKey.length !== 32) {
    throw new RangeError(`The encryption key has ${encryptionKey.length} bytes; it needs 32`);
  }
  const codecs = [createCompressionCodec()];
  if (encryptionKey !== undefined) codecs.push(createEncryptionCodec(encryptionKey));
  return { payloadCodecs: codecs };
}

/** Bytes a value takes in Temporal's store, measured through the real codec. */
export async function storedBytes(converter: DataConverter, payload: Payload): Promise<number> {
  let payloads = [payload];
  for (const codec of converter.payloadCodecs ?? []) payloads = await codec.encode(payloads);
  return payloads.reduce((sum, { data }) => sum + (data?.length ?? 0), 0);
}

function createCompressionCodec(): PayloadCodec {
  return mapPayloads({
    encoding: GZIP,
    pack: async (data) =>
      data.length > COMPRESSION_THRESHOLD_BYTES ? compress(data, { level: 6 }) : undefined,
    unpack: (data) => decompress(data, { maxOutputLength: MAXIMUM_UNPACKED_BYTES }),
  });
}

function createEncryptionCodec(key: Uint8Array): PayloadCodec {
  return mapPayloads({
    encoding: AES,
    pack: async (data) => {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      return Buffer.concat([iv, cipher.update(data), cipher.final(), cipher.getAuthTag()]);
    },
    unpack: async (data) => {
      const decipher = createDecipheriv('aes-256-gcm', key, data.subarray(0, IV_BYTES));
      decipher.setAuthTag(data.subarray(data.length - TAG_BYTES));
      const body = data.subarray(IV_BYTES, data.length - TAG_BYTES);
      return Buffer.concat([decipher.update(body), decipher.final()]);
    },
  });
}

type Packing = {
  readonly encoding: string;
  /** Undefined leaves the payload as it is. */
  readonly pack: (data: Uint8Array) => Promise<Uint8Array | undefined>;
  readonly unpack: (data: Uint8Array) => Promise<Uint8Array>;
};

/** A codec that repacks a payload's data and keeps its inner encoding beside it. */
function mapPayloads({ encoding, pack, unpack }: Packing): PayloadCodec {
  const encoder = new TextEncoder();
  const mark = encoder.encode(encoding);
  const decoder = new TextDecoder();
  const innerKey = `${INNER_ENCODING}/${encoding}`;
  return {
    encode: (payloads) =>
      Promise.all(
        payloads.map(async (payload) => {
          const data = await pack(payload.data ?? new Uint8Array());
          if (data === undefined) return payload;
          const inner = payload.metadata?.[ENCODING] ?? new Uint8Array();
          return { metadata: { ...payload.metadata, [innerKey]: inner, [ENCODING]: mark }, data };
        }),
      ),
    decode: (payloads) =>
      Promise.all(
        payloads.map(async (payload) => {
          if (decoder.decode(payload.metadata?.[ENCODING] ?? undefined) !== encoding)
            return payload;
          const { [innerKey]: inner, ...metadata } = payload.metadata ?? {};
          const data = await unpack(payload.data ?? new Uint8Array());
          return { metadata: { ...metadata, [ENCODING]: inner ?? new Uint8Array() }, data };
        }),
      ),
  };
}
