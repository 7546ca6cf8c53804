import assert from 'node:assert/strict';
import test from 'node:test';
import { connectionFault } from '../../models/connection-fault.ts';

const fault = (error: object, url = 'https://models.test/a.onnx') =>
  connectionFault(Object.assign(new Error('no'), error), url);

test('tells a proxy that is not there from a server that is not', () => {
  const refused = { code: 'ECONNREFUSED', address: '10.0.0.9' };
  assert.match(fault({ ...refused, port: 3128 }), /10\.0\.0\.9:3128, where the proxy should be/);
  assert.equal(fault({ ...refused, port: 443 }), 'ECONNREFUSED');
  assert.equal(fault({ ...refused, port: 80 }, 'http://models.test/a.onnx'), 'ECONNREFUSED');
  assert.equal(fault({ ...refused, port: 81 }, 'http://models.test:81/a.onnx'), 'ECONNREFUSED');
});

test('tells a name of a proxy that nobody knows from that of a server', () => {
  const unknown = { code: 'ENOTFOUND', hostname: 'proxy.site' };
  assert.equal(fault(unknown), 'no network, or no such proxy as proxy.site');
  assert.equal(fault({ ...unknown, hostname: 'models.test' }), 'no network, or no such host');
});

test('gives the code of anything else, or what was said', () => {
  assert.equal(fault({ code: 'ECONNRESET' }), 'ECONNRESET');
  assert.equal(fault({}), 'no');
});
