/**
 * Keeps the AWS SDK from printing, on Node.js 20, that its versions of 2027 will want Node.js 22:
 * plain text among the log's JSON lines, about versions that package-lock.json does not hold, and
 * nothing that an operator could do. The SDK's own variable for it; one that is set already stays.
 * To be called before the first client is made.
 */
export function silenceAwsNotice(): void {
  // oxlint-disable-next-line node/no-process-env -- a setting for the SDK, not one of the product's
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
}
