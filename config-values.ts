/** The forms that values of environment variables have. */

import { accessSync, constants } from 'node:fs';
import { isIP, isIPv6 } from 'node:net';
import { z } from 'zod';

/** A whole number within bounds, both inclusive. */
export const wholeNumber = (minimum: number, maximum: number) =>
  z
    .string()
    .refine(
      (text) => /^\d{1,15}$/.test(text) && Number(text) >= minimum && Number(text) <= maximum,
      `must be a whole number from ${minimum} to ${maximum}`,
    )
    .transform(Number);

/**
 * Items separated by commas; empty ones are dropped. Commas alone are refused: a variable that
 * is set and lists nothing would pass for keys where none is asked for.
 */
export const list = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  )
  .refine((items) => items.length > 0, {
    error: 'must name at least one item between its commas, or be unset',
    abort: true,
  });

/** Path of a file that this process may read. */
export const readableFile = z.string().refine(isReadable, 'must be the path of a readable file');

/** `name=key` pairs separated by commas. */
export const apiKeys = list.pipe(
  z.array(
    z
      .string()
      .regex(
        /^[\w.-]{1,64}=[\x21-\x7e]{1,512}$/,
        'must be name=key pairs separated by commas (name: letters, digits, . _ -)',
      )
      .transform((pair) => ({
        name: pair.slice(0, pair.indexOf('=')),
        key: pair.slice(pair.indexOf('=') + 1),
      })),
  ),
);

/** Name servers as `ip:port`, separated by commas; IPv6 in brackets. */
export const dnsServers = list.pipe(
  z.array(z.string().refine(isServerAddress, 'must be ip:port, separated by commas')),
);

/** A key of 32 bytes, as base64 text. */
export const base64Key = z
  .string()
  .regex(/^[A-Za-z0-9+/]{43}=$/, 'must be 32 bytes in base64 (openssl rand -base64 32)')
  .transform((text) => Buffer.from(text, 'base64'));

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

function isServerAddress(text: string): boolean {
  const match = /^(?:\[(?<v6>[0-9a-fA-F:]+)\]|(?<v4>[\d.]+)):(?<port>\d{1,5})$/.exec(text);
  const { v6, v4, port } = match?.groups ?? {};
  const isAddress = v6 === undefined ? isIP(v4 ?? '') === 4 : isIPv6(v6);
  return isAddress && Number(port) >= 1 && Number(port) <= 65_535;
}
