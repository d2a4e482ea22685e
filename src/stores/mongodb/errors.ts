import { MongoAPIError, MongoParseError, MongoServerError, type MongoError } from 'mongodb';
import { NotHappened } from '../../core/context.js';

/** How deep an error may be wrapped. */
const MAX_CAUSES = 5;

/** The number with which the server answered, e.g. 11000, from its error or from the cause of a wrapper's. */
export function mongoCode(error: unknown): number | undefined {
  const found = serverError(error);
  return typeof found?.code === 'number' ? found.code : undefined;
}

/** 11000: a unique index let nobody else in. A single insert or update that it refused has done nothing. */
export function isDuplicateKey(error: unknown): boolean {
  return mongoCode(error) === 11_000;
}

/** Wrong whatever the moment. */
const MISTAKES = new Set([
  2, // BadValue
  9, // FailedToParse
  13, // Unauthorized: every operation would fail alike
  14, // TypeMismatch
  16, // InvalidLength
  17, // ProtocolError
  18, // AuthenticationFailed
  20, // IllegalOperation: among others, a transaction on a server that is no replica set
  27, // IndexNotFound
  28, // PathNotViable
  40, // ConflictingUpdateOperators
  52, // DollarPrefixedFieldName
  54, // NotSingleValueField
  56, // EmptyFieldName
  57, // DottedFieldName
  59, // CommandNotFound
  66, // ImmutableField
  67, // CannotCreateIndex
  72, // InvalidOptions
  73, // InvalidNamespace
  85, // IndexOptionsConflict
  86, // IndexKeySpecsConflict
  115, // CommandNotSupported
  168, // InvalidPipelineOperator
  238, // NotImplemented
  263, // OperationNotSupportedInTransaction
  10_065, // An operator without a name
  15_998, // A field path that ends with a dot
  16_410, // A field path that begins with $
  40_228, // A pipeline operator that needs an array
  40_323, // A pipeline stage with more than one field
  40_324, // A pipeline stage that does not exist
  40_414, // A field that is missing
  40_415, // A field that does not exist
]);

/** Of the driver: said about a connection that is gone, not about the code. */
const NOT_THE_CODE = new Set([
  'MongoNotConnectedError',
  'MongoTopologyClosedError',
  'MongoServerClosedError',
  'MongoClientClosedError',
  'MongoExpiredSessionError',
  'MongoOperationTimeoutError',
  'MongoCursorExhaustedError',
]);

/** The command is wrong, or the user lacks a right: repeating it cannot help, and no race brings it about. */
export function isProgrammingError(error: unknown): boolean {
  const code = mongoCode(error);
  if (code !== undefined) return MISTAKES.has(code);
  if (error instanceof Error && error.name === 'BSONError') return true;
  const byDriver = error instanceof MongoAPIError || error instanceof MongoParseError;
  return byDriver && !NOT_THE_CODE.has(error.name);
}

/**
 * A `NotHappened` for an error by which the server says that it aborted the transaction, and that the same transaction may
 * succeed when it is tried again: the label `TransientTransactionError` (112 WriteConflict, 251 NoSuchTransaction, ...). Else
 * undefined. True only of what was done inside the transaction. Not for an error that only the driver labelled so.
 * Source: https://www.mongodb.com/docs/manual/core/transactions-in-applications/
 */
export function notHappened(error: unknown): NotHappened | undefined {
  const found = serverError(error);
  if (found === undefined || !isTransient(found)) return undefined;
  return aborted(found);
}

/** The server answered, and with an error. */
export function serverError(error: unknown): MongoServerError | undefined {
  let current = error;
  for (let depth = 0; depth < MAX_CAUSES && current instanceof Error; depth += 1) {
    if (current instanceof MongoServerError) return current;
    current = current.cause;
  }
  return undefined;
}

/** With the second label a commit may have taken effect although it failed. */
export function isTransient(error: MongoError): boolean {
  return (
    error.hasErrorLabel('TransientTransactionError') && !error.hasErrorLabel('UnknownTransactionCommitResult')
  );
}

export function aborted(error: MongoServerError): NotHappened {
  const code = typeof error.code === 'number' ? String(error.code) : 'aborted';
  return new NotHappened(error.message, code, { cause: error });
}
