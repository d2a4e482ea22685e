/** Requests to the system that code of this process waits for: files, name look-ups, compression. Sockets are none. */
export function openRequests(): number {
  return process
    .getActiveResourcesInfo()
    .filter((name) => /^(FS|File)?.*(Req|ReqWrap|ReqCallback|ReqPromise)$/.test(name)).length;
}

/** One turn of the event loop: whatever was ready has run. */
export function turnOfLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
