/** Closes it. Rejects also where that throws at once, as code does that is no async function. */
export async function closed(open: { close(): Promise<void> }): Promise<void> {
  await open.close();
}
