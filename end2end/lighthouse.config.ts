// Lighthouse on the pages, alone on the machine: what else runs would be taken for the page's own slowness.
import journeys from './playwright.config.ts';

export default {
  ...journeys,
  testDir: 'lighthouse',
  outputDir: 'test-results/lighthouse',
  workers: 1,
  reporter: [['list'], ['json', { outputFile: 'test-results/lighthouse.json' }]] as const,
};
