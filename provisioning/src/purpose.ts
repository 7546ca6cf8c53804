import { purposes, type Purpose } from '@emotion-fleet/contracts';
import { OperatorError } from '@emotion-fleet/service';
import { usageError } from './usage-error.ts';

/** Words that people use for places where reading emotions is forbidden. */
const workplace = ['workplace', 'work', 'office', 'employees', 'staff', 'factory', 'call-center'];
const education = ['education', 'school', 'university', 'classroom', 'students', 'exam'];

/**
 * What a site measures for. Workplace and education are refused: EU AI Act, Regulation (EU) 2024/1689,
 * Art. 5(1)(f).
 *
 * @throws OperatorError `purpose_refused`, `usage`
 */
export function parsePurpose(text: string): Purpose {
  const word = text.trim().toLowerCase();
  if (workplace.includes(word) || education.includes(word)) {
    const where = workplace.includes(word) ? 'at work' : 'in education';
    throw new OperatorError(
      'purpose_refused',
      `Purpose "${text}" is refused: inferring people's emotions ${where} is prohibited in the EU (AI Act, Art. 5(1)(f)).`,
    );
  }
  const purpose = purposes.find((known) => known === word);
  if (purpose === undefined) {
    throw usageError(`Purpose "${text}" is not one of ${purposes.join(', ')}.`);
  }
  return purpose;
}
