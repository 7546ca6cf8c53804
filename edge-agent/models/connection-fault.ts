/** What Node's connections say about themselves, as far as we know it. */
interface ConnectionError extends Error {
  readonly code?: string;
  /** Where it connected to: the proxy, where there is one. */
  readonly address?: string;
  readonly port?: number;
  readonly hostname?: string;
  /** What the proxy answered. */
  readonly statusCode?: number;
}

const untrusted = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Why a connection failed, for an operator: at a site it is most often the proxy or its certificate. */
export function connectionFault(error: ConnectionError, url: string): string {
  const { code = error.message, address, port, hostname, statusCode } = error;
  const wanted = new URL(url);
  const wantedPort = Number(wanted.port) || (wanted.protocol === 'https:' ? 443 : 80);
  if (code === 'ERR_PROXY_TUNNEL') return proxyFault(statusCode);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    const isProxy = hostname !== undefined && hostname !== wanted.hostname;
    return isProxy ? `no network, or no such proxy as ${hostname}` : 'no network, or no such host';
  }
  // One that happens to have the server's port isn't told from it.
  if (address !== undefined && port !== undefined && port !== wantedPort) {
    return `nobody answers at ${address}:${port}, where the proxy should be (${code})`;
  }
  if (untrusted.has(code)) {
    return `its certificate is not trusted here (${code}); name a file with that of whoever signed it, perhaps the proxy, in NODE_EXTRA_CA_CERTS`;
  }
  return code;
}

/** Of a proxy that answered, but not as wanted. */
export function proxyFault(statusCode: number | undefined): string {
  if (statusCode === undefined) return 'the proxy closed the connection';
  if (statusCode !== 407) return `the proxy answered ${statusCode}`;
  return 'the proxy wants another user and password (HTTPS_PROXY=http://user:password@host:port)';
}
