// What axe finds on everything that opens over the table, in every look; and all of it is in the window.
import { expectPanelAccessibleInEveryLook } from '../world/accessible.ts';
import { FILTERS, MENUS, VIEWS, saveView, type Panel } from '../world/panels.ts';
import { expect, test, type World } from '../world/world.ts';

// Each panel is looked at four times.
test.setTimeout(240_000);

async function look(world: World, panels: readonly Panel[], named?: string): Promise<void> {
  await world.shell();
  const page = await world.sessionsPage('ada');
  await expect(page.locator('.grid [data-session]')).toHaveCount(2);
  if (named !== undefined) await saveView(page, named);
  for (const panel of panels) await expectPanelAccessibleInEveryLook(page, panel);
}

test('the menus of the table, its columns, and the options of the export', async ({ world }) => {
  await look(world, MENUS);
});

test('the filter builder, every form of it', async ({ world }) => {
  await look(world, FILTERS);
});

test('the saved views', async ({ world }) => {
  await look(world, VIEWS, 'Everything under a name that is as long as a name may be, so');
});
