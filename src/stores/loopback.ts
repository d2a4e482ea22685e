import net from 'node:net';

const LOOPBACK = new net.BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

const UNSPECIFIED = new net.BlockList();
UNSPECIFIED.addAddress('0.0.0.0', 'ipv4');
UNSPECIFIED.addAddress('::', 'ipv6');

/** Whether a host name or address is this machine's own. Other names are not looked up: what they stand for may change. */
export function isLoopback(host: string): boolean {
  // A dot at the end is the root of all names.
  const name = host.toLowerCase().replace(/\.$/, '');
  return name === 'localhost' || name.endsWith('.localhost') || isIn(LOOPBACK, host);
}

/** Whether it is the address that a server prints that listens on all of its own. Nobody is there to connect to. */
export function isUnspecified(host: string): boolean {
  return isIn(UNSPECIFIED, host);
}

/** An IPv4 address counts as well where it is mapped to IPv6. */
function isIn(list: net.BlockList, host: string): boolean {
  const version = net.isIP(host);
  return version !== 0 && list.check(host, version === 4 ? 'ipv4' : 'ipv6');
}
