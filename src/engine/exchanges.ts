/** A request and its answer, when the first bytes left and the last ones came. */
export interface Exchange {
  readonly firstRequestNs: number;
  lastAnswerNs?: number;
}

/** What was seen of a sender that sends its next request after the answer to the last one. */
export function exchangesOf(sentNs: readonly number[], receivedNs: readonly number[]): readonly Exchange[] {
  const traffic = [
    ...sentNs.map((atNs) => ({ atNs, isRequest: true })),
    ...receivedNs.map((atNs) => ({ atNs, isRequest: false })),
  ].sort((a, b) => a.atNs - b.atNs);
  const exchanges: Exchange[] = [];
  for (const { atNs, isRequest } of traffic) {
    const last = exchanges.at(-1);
    if (isRequest && (last === undefined || last.lastAnswerNs !== undefined))
      exchanges.push({ firstRequestNs: atNs });
    else if (!isRequest && last !== undefined) last.lastAnswerNs = atNs;
  }
  return exchanges;
}
