// What the scripts have in common: Debian's chromium with one page, and steps, of which the first that fails is the last.
const { chromium } = require('playwright-core');
const assert = require('node:assert');

const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

// Runs `work(page, step)`; a step is a sentence and what must not fail. The screenshot shows the end, good or bad.
exports.withPage = async (url, screenshot, work) => {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: QUIET });
  const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
  page.setDefaultTimeout(30000);
  const step = async (what, action) => {
    try {
      await action();
    } catch (error) {
      throw new Error(`${what}: ${error.message.split('\n').slice(0, 3).join(' ')}`);
    }
    console.log(`ok: ${what}`);
  };
  try {
    await page.goto(url, { waitUntil: 'load' });
    await work(page, step);
  } catch (error) {
    console.log(`FAILED: ${error.message}`);
    process.exitCode = 1;
  } finally {
    await page.screenshot({ path: screenshot });
    await browser.close();
  }
};

// Waits until a function of the page gives something that contains the text.
exports.until = async (get, text, seconds = 30) => {
  let got = '';
  for (const end = Date.now() + 1000 * seconds; Date.now() < end; await new Promise(done => setTimeout(done, 100))) {
    got = await get();
    if (got.includes(text)) {
      return got;
    }
  }
  assert.fail(`expected ${JSON.stringify(text)}, there is ${JSON.stringify(got.slice(-300))}`);
};

// JupyterLab shows an idle kernel already while it connects, and forgets what is run then.
exports.labIsReady = async page => {
  await page.waitForSelector('.jp-Notebook .cm-content');
  await exports.until(() => page.locator('#jp-main-statusbar').innerText(), '| Idle', 60);
  await page.waitForTimeout(2000);
};

// JupyterLab asks a new user whether it may fetch news, in front of the notebook.
exports.noNews = async page => {
  const no = page.getByRole('button', { name: 'No', exact: true });
  if (await no.isVisible()) {
    await no.click();
  }
};

// What every front end must do before anything else is worth a look.
exports.firstSteps = async (step, run, outputs) => {
  await step('a cell runs', async () => {
    await run('print("s" + "um", 6 * 7)');
    await exports.until(outputs, 'sum 42');
  });
  await step('an error is shown with its line', async () => {
    await run('1 / 0');
    await exports.until(outputs, 'ZeroDivisionError: division by zero');
  });
};
