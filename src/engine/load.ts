/** How much a load engine sends: an amount, or as much as there is time for. */
export interface Load {
  /** Each has one request under way at a time. */
  readonly connections: number;
  readonly amount?: number;
  /** Then nothing more is begun; what is under way is waited for. */
  readonly durationMs?: number;
  /** Requests a second at most, over all connections. Default: as many as there are answers. */
  readonly rate?: number;
}

/** What a load engine says of one trial, in its own figures. */
export interface LoadTable {
  /** From 1. */
  readonly trial: number;
  /** As counted on their way, not as it says. */
  readonly requests: number;
  readonly seconds: number;
  readonly latencyMs: { readonly p50: number; readonly p97_5: number; readonly p99: number };
  readonly requestsPerSecond: number;
}
