import { generateKeyPairSync, sign } from 'node:crypto';

/** For a server of a test: its private key, and the certificate with which it vouches for itself; both PEM. */
export interface SelfSignedCertificate {
  readonly key: string;
  readonly cert: string;
}

/** An X.509 certificate (RFC 5280) in DER, which Node can read but not make. */
export function selfSignedCertificate(hostNames: readonly string[]): SelfSignedCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ecdsaWithSha256 = sequence(objectId('2a8648ce3d040302'));
  const name = sequence(tagged(0x31, sequence(objectId('550403'), tagged(0x0c, text('a test')))));
  const validity = sequence(...['000101000000Z', '491231235959Z'].map((time) => utcTime(time)));
  const alternativeNames = sequence(...hostNames.map((host) => tagged(0x82, text(host))));
  const isAuthority = sequence(tagged(0x01, Buffer.of(0xff)));
  const extensions = sequence(
    sequence(objectId('551d11'), tagged(0x04, alternativeNames)),
    sequence(objectId('551d13'), tagged(0x04, isAuthority)),
  );
  const body = sequence(
    tagged(0xa0, tagged(0x02, Buffer.of(2))),
    tagged(0x02, Buffer.of(1)),
    ecdsaWithSha256,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, extensions),
  );
  const signature = tagged(0x03, Buffer.concat([Buffer.of(0), sign('sha256', body, privateKey)]));
  const base64 = sequence(body, ecdsaWithSha256, signature).toString('base64');
  const lines = base64.match(/.{1,64}/g)!.join('\n');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}

/** Tag, length, value. */
function tagged(tag: number, value: Buffer): Buffer {
  const { length } = value;
  const longLength = length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...(length < 128 ? [length] : longLength)), value]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function objectId(hex: string): Buffer {
  return tagged(0x06, Buffer.from(hex, 'hex'));
}

function utcTime(time: string): Buffer {
  return tagged(0x17, text(time));
}

function text(value: string): Buffer {
  return Buffer.from(value, 'utf8');
}
