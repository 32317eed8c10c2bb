/** Bytes of a status line with its header fields, the empty line included. */
export const MAXIMUM_HEAD_BYTES = 65_536;

/** Header lines of one answer, and trailer lines of one body. */
export const MAXIMUM_FIELD_LINES = 200;

/** Interim (1xx) answers before the final one (RFC 9110 §15.2 leaves their number open). */
export const MAXIMUM_INTERIM_ANSWERS = 10;

/** Bytes of one chunk-size line with its extensions, without the line end. */
export const MAXIMUM_CHUNK_LINE_BYTES = 4_096;

/** Bytes of all chunk extensions of one body; RFC 9112 §7.1.1 asks for such a limit. */
export const MAXIMUM_CHUNK_EXTENSION_BYTES = 16_384;

/** Bytes of the trailer section of one body. */
export const MAXIMUM_TRAILER_BYTES = 16_384;

/** Largest object CloudFront serves in one GET (AWS: CloudFront quotas, 50 GB). */
export const CLOUDFRONT_MAXIMUM_BODY_BYTES = 50 * 1024 ** 3;
