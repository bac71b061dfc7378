// A reader of the log of a notebook that has been run: node log.js URL SCREENSHOT scripts|stripped
// The page, whoever shows it, has the block of a cell that posted "at first", a warning "odd <script>" and "at last".
const { withPage } = require('./page.js');
const assert = require('node:assert');

withPage(process.argv[2], process.argv[3], async (page, step) => {
  const runsScripts = process.argv[4] === 'scripts';
  const part = title => page.locator('details', { has: page.locator(':scope > summary', { hasText: title }) }).first();
  const whole = 'Show log (3 lines, 1 warning)';
  const click = async title => await part(title).locator(':scope > summary').click();
  const visible = async text => {
    const lines = page.locator('details pre', { hasText: text });
    let count = 0;
    for (const line of await lines.all()) {
      count += await line.isVisible() && (await line.innerText()).includes(text) ? 1 : 0;
    }
    return count;
  };

  await part(whole).waitFor();
  await step('only titles are seen at first', async () => {
    assert.equal(await visible('at first'), 0);
    assert.equal(await visible('odd'), 0);
  });
  await step('one click shows the warnings alone', async () => {
    await click('Warnings only (1)');
    assert.equal(await visible('odd <script>window.hostile = 1</script>'), 1);
    assert.equal(await visible('at first'), 0);
    await click('Warnings only (1)');
    assert.equal(await visible('odd'), 0);
  });
  await step('one click shows everything', async () => {
    await click(whole);
    for (const line of ['at first', 'odd <script>window.hostile = 1</script>', 'at last']) {
      assert.equal(await visible(line), 1, line);
    }
  });
  await step('text of the log is no script', async () => {
    assert.equal(await page.evaluate('window.hostile'), undefined);
  });
  await step('a warning stands out', async () => {
    const weight = await page.locator('details pre b', { hasText: 'odd' }).first().evaluate(b => getComputedStyle(b).fontWeight);
    assert(Number(weight) >= 600 || weight === 'bold' || weight === 'bolder', weight);
  });
  const search = part(whole).locator('input[type=search]');
  if (runsScripts) {
    await step('the search box finds lines', async () => {
      await search.fill('AT LAST');
      assert.deepEqual([await visible('at first'), await visible('odd'), await visible('at last')], [0, 0, 1]);
      await page.screenshot({ path: process.argv[3] });
      await search.fill('');
      assert.equal(await visible('at first'), 1);
    });
  } else {
    await step('there is no box that would do nothing', async () => assert.equal(await search.count(), 0));
  }
});
