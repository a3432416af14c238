// How the journeys run: Debian's Chromium, two worlds at a time, no retries.
import { defineConfig } from '@playwright/test';
import { CHROMIUM, CHROMIUM_ARGS } from './world/chromium.ts';

export default defineConfig({
  testDir: 'journeys',
  outputDir: 'test-results/artifacts',
  fullyParallel: true,
  workers: 2,
  retries: 0,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list'], ['json', { outputFile: 'test-results/results.json' }]],
  use: {
    viewport: { width: 1600, height: 900 },
    locale: 'en-GB',
    // Neither UTC nor the machine's zone: a date in the wrong zone shows.
    timezoneId: 'America/St_Johns',
    // What was done and said; pictures of each step would take a seventh of the time.
    trace: { mode: 'retain-on-failure', screenshots: false, snapshots: false, sources: false },
    screenshot: 'only-on-failure',
    launchOptions: { executablePath: CHROMIUM, args: CHROMIUM_ARGS },
  },
});
