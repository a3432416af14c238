// Makes the screenshots of the manifest from the real page: `npx playwright test -c pictures.config.ts`.
import journeys from './playwright.config.ts';

export default { ...journeys, testDir: 'pictures', outputDir: 'test-results/pictures', reporter: [['list']] as const };
