// A user who runs the whole notebook of NGC 5921 in JupyterLab: node reduction.js URL SCREENSHOT
const { withPage, until, noNews } = require('./page.js');
const assert = require('node:assert');

withPage(process.argv[2], process.argv[3], async (page, step) => {
  const outputs = page.locator('.jp-Notebook .jp-OutputArea-output');
  const status = async () => await page.locator('.jp-Notebook-ExecutionIndicator').first().getAttribute('data-status');

  await page.setViewportSize({ width: 1400, height: 1250 });
  await page.waitForSelector('.jp-Notebook .jp-CodeCell');
  await until(() => page.locator('#jp-main-statusbar').innerText(), '| Idle', 60);
  await page.waitForTimeout(2000);
  await noNews(page);
  await step('all cells run', async () => {
    await page.locator('.lm-MenuBar-item', { hasText: 'Run' }).first().click();
    await page.locator('.lm-Menu-item', { hasText: 'Run All Cells' }).first().click();
    await page.waitForTimeout(2000);
    await until(status, 'idle', 280);
    await until(async () => (await outputs.allInnerTexts()).join('\n'), 'hi_flux_jy_km_per_s', 10);
    assert.equal(await page.locator('.jp-OutputArea [data-mime-type*="jupyter.error"]').count(), 0);
    assert.equal(await page.locator('.jp-OutputArea [data-mime-type*="jupyter.stderr"]').count(), 0);
  });
  await step('the log of a picture opens', async () => {
    await page.keyboard.press('Control+b'); // without the list of files
    const cell = page.locator('.jp-CodeCell', { hasText: "imview(raster={'file': mom0" }).first();
    await cell.locator('summary', { hasText: 'Show log' }).click();
    await cell.locator('.jp-OutputArea', { hasText: 'raster=' }).first().waitFor();
    await cell.evaluate(element => element.scrollIntoView({ block: 'start' }));
    await page.waitForTimeout(1000);
  });
});
