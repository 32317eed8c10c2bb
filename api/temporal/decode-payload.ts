import { type DataConverter, type Payload, defaultPayloadConverter } from '@temporalio/common';

/** A value that Temporal stored, through the same codecs that stored it. */
export async function decodePayload(payload: Payload, converter: DataConverter): Promise<unknown> {
  let payloads = [payload];
  for (const codec of (converter.payloadCodecs ?? []).toReversed()) {
    payloads = await codec.decode(payloads);
  }
  return defaultPayloadConverter.fromPayload(payloads[0] ?? payload);
}

/** A map of stored values, as memos are. */
export async function decodePayloadMap(
  fields: Readonly<Record<string, Payload>> | null | undefined,
  converter: DataConverter,
): Promise<Readonly<Record<string, unknown>>> {
  const entries = Object.entries(fields ?? {}).map(
    async ([name, payload]) => [name, await decodePayload(payload, converter)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}
