// A user at JupyterLab with an empty notebook: node lab.js URL SCREENSHOT
const { withPage, until, firstSteps, labIsReady } = require('./page.js');
const assert = require('node:assert');

withPage(process.argv[2], process.argv[3], async (page, step) => {
  const cell = () => page.locator('.jp-Notebook .jp-CodeCell').last();
  const outputs = async () => (await page.locator('.jp-Notebook .jp-OutputArea').allInnerTexts()).join('\n');
  const status = async () => await page.locator('.jp-Notebook-ExecutionIndicator').first().getAttribute('data-status');
  const type = async code => {
    await cell().locator('.cm-content').click();
    await page.keyboard.type(code);
  };
  // The brackets that the editor adds are typed over, so a line must close its own.
  const run = async code => {
    await type(code);
    await page.keyboard.press('Shift+Enter');
  };
  const clear = async () => {
    await page.keyboard.press('Escape');
    await cell().locator('.cm-content').click();
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Backspace');
  };
  const menu = async (name, item) => {
    await page.locator('.lm-MenuBar-item', { hasText: name }).first().click();
    await page.locator('.lm-Menu-item', { hasText: item }).first().click();
  };

  await labIsReady(page);
  await firstSteps(step, run, outputs);
  await step('Tab completes', async () => {
    await run('import os');
    await type('os.getpgr');
    // JupyterLab waits a second for an answer; the first one takes longer on a busy machine.
    const item = page.locator('.jp-Completer-item', { hasText: 'getpgrp' }).first();
    for (let i = 0; i < 10 && !await item.isVisible(); i++) {
      await page.keyboard.press('Tab');
      await page.waitForTimeout(2000);
    }
    await page.screenshot({ path: process.argv[3] });
    await page.keyboard.press('Enter');
    await until(async () => await cell().innerText(), 'os.getpgrp');
    await clear();
  });
  await step('Shift-Tab explains', async () => {
    await type('zip');
    await page.keyboard.press('Shift+Tab');
    await page.locator('.jp-Tooltip', { hasText: 'iterable' }).waitFor();
    await clear();
  });
  await step('a question is answered in its box', async () => {
    await run('print("Hello", input("name? "))');
    await page.locator('.jp-Stdin-input').fill('Grote');
    await page.keyboard.press('Enter');
    await until(outputs, 'Hello Grote');
  });
  await step('an interrupt ends a cell', async () => {
    await run('import time; print("asl" + "eep"); time.sleep(100)');
    await until(outputs, 'asleep');
    await menu('Kernel', 'Interrupt Kernel');
    await until(outputs, 'KeyboardInterrupt');
    await until(status, 'idle');
    assert(!(await outputs()).includes('casawrapper'));
  });
  await step('a restart forgets names', async () => {
    await run('marker = 1');
    await menu('Kernel', 'Restart Kernel…');
    await page.locator('.jp-Dialog button.jp-mod-accept').click();
    await until(status, 'idle');
    await run('"marker" in dir(), "after"');
    await until(outputs, "(False, 'after')");
  });
  await step('exit ends the kernel, and a new one takes its place', async () => {
    await run('marker = 2');
    await run('exit()');
    await page.locator('.jp-Dialog', { hasText: 'Kernel Restarting' }).locator('button').last().click();
    await until(status, 'idle', 60);
    await run('"marker" in dir(), "anew"');
    await until(outputs, "(False, 'anew')");
  });
});
