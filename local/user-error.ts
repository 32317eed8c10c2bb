/** An error whose message tells the user all there is to know: shown without a stack. */
export class UserError extends Error {
  override readonly name: string = 'UserError';
}
