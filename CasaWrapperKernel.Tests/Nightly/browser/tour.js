// What a CASA user sees in JupyterLab, as pictures for the documentation: node tour.js URL FOLDER [dark]
// The notebook's cells: a page set of plotms with files, imstat, listobs and its result, and an empty one at the end.
// With "dark" in JupyterLab's dark theme, to look whether everything can be read there too.
const { withPage, until, labIsReady, noNews } = require('./page.js');
const assert = require('node:assert');
const [url, folder, dark] = process.argv.slice(2);

withPage(url, `${folder}/end.png`, async (page, step) => {
  const cells = page.locator('.jp-Notebook .jp-CodeCell');
  const status = async () => await page.locator('.jp-Notebook-ExecutionIndicator').first().getAttribute('data-status');
  const shoot = async (name, ...parts) => {
    await page.waitForTimeout(700);
    const boxes = await Promise.all(parts.map(part => part.boundingBox()));
    const [x, y] = [Math.min(...boxes.map(box => box.x)), Math.min(...boxes.map(box => box.y))];
    const clip = { x, y, width: Math.max(...boxes.map(box => box.x + box.width)) - x,
      height: Math.max(...boxes.map(box => box.y + box.height)) - y };
    await page.screenshot({ path: `${folder}/${name}.png`, clip });
  };
  const run = async (index, seconds) => {
    await cells.nth(index).locator('.cm-content').click();
    await page.keyboard.press('Shift+Enter');
    await page.waitForTimeout(500);
    await until(status, 'idle', seconds);
    await cells.nth(index).evaluate(element => element.scrollIntoView({ block: 'start' }));
  };
  const type = async code => {
    await cells.last().locator('.cm-content').click();
    await page.keyboard.press('Control+a');
    await page.keyboard.type(code);
  };

  await labIsReady(page);
  if (dark) {
    await page.locator('.lm-MenuBar-item', { hasText: 'Settings' }).click();
    await page.locator('.lm-Menu-item', { hasText: 'Theme' }).first().hover();
    await page.locator('.lm-Menu-item', { hasText: /^JupyterLab Dark$/ }).click();
    await page.waitForTimeout(2000);
  }
  await noNews(page);
  await page.setViewportSize({ width: 1100, height: 900 });
  await page.keyboard.press('Control+b'); // without the list of files
  await step('a page set has thumbnails, and each leads to its file', async () => {
    await run(0, 120);
    const box = cells.nth(0).locator('div[style*="overflow"]:has(img)').first();
    await shoot('plotms-pages', cells.nth(0));
    await box.evaluate(element => { element.scrollTop = element.scrollHeight; });
    await shoot('plotms-thumbnails', box);
    for (const link of [box.locator('a').first(), box.locator('a').last()]) {
      await link.click();
      await page.locator('.jp-ImageViewer img').waitFor();
      assert(await page.locator('.jp-ImageViewer img').evaluate(image => image.complete && image.naturalWidth > 100));
      await page.locator('.lm-TabBar-tab.lm-mod-current .lm-TabBar-tabCloseIcon').first().click();
    }
  });
  await step('results are tables', async () => {
    await run(1, 60);
    await shoot('imstat', cells.nth(1));
    await run(2, 60);
    await run(3, 60);
    await shoot('listobs', cells.nth(3));
    await page.locator('.lm-MenuBar-item', { hasText: 'Edit' }).click();
    await page.locator('.lm-Menu-item', { hasText: 'Clear Outputs of All Cells' }).click();
  });
  await step('Tab offers the fields of the data', async () => {
    await type("plotms(vis='ngc5921.ms', field='");
    await page.keyboard.press('Tab');
    await page.locator('.jp-Completer-item', { hasText: 'N5921_2' }).first().waitFor();
    await shoot('fields', cells.last(), page.locator('.jp-Completer'));
    await page.keyboard.press('Escape');
  });
  await step('Shift-Tab explains a task', async () => {
    await type('tclean(');
    await page.keyboard.press('Shift+Tab');
    await page.locator('.jp-Tooltip', { hasText: 'niter=0' }).waitFor();
    await shoot('shift-tab', cells.last(), page.locator('.jp-Tooltip'));
  });
});
