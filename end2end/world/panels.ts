// What opens over the sessions page: each panel by the keys and buttons that open it, in any language.
import { expect, type Locator, type Page } from '@playwright/test';

export interface Panel {
  name: string;
  /** Opens it; what is open then. */
  open: (page: Page) => Promise<Locator>;
}

/** The forms of the filter builder, by their place in its list. */
const FORMS = ['type', 'user', 'agent', 'group', 'provider', 'account', 'device', 'start', 'idle', 'watchers', 'mine'];

const shown = async (panel: Locator): Promise<Locator> => {
  await expect(panel).toBeVisible();
  return panel;
};

/** A menu of the table, opened by its key on an element. */
async function menu(page: Page, on: Locator, key: string): Promise<Locator> {
  await on.focus();
  await page.keyboard.press(key);
  await expect(page.locator('#grid-menu [role=menuitem]').first()).toBeFocused();
  return page.locator('#grid-menu');
}

const row: Panel = {
  name: 'the menu of a row',
  open: (page) => menu(page, page.locator('.grid [data-session] [data-cell]').first(), 'Shift+F10'),
};

const heading: Panel = {
  name: 'the menu of a heading',
  open: (page) => menu(page, page.locator('.grid th[data-col=c-user]'), 'Alt+ArrowDown'),
};

const topics: Panel = {
  name: 'what there is to filter by',
  open: async (page) => {
    await page.locator('#add-filter').click();
    await expect(page.locator('#filter-builder .topics button').first()).toBeFocused();
    return page.locator('#filter-builder');
  },
};

const forms: Panel[] = FORMS.map((name, nth) => ({
  name: `the filter by ${name}`,
  open: async (page) => {
    await (await topics.open(page)).locator('.topics button').nth(nth).click();
    return shown(page.locator('#filter-builder form'));
  },
}));

/** Two days, which no other choice of the form shows. */
const between: Panel = {
  name: 'the filter by start between two days',
  open: async (page) => {
    const form = await forms[FORMS.indexOf('start')]!.open(page);
    await form.locator('select').first().selectOption({ index: 3 });
    await expect(form.locator('input[type=date]')).toHaveCount(2);
    return form;
  },
};

/** Applied without a value: it says what is missing. */
const wrong: Panel = {
  name: 'a filter without a value',
  open: async (page) => {
    const form = await forms[FORMS.indexOf('user')]!.open(page);
    await form.locator('button[type=submit]').click();
    await expect(form.locator('[role=alert]')).not.toBeEmpty();
    return form;
  },
};

const views: Panel = {
  name: 'the saved views',
  open: async (page) => {
    await page.locator('.views-button').click();
    return shown(page.locator('#views-menu'));
  },
};

/** One of a saved view's own buttons, the nth from the end. */
const view = (name: string, fromEnd: number): Panel => ({
  name,
  open: async (page) => {
    const panel = await views.open(page);
    await panel.locator('.view-item').first().locator('.icon').nth(-fromEnd).click();
    return shown(panel.locator('.rename'));
  },
});

const csv: Panel = {
  name: 'the options of the export',
  open: async (page) => {
    await page.locator('[popovertarget=csv-menu]').click();
    return shown(page.locator('#csv-menu'));
  },
};

const columns: Panel = {
  name: 'the columns',
  open: async (page) => {
    await page.locator('[popovertarget=view-menu]').click();
    return shown(page.locator('#view-menu'));
  },
};

/** The menus of the table. */
export const MENUS = [row, heading, columns, csv];
/** The filter builder. */
export const FILTERS = [topics, ...forms, between, wrong];
/** The saved views; there is one at least that may be changed. */
export const VIEWS = [views, view('a view to be renamed', 2), view('a view to be deleted', 1)];

/** Closes whatever is open. */
export async function closePanel(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  await expect(page.locator(':popover-open')).toHaveCount(0);
}

/** Saves what is seen under a name. */
export async function saveView(page: Page, name: string): Promise<void> {
  const panel = await views.open(page);
  await panel.locator('.save-as input').fill(name);
  await page.keyboard.press('Enter');
  await expect(panel.locator('.view-name').filter({ hasText: name })).toBeVisible();
  await closePanel(page);
}
