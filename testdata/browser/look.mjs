// Looks at pages in headless Chromium: at 400 and 1280 px, light and dark, folded and unfolded, and on paper. It fails where something sticks out,
// is cut off or is empty, where axe-core finds something, and where the keyboard does not get along. Screenshots are left beside it.
//
//   node look.mjs CHROMIUM SHOTS PAGE.html...
import test from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import puppeteer from 'puppeteer-core';

const [, , chromium, shots, ...pages] = process.argv;
const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const browser = await puppeteer.launch({ executablePath: chromium, args: ['--no-sandbox'] });
test.after(() => browser.close());

async function open(file, width, scheme, media) {
  const page = await browser.newPage();
  const asked = [], said = [];
  page.on('request', r => { if (r.url() !== 'file://' + file) asked.push(r.url()); });
  page.on('console', m => said.push(m.text()));
  await page.setViewport({ width, height: 900 });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  if (media) await page.emulateMediaType(media);
  await page.goto('file://' + file);
  return { page, asked, said };
}

const unfold = page => page.evaluate(() => document.querySelectorAll('details').forEach(d => { d.open = true; }));

// look gives what is wrong to see, a line each. It runs in the page.
function look() {
  const wrong = [], width = document.documentElement.clientWidth, narrow = width <= 640;
  const name = e => `${e.tagName.toLowerCase()}${e.className?.baseVal ?? e.className ? '.' + (e.className?.baseVal ?? e.className) : ''} ${JSON.stringify((e.textContent ?? '').trim().slice(0, 40))}`;
  const seen = e => e.checkVisibility({ contentVisibilityAuto: true });
  if (document.documentElement.scrollWidth > width) wrong.push(`the page is ${document.documentElement.scrollWidth} wide`);
  for (const e of document.body.querySelectorAll('*')) {
    if (!seen(e) || e.closest('.skip') || e.closest('.verdicts thead') && narrow) continue; // for those who have it read out
    const box = e.getBoundingClientRect();
    if (e.closest('svg')) {
      const tile = e.tagName === 'text' && e.closest('.map svg svg')?.querySelector('rect').getBoundingClientRect();
      if (tile && (box.right > tile.right || box.bottom > tile.bottom)) wrong.push(`cut off: ${name(e)}`);
      if (e.tagName === 'rect' && (box.width <= 0 || box.height <= 0)) wrong.push(`empty: ${name(e)}`);
      if (e.tagName === 'svg' && (box.width <= 0 || box.height <= 0)) wrong.push(`empty: ${name(e)}`);
      continue;
    }
    if (box.right > width + 1 || box.left < -1) wrong.push(`sticks out: ${name(e)}`);
    if (e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline') wrong.push(`overflows: ${name(e)}`);
    const holds = 'H1,H2,H3,P,TH,TD,CAPTION,DT,DD,LI,A,SUMMARY,PRE,CODE,SPAN,SMALL,STRONG,SECTION,TABLE,DETAILS,UL,DL'.split(',').includes(e.tagName);
    if (holds && !e.matches('.key') && !e.textContent.trim() && !e.querySelector('svg')) wrong.push(`empty: ${name(e)} in ${name(e.parentElement)}`);
  }
  return wrong;
}

async function rules(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => axe.run(document, { resultTypes: ['violations'] }));
  return found.violations.map(v => `${v.id}: ${v.help}: ${v.nodes.map(n => n.target.join(' ')).slice(0, 3).join('; ')}`);
}

// The test itself is to see what is wrong: a page is spoiled in each way that it looks for.
test('a spoiled page', async () => {
  const { page } = await open(pages.find(p => p.endsWith('good.html')), 400, 'light');
  await page.evaluate(() => {
    document.querySelector('h1').style.width = '600px';
    document.querySelector('td').textContent = '';
    document.querySelector('p').style.color = '#ddd';
    document.querySelector('caption').innerHTML = '<img src="data:,">';
  });
  const wrong = await page.evaluate(look), broken = await rules(page);
  for (const sign of ['the page is', 'sticks out: h1', 'empty: td', 'empty: caption']) assert.ok(wrong.some(w => w.startsWith(sign)), `${sign} not among ${wrong}`);
  for (const sign of ['color-contrast', 'image-alt']) assert.ok(broken.some(w => w.startsWith(sign)), `${sign} not among ${broken}`);
  await page.close();
});

for (const file of pages) {
  const base = path.basename(file, '.html');
  for (const width of [400, 1280]) {
    for (const scheme of ['light', 'dark']) {
      test(`${base}, ${width} px, ${scheme}`, async () => {
        const { page, asked, said } = await open(file, width, scheme);
        await page.screenshot({ path: path.join(shots, `${base}-${width}-${scheme}.png`), fullPage: true });
        assert.deepEqual(await page.evaluate(look), []);
        assert.deepEqual(await rules(page), []);
        await unfold(page);
        assert.deepEqual(await page.evaluate(look), [], 'unfolded');
        assert.deepEqual(await rules(page), [], 'unfolded');
        assert.deepEqual(asked, [], 'it asks for something');
        assert.deepEqual(said, [], 'it says something');
        assert.equal(await page.evaluate(() => document.scripts.length), 0);
        await page.close();
      });
    }
  }

  test(`${base}, on paper`, async () => {
    const { page } = await open(file, 700, 'dark', 'print');
    assert.deepEqual(await page.evaluate(look), []);
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(255, 255, 255)');
    const folded = await page.evaluate(() => [...document.querySelectorAll('details > :not(summary)')].filter(e => !e.checkVisibility()).length);
    assert.equal(folded, 0, 'what is folded is not printed');
    await page.pdf({ path: path.join(shots, `${base}.pdf`), format: 'A4' });
    await page.close();
  });

  test(`${base}, by keyboard`, async () => {
    const { page } = await open(file, 400, 'light');
    const order = await page.evaluate(() => { window.stops = [...document.querySelectorAll('a[href], summary')]; return window.stops.length; });
    assert.ok(order > 0);
    for (let i = 0; i < order; i++) {
      await page.keyboard.press('Tab');
      const at = await page.evaluate(() => {
        const e = document.activeElement, box = e.getBoundingClientRect(), style = getComputedStyle(e);
        return { stop: window.stops.indexOf(e), inside: box.left >= 0 && box.right <= innerWidth && box.bottom > 0 && box.top < innerHeight, outline: style.outlineStyle };
      });
      assert.deepEqual(at, { stop: i, inside: true, outline: 'solid' });
    }
    const folds = await page.$$('summary');
    if (folds.length > 0) {
      await folds[0].focus();
      await page.keyboard.press('Enter');
      assert.ok(await folds[0].evaluate(e => e.parentElement.open));
    }
    await page.close();
  });
}
