// A user at the classic Notebook 6.4 with an empty notebook: node classic.js URL SCREENSHOT
const { withPage, until, firstSteps } = require('./page.js');
const assert = require('node:assert');

withPage(process.argv[2], process.argv[3], async (page, step) => {
  const cell = () => page.locator('.code_cell').last();
  const outputs = async () => (await page.locator('.output_area').allInnerTexts()).join('\n');
  const status = async () => await page.locator('#kernel_indicator_icon').getAttribute('class');
  const type = async code => {
    await cell().locator('.CodeMirror').click();
    await page.keyboard.type(code);
  };
  const clear = async () => {
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Backspace');
  };
  const run = async code => {
    await type(code);
    await page.keyboard.press('Shift+Enter');
  };
  const menu = async item => {
    await page.locator('#kernellink').click();
    await page.locator(`#${item} a`).first().click();
  };

  await page.waitForSelector('.code_cell .CodeMirror');
  await until(status, 'kernel_idle_icon', 60);
  await firstSteps(step, run, outputs);
  await step('Tab completes', async () => {
    await run('import os');
    await type('os.getpgr');
    await page.keyboard.press('Tab');
    await until(async () => await cell().innerText(), 'os.getpgrp');
    await clear();
    await type('os.getp');
    await page.keyboard.press('Tab');
    await page.locator('#complete option', { hasText: 'getpid' }).waitFor({ state: 'attached' });
    await page.keyboard.press('Escape');
    await cell().locator('.CodeMirror').click();
    await clear();
  });
  await step('Shift-Tab explains', async () => {
    await type('zip');
    await page.keyboard.press('Shift+Tab');
    await until(async () => await page.locator('#tooltip').innerText(), 'iterable');
    await page.keyboard.press('Escape');
    await cell().locator('.CodeMirror').click();
    await clear();
  });
  await step('a question is answered in its box', async () => {
    await run('print("Hello", input("name? "))');
    await page.locator('input.raw_input').fill('Grote');
    await page.keyboard.press('Enter');
    await until(outputs, 'Hello Grote');
  });
  await step('a question mark opens the pager', async () => {
    await run('zip?');
    await until(async () => await page.locator('#pager').innerText(), 'iterable');
    await page.keyboard.press('Escape');
  });
  await step('%matplotlib notebook draws', async () => {
    await run('%matplotlib notebook\nimport matplotlib.pyplot as plt; plt.plot([1, 2])');
    await page.locator('canvas.mpl-canvas').first().waitFor();
  });
  await step('an interrupt ends a cell', async () => {
    await run('import time; print("asl" + "eep"); time.sleep(100)');
    await until(outputs, 'asleep');
    await menu('int_kernel');
    await until(outputs, 'KeyboardInterrupt');
    await until(status, 'kernel_idle_icon');
    assert(!(await outputs()).includes('casawrapper'));
  });
  await step('a restart forgets names', async () => {
    await run('marker = 1');
    await menu('restart_kernel');
    await page.locator('.modal-dialog .btn-danger').click();
    await until(status, 'kernel_idle_icon');
    await run('"marker" in dir(), "after"');
    await until(outputs, "(False, 'after')");
  });
});
