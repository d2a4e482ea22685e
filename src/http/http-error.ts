/** How a request ended without a whole answer. It may have happened all the same, so the engine records it as `info`. */
export type HttpErrorCode =
  /** The server ended the connection before the first byte of an answer. */
  | 'no-answer'
  /** The server ended the connection within an answer. */
  | 'answer-cut-off'
  /** The connection was reset, or another error ended it. */
  | 'connection-lost'
  /** What came is not HTTP. */
  | 'not-http'
  /** The answer is larger than is read. */
  | 'answer-too-large'
  /** We ended it ourselves: the client was closed, or the request was given up. */
  | 'abandoned';

export class HttpError extends Error {
  override readonly name = 'HttpError';
  constructor(
    readonly code: HttpErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
