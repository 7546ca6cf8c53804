import { purposes } from '@emotion-fleet/contracts';
import { isTimeZone, type SiteEntry } from '@emotion-fleet/observation-store';
import {
  checkId,
  checkName,
  choiceOption,
  report,
  textOption,
  type CommandContext,
} from '../command-context.ts';
import { formatOpeningHours, parseOpeningHours } from '../opening-hours-text.ts';
import { parsePurpose } from '../purpose.ts';
import { withRegistry } from '../with-registry.ts';
import { formatTable } from '../terminal.ts';

export interface SiteAddOptions {
  readonly name?: string;
  readonly timeZone?: string;
  readonly purpose?: string;
  readonly hours?: string;
}

export async function addSite(
  context: CommandContext,
  siteId: string,
  options: SiteAddOptions,
): Promise<void> {
  checkId('site', siteId);
  const openingHours = parseOpeningHours(options.hours ?? '');
  const name = checkName(options.name ?? siteId);
  const site = await withRegistry(context.settings, async (registry) => {
    const entry: SiteEntry = {
      ...{ siteId, name, openingHours, createdAt: context.terminal.now() },
      purpose: parsePurpose(await askPurpose(context, options.purpose)),
      timeZone: await askTimeZone(context, options.timeZone),
    };
    await registry.addSite(entry);
    return entry;
  });
  report(
    context,
    site,
    `Added site ${siteId}.\nNext: npx fleet device add DEVICE --site ${siteId}\n`,
  );
}

export async function listSites(context: CommandContext): Promise<void> {
  const sites = await withRegistry(context.settings, (registry) => registry.listSites());
  const rows = sites.map((site) => [
    ...[site.siteId, site.name, site.purpose, site.timeZone],
    site.openingHours.length === 0 ? 'always' : formatOpeningHours(site.openingHours),
  ]);
  const table = formatTable(['Site', 'Name', 'Purpose', 'Time zone', 'Open'], rows);
  report(
    context,
    { sites },
    sites.length === 0 ? 'No sites yet. Next: npx fleet site add SITE\n' : table,
  );
}

function askPurpose(context: CommandContext, value: string | undefined): Promise<string> {
  return choiceOption(context, {
    ...{ flag: '--purpose', value },
    choice: {
      message: 'What is measured for? (Workplaces and education are prohibited.)',
      options: purposes.map((purpose) => ({ value: purpose, label: purpose })),
    },
  });
}

function askTimeZone(context: CommandContext, value: string | undefined): Promise<string> {
  return textOption(context, {
    ...{ flag: '--time-zone', value },
    question: {
      message: 'Time zone of the site',
      proposal: Intl.DateTimeFormat().resolvedOptions().timeZone,
      fault: (answer) =>
        isTimeZone(answer)
          ? undefined
          : `"${answer}" is not a time zone; write it like "Europe/Berlin".`,
    },
  });
}
