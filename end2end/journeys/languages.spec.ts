// Spanish, from the door to the last page: chosen by the browser or by the person, complete, and kept.
import { FILTERS, MENUS, VIEWS, closePanel, saveView } from '../world/panels.ts';
import { expect, passwordOf, ready, test, type Page } from '../world/world.ts';

const SPANISH = { locale: 'es-ES' } as const;

/** Words that no Spanish sentence has, and that English ones hardly do without. */
const ENGLISH = /\b(the|of|and|is|are|was|your|you|this|that|with|not|it|its|to|at|from|by|open|ended|sort(ed)?|filter|columns?|sessions?|watch|copy|close|search|rows?|choose|apply|back|group|pin|hide|move|only|without|save|share|rename|delete|cancel|reset|values?|contains|starts)\b/i;

/** Signs in through the Spanish form. */
async function enter(page: Page, person: 'olga' | 'ada'): Promise<void> {
  await page.goto('/sign-in');
  await page.getByLabel('Nombre de usuario', { exact: true }).fill(person);
  await page.getByLabel('Contraseña', { exact: true }).fill(passwordOf(person));
  await page.getByRole('button', { name: 'Iniciar sesión', exact: true }).click();
  await page.waitForURL('**/sessions');
  await ready(page);
}

/** Everything on the page that people read or hear and that is English; what is data is left out. */
function english(page: Page): Promise<string[]> {
  return page.evaluate((pattern) => {
    const isEnglish = new RegExp(pattern, 'i');
    // What sessions and events are made of, names, and the screen of a terminal.
    const data = 'td, .scr, dd, code, kbd, .paste-text, .who, .menu-head, .live-title, .dialog-what, .rp-typed, select[name] option[value]:not([value=""]), [lang=en]';
    const found: string[] = [];
    const take = (text: string | null) => {
      if (text !== null && isEnglish.test(text)) found.push(text.trim());
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const element = node instanceof Element ? node : node.parentElement!;
      if (element.closest('script, style') !== null || element.closest(data) !== null) continue;
      if (node instanceof Element) {
        for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'aria-roledescription']) take(node.getAttribute(name));
      } else {
        take(node.textContent);
      }
    }
    return found;
  }, ENGLISH.source);
}

async function expectSpanish(page: Page, what = page.url()): Promise<void> {
  await expect(page.locator('html')).toHaveAttribute('lang', 'es');
  // The page may still put itself right after it came.
  await expect.poll(() => english(page), { message: `English on ${what}` }).toEqual([]);
}

