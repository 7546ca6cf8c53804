import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { elementTexts } from '../../src/intake/json-elements.ts';

const space = fc.stringMatching(/^[ \t\r\n]{0,3}$/);

it('finds the text of each element, whatever stands around it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.json(), space, space)),
      fc.dictionary(fc.string(), fc.jsonValue()),
      space,
      (elements, others, gap) => {
        const rest = Object.fromEntries(
          Object.entries(others).filter(([key]) => key !== 'records'),
        );
        const array = elements.map(([text, left, right]) => left + text + right).join();
        const members = Object.entries(rest).map(([key, value]) => {
          return `${JSON.stringify(key)}${gap}:${gap}${JSON.stringify(value)}`;
        });
        members.splice(Math.floor(members.length / 2), 0, `"records"${gap}:${gap}[${array}]`);
        const json = `${gap}{${gap}${members.join(`${gap},${gap}`)}${gap}}`;
        assert.deepEqual(
          elementTexts(json, 'records'),
          elements.map(([text]) => text),
        );
      },
    ),
  );
});

it('takes the last of several members of that name, as the parser does', () => {
  assert.deepEqual(elementTexts('{"records":[1,2],"rec\\u006frds":[3]}', 'records'), ['3']);
});

it('is not misled by brackets, commas and quotes in strings', () => {
  const texts = ['"a,]}\\""', '{"k":"[{"}', '[",",[]]'];
  assert.deepEqual(elementTexts(`{"records":[${texts.join(' , ')}]}`, 'records'), texts);
});
