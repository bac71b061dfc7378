// Cells that log and clear their output, or show it in a widget: node cleared.js URL SCREENSHOT, in JupyterLab or Notebook.
const { withPage, until, labIsReady } = require('./page.js');

withPage(process.argv[2], process.argv[3], async (page, step) => {
  const isLab = process.argv[2].includes('/lab/');
  if (isLab) {
    await labIsReady(page);
  } else {
    await page.waitForFunction(() => window.Jupyter && Jupyter.notebook && Jupyter.notebook.kernel
      && Jupyter.notebook.kernel.is_connected(), null, { timeout: 60000 });
  }
  const cells = page.locator(isLab ? '.jp-Notebook .jp-CodeCell' : '.code_cell');
  const names = { 1: 'at once', 2: 'when other output comes', 3: 'in a loop', 4: 'in a widget', 5: 'wholly in a widget' };
  // Debian's Notebook has no widgets.
  for (const index of Array(isLab ? 6 : 4).keys()) {
    const cell = cells.nth(index);
    await cell.locator(isLab ? '.cm-content' : '.CodeMirror').first().click();
    await page.keyboard.press('Shift+Enter');
    await until(async () => await cell.innerText(), `end ${index}`, 90);
    await page.waitForTimeout(1500);
    if (index > 0) {
      await step(`one block, with all lines, in a cell that clears ${names[index]}`, async () => {
        const blocks = await cell.locator('[id^=casa-log-]').evaluateAll(found => found.map(block => block.textContent
          + (block.closest('.widget-output, .jupyter-widgets-output-area .jp-OutputArea .jp-OutputArea') ? ' IN A WIDGET' : '')));
        if (blocks.length !== 1 || !/first[^]*second/.test(blocks[0]) || blocks[0].includes('IN A WIDGET')) {
          throw new Error(JSON.stringify(blocks));
        }
      });
    }
  }
});