test('a Spanish browser gets Spanish pages, every one of them', async ({ world }) => {
  world.guard.allow(/status of 40[04]/);
  const terminal = await world.shell();
  const { id } = await world.onlySession();
  const page = await world.window(SPANISH);
  for (const path of ['/sign-in', '/sign-in?error=wrong', '/sign-in?error=terminated', '/set-up?error=link']) {
    await page.goto(path);
    await expectSpanish(page);
  }
  await enter(page, 'ada');
  await expect(page.getByRole('heading', { level: 1, name: 'Sesiones', exact: true })).toBeVisible();
  await expect(page.locator(`[data-session="${id}"]`)).toBeVisible();
  await expectSpanish(page);
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Teclado', exact: true })).toBeVisible();
  await expectSpanish(page);
  await page.keyboard.press('Escape');

  await page.locator(`[data-session="${id}"]`).getByRole('button', { name: 'Terminar', exact: true }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.getByRole('button', { name: 'Terminar sesión', exact: true }).click();
  await expect(page.getByRole('dialog').getByRole('alert')).toHaveText(/motivo/);
  await page.keyboard.press('Escape');

  const heading = page.getByRole('heading', { level: 1 });
  await page.goto(`/sessions/${id}`);
  await ready(page);
  await expect(page.getByRole('region', { name: 'Sesión en vivo', exact: true }).getByRole('document')).toContainText('up-42');
  await page.getByRole('button', { name: 'Tomar el control', exact: true }).click();
  await expect(page.getByText('Usted tiene el control, compartido')).toBeVisible();
  await expectSpanish(page);
  await page.keyboard.press('Control+Alt+k');
  await page.getByRole('button', { name: 'Mensaje…', exact: true }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await expectSpanish(page);
  await page.keyboard.press('Escape');

  await page.goto(`/wall?s=${id}`);
  await ready(page);
  await expect(heading).toHaveText('Mural');
  await expectSpanish(page);

  terminal.enter('exit');
  await terminal.ends();
  await world.recording(id);
  await page.goto(`/sessions/${id}`);
  await ready(page);
  await expect(page.locator('summary')).toHaveText(/^Íntegra: firmada por gw-test-1, \d+ eslabones$/);
  await expectSpanish(page);

  for (const [path, title] of [
    ['/accounts', 'Cuentas'],
    ['/connect/nothing', 'Esa cuenta no existe'],
    ['/access-logs', 'Registros de acceso'],
    ['/access-logs?user=nadie', 'Registros de acceso'],
    ['/audit', 'Auditoría'],
    ['/audit?actor=nadie', 'Auditoría'],
    ['/nowhere', 'Aquí no hay nada'],
    ['/access-logs?from=someday', 'No se pudo mostrar el registro de acceso'],
  ] as const) {
    await page.goto(path);
    await ready(page);
    await expect(heading).toHaveText(title);
    await expectSpanish(page);
  }
  // What the server refuses is told in Spanish too.
  await expect(page.getByRole('alert')).toContainText('no es un día');
});

test('whatever opens over the table is Spanish too', async ({ world }) => {
  test.slow();
  await world.shell();
  const page = await world.window(SPANISH);
  await enter(page, 'ada');
  await expect(page).toHaveTitle('Sesiones · Sightline');
  await expect(page.locator('.grid [data-session]')).toHaveCount(2);
  await saveView(page, 'Una vista');
  for (const panel of [...MENUS, ...FILTERS, ...VIEWS]) {
    await panel.open(page);
    await expectSpanish(page, panel.name);
    await closePanel(page);
  }
});

test('a person chooses another language, and keeps it', async ({ world }) => {
  const page = await world.window(SPANISH);
  await enter(page, 'olga');
  await page.getByRole('button', { name: 'Sesión iniciada como Olga Owner' }).click();
  await page.getByRole('button', { name: 'English', exact: true }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await ready(page);
  await expect(page.getByRole('heading', { level: 1, name: 'Sessions', exact: true })).toBeVisible();

  // Elsewhere, too: the door speaks as the browser does, the page as the person does.
  const elsewhere = await world.window(SPANISH);
  await enter(elsewhere, 'olga');
  await expect(elsewhere.locator('html')).toHaveAttribute('lang', 'en');
  await expect(elsewhere.getByRole('heading', { level: 1, name: 'Sessions', exact: true })).toBeVisible();
});

test('times are written as in the language of the page', async ({ world }) => {
  await world.shell();
  const page = await world.window({ locale: 'es-MX' });
  await enter(page, 'ada');
  await page.goto('/access-logs');
  await ready(page);
  // The region is the browser's own.
  await expect(page.locator('td time').first()).toHaveText(await moment(page, 'es-MX'));

  // A browser of a third language gets English, and English times.
  const german = await world.sessionsPage('ada', { locale: 'de-DE' });
  await german.goto('/access-logs');
  await ready(german);
  await expect(german.locator('html')).toHaveAttribute('lang', 'en');
  await expect(german.locator('td time').first()).toHaveText(await moment(german, 'en'));
});

test('browsers that do not speak Spanish first get English', async ({ world }) => {
  const page = await world.window();
  for (const [accepted, lang] of [
    ['en;q=0.4, es;q=0.9', 'es'],
    ['fr, es;q=0.3', 'es'],
    ['fr', 'en'],
    ['en-GB, es', 'en'],
  ] as const) {
    const answer = await page.request.get('/sign-in', { headers: { 'accept-language': accepted } });
    expect(await answer.text()).toContain(`<html lang="${lang}"`);
  }
});

/** The first moment on the page, as the browser writes it in that language. */
function moment(page: Page, locale: string): Promise<string> {
  return page.evaluate((locale) => {
    const at = new Date(document.querySelector('td time')!.getAttribute('datetime')!);
    return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' }).format(at);
  }, locale);
}
