// A user of widgets and of the debugger in JupyterLab: node tools.js URL SCREENSHOT
// The notebook's first cell shows a slider and a label; the third line of its second cell is inside a function.
const { withPage, until, labIsReady } = require('./page.js');

withPage(process.argv[2], process.argv[3], async (page, step) => {
  const cells = page.locator('.jp-Notebook .jp-CodeCell');
  const outputs = async () => (await page.locator('.jp-Notebook .jp-OutputArea').allInnerTexts()).join('\n');
  const run = async index => {
    await cells.nth(index).locator('.cm-content').click();
    await page.keyboard.press('Shift+Enter');
  };

  await labIsReady(page);
  await step('a slider calls Python', async () => {
    await run(0);
    await page.locator('.noUi-handle').waitFor();
    await page.locator('.noUi-handle').focus();
    for (let i = 0; i < 3; i++) {
      await page.keyboard.press('ArrowRight');
    }
    await until(outputs, 'value 3');
  });
  await step('the debugger stops, shows variables and steps', async () => {
    await page.locator('.jp-DebuggerBugButton').click();
    const gutter = cells.nth(1).locator('.cm-breakpoint-gutter').first();
    await gutter.waitFor({ state: 'attached' });
    // An element before the first line measures the gutter's width, so the third line is the fourth element.
    await gutter.locator('.cm-gutterElement').nth(3).click({ force: true });
    await page.locator('.jp-DebuggerBreakpoint').first().waitFor();
    await run(1);
    const variables = async () => await page.locator('.jp-DebuggerVariables').innerText();
    await until(variables, 'flux');
    await page.keyboard.press('F10');
    await until(variables, 'doubled');
    await page.screenshot({ path: process.argv[3] });
    await page.keyboard.press('F9');
    await until(outputs, 'the end 14');
  });
});
