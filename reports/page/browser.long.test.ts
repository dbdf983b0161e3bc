/** The page as a reader meets it: opened in Chromium, clicked, tapped, typed at, printed. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { writeReports } from '../index.ts'
import { fixtureStudy } from '../study.fixture.ts'
import type { FixtureOptions } from '../study.fixture.ts'
import type { Study } from '../study.ts'
import { installedBrowser, openBrowser } from './browser.fixture.ts'

const SMALL: FixtureOptions = { variants: 6, replications: 3, requests: 400, samples: 20, nodes: 10 }
const CHARTS = ['metrics', 'slo-misses-against-cost', 'interaction', 'latency', 'pending', 'pending-tail', 'packing', 'timeseries', 'nodes']

/** For a machine that does much else. */
const PATIENCE = { timeout: 15_000, interval: 20 }

const executable = installedBrowser()

if (executable === null) {
  // Seen in the list of tests: on such a machine the page is held by page.test.ts, specification.test.ts and script.test.ts alone.
  test('no Chromium on this machine (see browser.fixture.ts): nothing is clicked here', () => {
    expect(installedBrowser({ PATH: '' })).toBeNull()
  })
} else {
  clicks(executable)
}

function clicks(path: string): void {
  let folder = ''
  let browser: Browser
  let context: BrowserContext | undefined
  let complaints: string[] = []
  let requests: string[] = []
  const written = new Map<string, Promise<string>>()

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'page-'))
    browser = await openBrowser(path)
  })
  afterEach(async () => {
    await context?.close()
    context = undefined
  })
  afterAll(async () => {
    await browser.close()
    await rm(folder, { recursive: true, force: true })
  })

  const fileOf = (name: string, study: () => Study): Promise<string> => {
    const known = written.get(name) ?? writeReports(join(folder, name), study()).then(() => join(folder, name, 'report.html'))
    written.set(name, known)
    return known
  }

  const open = async (file: string, options: BrowserContextOptions = {}): Promise<Page> => {
    context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options })
    const page = await context.newPage()
    complaints = []
    requests = []
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('dialog', (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`)
      void dialog.dismiss()
    })
    page.on('request', (request) => requests.push(request.url()))
    await page.goto(pathToFileURL(file).href)
    return page
  }

  const usual = async (options: BrowserContextOptions = {}): Promise<Page> =>
    open(await fileOf('usual', () => fixtureStudy(SMALL)), options)

  const chart = async (page: Page, name: string): Promise<Locator> => {
    const figure = page.locator(`#chart-${name}`)
    await figure.scrollIntoViewIfNeeded()
    await figure.locator('.view svg').waitFor()
    return figure
  }

  const texts = (figure: Locator): Promise<string[]> => figure.locator('.view svg text').allTextContents()
  /** Labels of horizontal axes stand centred below their ticks. */
  const timeTicks = async (figure: Locator): Promise<number[]> =>
    (await figure.locator('.view .role-axis-label text[text-anchor="middle"]').allTextContents()).map(Number)
  const drawings = async (figure: Locator): Promise<number> => Number(await figure.getAttribute('data-drawn'))

  /** After an action that redraws the chart. */
  const redrawn = async (figure: Locator, act: () => Promise<unknown>): Promise<void> => {
    const before = await drawings(figure)
    await act()
    // Charts out of sight wait until they are seen.
    await figure.scrollIntoViewIfNeeded()
    await expect.poll(() => drawings(figure), PATIENCE).toBeGreaterThan(before)
  }

  const middleOf = async (mark: Locator): Promise<{ x: number; y: number }> => {
    const box = await mark.boundingBox()
    if (box === null) throw new Error('not to be seen')
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
  }

  describe('report.html in Chromium', () => {
    test('opens with one request, the file, and draws every chart without a word on the console', async () => {
      const page = await usual()
      for (const name of CHARTS) await chart(page, name)
      expect(complaints).toEqual([])
      expect(requests).toHaveLength(1)
    })

    test('its policy holds: neither a script that is not its own, nor its own with a byte changed, nor eval may run', async () => {
      const html = await readFile(await fileOf('usual', () => fixtureStudy(SMALL)), 'utf8')
      const other = join(folder, 'other.html')
      await writeFile(
        other,
        html.replace('</main>', () => '</main><script>document.title = "ran"</script><img src="x" onerror="document.title = \'ran\'">'),
      )
      const page = await open(other)
      expect(await page.title()).toBe('tight-or-loose')
      expect(complaints.join()).toContain('Content Security Policy')
      await page.evaluate(`{
        const made = document.createElement('script')
        made.textContent = 'document.title = "ran"'
        document.body.append(made)
      }`)
      await page.evaluate('setTimeout("document.title = \'ran\'", 0)') // a text to be compiled: eval by another name
      await page.waitForTimeout(50)
      expect(await page.title()).toBe('tight-or-loose')
      await context?.close()
      await writeFile(
        other,
        html.replace('</script>\n</body>', () => ' </script>\n</body>'),
      )
      const changed = await open(other)
      expect(await changed.locator('html.live').count()).toBe(0)
      // What it says without its script is all there.
      expect(await changed.locator('figure .static svg').first().isVisible()).toBe(true)
    })

    test('the mouse over a mark says whose it is and its value with its interval', async () => {
      const page = await usual()
      const figure = await chart(page, 'metrics')
      const { x, y } = await middleOf(figure.locator('.view .mark-symbol path').nth(1))
      await page.mouse.move(x, y)
      const tooltip = page.locator('.tooltip')
      expect(await tooltip.textContent()).toContain('best-fit · round-robin')
      // The row of the table of means says the same.
      const cell = await page
        .locator('table')
        .filter({ hasText: 'Mean and half the 95 % interval' })
        .locator('tbody tr')
        .nth(1)
        .locator('td')
        .first()
        .textContent()
      expect(await tooltip.textContent()).toContain(`SLO misses [%]${cell}`)
      await page.mouse.move(5, 5)
      expect(await tooltip.isVisible()).toBe(false)
    })

    test('over a line of the time series it lists every variant at that time', async () => {
      const page = await usual()
      const figure = await chart(page, 'timeseries')
      const panel = await figure.locator('.view .mark-line path').first().boundingBox()
      if (panel === null) throw new Error('no line')
      await page.mouse.move(panel.x + panel.width / 2, panel.y + panel.height / 2)
      const tooltip = page.locator('.tooltip')
      expect(await tooltip.locator('tr').count()).toBe(6)
      expect(await tooltip.textContent()).toMatch(/demand \[requests\/s\], time \[s\]: \d/)
      expect(await tooltip.locator('tr').first().textContent()).toMatch(/\[[\d,.]+, [\d,.]+\]/)
    })

    test('a finger does the same, and what it said stays until it touches elsewhere', async () => {
      const page = await usual({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true })
      const figure = await chart(page, 'slo-misses-against-cost')
      await figure.locator('.view .layer_4_marks path').first().scrollIntoViewIfNeeded()
      const { x, y } = await middleOf(figure.locator('.view .layer_4_marks path').first())
      await page.touchscreen.tap(x, y)
      expect(await page.locator('.tooltip').textContent()).toContain('SLO misses [%]')
      const box = await page.locator('.tooltip').boundingBox()
      expect(box !== null && box.x >= 0 && box.x + box.width <= 360).toBe(true)
      await page.touchscreen.tap(4, 4)
      expect(await page.locator('.tooltip').isVisible()).toBe(false)
    })

    test('arrow keys read a chart: along a line, to the next line, and Escape ends it', async () => {
      const page = await usual()
      const figure = await chart(page, 'latency')
      await figure.locator('.view').focus()
      await page.keyboard.press('ArrowRight')
      const tooltip = page.locator('.tooltip')
      const first = await tooltip.textContent()
      expect(first).toContain('least-allocated · round-robin')
      await page.keyboard.press('ArrowRight')
      const second = await tooltip.textContent()
      expect(second).toContain('least-allocated · round-robin')
      expect(second).not.toBe(first)
      await page.keyboard.press('ArrowDown')
      expect(await tooltip.textContent()).toContain('best-fit · round-robin')
      await page.keyboard.press('Escape')
      expect(await tooltip.isVisible()).toBe(false)
    })

    test('the filter by a value of an axis takes variants out of tables, verdicts and charts together, and gives them back', async () => {
      const page = await usual()
      const figure = await chart(page, 'metrics')
      const rows = page.locator('table').filter({ hasText: 'Mean and half the 95 % interval' }).locator('tbody tr:visible')
      await page.locator('.filter summary').click()
      await redrawn(figure, () => page.getByLabel('two-choices', { exact: true }).uncheck())
      expect(await page.locator('.filter summary').textContent()).toBe('Filter: 4 of 6 variants shown')
      expect(await rows.count()).toBe(4)
      expect(await page.locator('.verdicts li:visible').count()).toBe(3)
      expect((await texts(figure)).filter((text) => text.includes('two-choices'))).toEqual([])
      await expect
        .poll(async () => (await texts(await chart(page, 'latency'))).filter((text) => text.includes('two-choices')), PATIENCE)
        .toEqual([])
      // A variant whose value is off cannot be chosen by itself.
      expect(await page.getByLabel('best-fit · two-choices', { exact: true }).isDisabled()).toBe(true)
      await page.getByLabel('first-fit · round-robin', { exact: true }).uncheck()
      expect(await rows.count()).toBe(3)
      await page.getByRole('button', { name: 'none' }).click()
      expect(await rows.count()).toBe(0)
      await page.getByRole('button', { name: 'all' }).click()
      expect(await rows.count()).toBe(6)
      await expect
        .poll(async () => (await texts(await chart(page, 'latency'))).filter((text) => text.includes('two-choices')), PATIENCE)
        .toHaveLength(2)
      expect(complaints).toEqual([])
    })

    test('a variant keeps its colour when others are hidden; bands appear when four are left; a map shows those chosen', async () => {
      const page = await usual()
      const figure = await chart(page, 'timeseries')
      const colour = async (name: string): Promise<string | null> => {
        const place = (await texts(figure)).filter((text) => text.includes(' · ')).indexOf(name)
        return figure.locator('.view .role-legend-symbol path').nth(place).getAttribute('stroke')
      }
      const before = await colour('best-fit · two-choices')
      expect(await figure.locator('.view .mark-area path').count()).toBe(0)
      await page.locator('.filter summary').click()
      await redrawn(figure, () => page.getByLabel('round-robin', { exact: true }).uncheck())
      expect(await colour('best-fit · two-choices')).toBe(before)
      expect(await figure.locator('.view .mark-area path').count()).toBeGreaterThan(0)
      await expect
        .poll(async () => (await texts(await chart(page, 'nodes'))).filter((text) => text.startsWith('used:')), PATIENCE)
        .toEqual(['used: least-allocated · two-choices', 'used: best-fit · two-choices'])
    })

    test('the Pareto front in the picture is that of the variants shown', async () => {
      const page = await usual()
      const figure = await chart(page, 'slo-misses-against-cost')
      const corners = async (): Promise<number> =>
        ((await figure.locator('.view .mark-line path').first().getAttribute('d')) ?? '').split(/[LHV]/).length
      const all = await corners()
      await page.locator('.filter summary').click()
      await redrawn(figure, () => page.getByLabel('two-choices', { exact: true }).uncheck())
      expect(await corners()).toBeLessThan(all)
    })

    test('a click on a heading sorts by its numbers, up, down, and back; so does Enter', async () => {
      const page = await usual()
      const table = page.locator('table').filter({ hasText: 'Mean and half the 95 % interval' })
      const cost = async (): Promise<number[]> =>
        (await Promise.all((await table.locator('tbody tr td:nth-child(3)').all()).map((cell) => cell.getAttribute('data-value')))).map(
          Number,
        )
      const before = await cost()
      const button = table.getByRole('button', { name: 'cost' })
      await button.click()
      expect(await cost()).toEqual([...before].sort((a, b) => a - b))
      expect(await table.locator('th[aria-sort="ascending"]').count()).toBe(1)
      await button.focus()
      await page.keyboard.press('Enter')
      expect(await cost()).toEqual([...before].sort((a, b) => b - a))
      await page.keyboard.press('Enter')
      expect(await cost()).toEqual(before)
      await table.getByRole('button', { name: 'variant' }).click()
      const names = await table.locator('tbody th').allTextContents()
      expect(names).toEqual([...names].sort((a, b) => (a < b ? -1 : 1)))
    })

    test.each([
      ['metrics', 'horizontal', /logarithmic\)/],
      ['slo-misses-against-cost', 'vertical', /SLO misses \[%\] \(logarithmic/],
      ['interaction', 'vertical', /logarithmic/],
      ['timeseries', 'vertical', /logarithmic/],
    ])('%s: the %s axis is made logarithmic, and linear again', async (name, side, title) => {
      const page = await usual()
      const figure = await chart(page, name)
      const isStated = async (): Promise<boolean> => (await texts(figure)).some((text) => title.test(text))
      const box = figure.getByLabel(`${side} axis logarithmic`)
      expect(await isStated()).toBe(false)
      await redrawn(figure, () => box.check())
      expect(await isStated()).toBe(true)
      await redrawn(figure, () => box.uncheck())
      expect(await isStated()).toBe(false)
      expect(complaints).toEqual([])
    })

    test('both axes of the latency distribution begin logarithmic and can be linear', async () => {
      const page = await usual()
      const figure = await chart(page, 'latency')
      await redrawn(figure, () => figure.getByLabel('horizontal axis logarithmic').press('Space'))
      await redrawn(figure, () => figure.getByLabel('vertical axis logarithmic').press('Space'))
      expect((await texts(figure)).filter((text) => text.includes('logarithmic'))).toEqual([])
      expect(await texts(figure)).toContain('latency [ms]')
    })

    test('dragging over a panel zooms into time, in every chart over time; a double click gives the whole back', async () => {
      const page = await usual()
      const figure = await chart(page, 'timeseries')
      const lines = await figure.locator('.view .mark-group .background').nth(1).boundingBox()
      if (lines === null) throw new Error('no panel')
      const y = lines.y + lines.height / 2
      await redrawn(figure, async () => {
        await page.mouse.move(lines.x + lines.width * 0.25, y)
        await page.mouse.down()
        await page.mouse.move(lines.x + lines.width * 0.4, y, { steps: 4 })
        await page.mouse.move(lines.x + lines.width * 0.5, y, { steps: 4 })
        await page.mouse.up()
      })
      // The run is 100 s long: a quarter to a half of it, within a pixel or two.
      const ends = async (within: Locator): Promise<number[]> => [
        Number(await within.getByLabel('time from').inputValue()),
        Number(await within.getByLabel('time to').inputValue()),
      ]
      const [from, to] = await ends(figure)
      expect(Math.abs(from - 25)).toBeLessThan(1)
      expect(Math.abs(to - 50)).toBeLessThan(1)
      const ticks = await timeTicks(figure)
      expect(ticks).toContain(30)
      expect([10, 20, 60, 80].filter((tick) => ticks.includes(tick))).toEqual([])
      // The map counts minutes, since its study is longer.
      expect((await ends(await chart(page, 'nodes'))).map((end, i) => Math.abs(60 * end - [from, to][i]) < 0.1)).toEqual([true, true])
      await figure.scrollIntoViewIfNeeded()
      await redrawn(figure, () => figure.locator('.view').dblclick({ position: { x: 300, y: 60 } }))
      expect(await ends(figure)).toEqual([0, 100])
    })

    test('the keyboard zooms by numbers; what is no stretch is put back', async () => {
      const page = await usual()
      const figure = await chart(page, 'timeseries')
      await redrawn(figure, async () => {
        await figure.getByLabel('time from').fill('40')
        await figure.getByLabel('time from').press('Tab')
      })
      expect(await timeTicks(figure)).not.toContain(20)
      await figure.getByLabel('time to').fill('10')
      await figure.getByLabel('time to').press('Tab')
      expect(await figure.getByLabel('time to').inputValue()).toBe('100')
      await redrawn(figure, () => figure.getByRole('button', { name: 'whole time' }).click())
      expect(await figure.getByLabel('time from').inputValue()).toBe('0')
    })

    test('filter, search, time range and run stand in the address, and a page opened there shows the same', async () => {
      const file = await fileOf('usual', () => fixtureStudy(SMALL))
      const page = await open(file)
      await page.locator('.filter summary').click()
      await page.getByLabel('two-choices', { exact: true }).uncheck()
      await page.getByLabel('first-fit · round-robin', { exact: true }).uncheck()
      await page.getByLabel('search metrics').fill('latency p99')
      await page.getByLabel('run', { exact: true }).selectOption('best-fit · round-robin, replication 2')
      const { hash } = new URL(page.url())
      expect(new URLSearchParams(hash.slice(1)).getAll('hide')).toEqual(['first-fit · round-robin'])
      await context?.close()
      const again = await open(`${file}${hash}`.replace(/#.*/, ''))
      await again.goto(`${pathToFileURL(file).href}${hash}`)
      await again.reload()
      expect(await again.locator('.filter summary').textContent()).toBe('Filter: 3 of 6 variants shown')
      expect(await again.getByLabel('search metrics').inputValue()).toBe('latency p99')
      expect(await again.locator('#run caption').textContent()).toContain('best-fit · round-robin, replication 2: seed 7')
      // names that are not there are ignored
      await again.goto(`${pathToFileURL(file).href}#hide=nobody&without=slb%3A%20x&run=none&time=5&time=1`)
      await again.reload()
      expect(await again.locator('.filter summary').textContent()).toBe('Filter: 6 of 6 variants shown')
      expect(complaints).toEqual([])
    })

    test('the search leaves the rows that have all the words, and says how many', async () => {
      const page = await usual()
      await page.getByLabel('search metrics').fill('P99 best-fit')
      const rows = page.locator('[data-search] tbody tr:visible')
      const texts = await rows.allTextContents()
      expect(texts.length).toBeGreaterThan(0)
      expect(texts.every((text) => /p99/i.test(text) && text.includes('best-fit'))).toBe(true)
      expect(await page.locator('[data-search] .hint').textContent()).toMatch(new RegExp(`${texts.length} of \\d+ rows`))
    })

    test('a chart and a table are downloaded as they are shown', async () => {
      const page = await usual()
      const figure = await chart(page, 'metrics')
      await page.locator('.filter summary').click()
      await redrawn(figure, () => page.getByLabel('two-choices', { exact: true }).uncheck())
      const saved = async (press: Locator): Promise<string> => {
        const [file] = await Promise.all([page.waitForEvent('download'), press.click()])
        return readFile(await file.path(), 'utf8')
      }
      const svg = await saved(figure.getByRole('button', { name: 'download SVG' }))
      expect(svg).toContain('tight-or-loose: Metrics by variant')
      expect(svg).not.toContain('two-choices')
      const data = await saved(figure.getByRole('button', { name: 'download data (CSV)' }))
      expect(data).toMatch(/^data,variant,mean,low,high,n,interval\n/)
      expect(data).not.toContain('two-choices')
      const table = await saved(page.locator('section#tables').getByRole('button', { name: 'download table (CSV)' }).first())
      expect(table.trim().split('\n')).toHaveLength(1 + 4)
      expect(complaints).toEqual([])
    })

    test('links of the table of contents move there, keep the filter, and give the keyboard its place', async () => {
      const page = await usual()
      await page.locator('.filter summary').click()
      await page.getByLabel('two-choices', { exact: true }).uncheck()
      await page.getByRole('navigation', { name: 'Contents' }).getByRole('link', { name: 'Tables' }).press('Enter')
      expect(await page.evaluate('document.activeElement.id')).toBe('tables')
      expect(page.url()).toContain('without=')
      expect(await page.evaluate('Math.abs(document.getElementById("tables").getBoundingClientRect().top) < 200')).toBe(true)
    })

    test('hostile names run nothing, break nothing, and are read as they are', async () => {
      const evil =
        '"\'`</script><script>document.title="ran"</script><img src=x onerror=\'document.title="ran"\'>\u2028\u2029\u202e\\u003c$' +
        '{1}{{x}}'
      const study = (): Study => {
        const plain = fixtureStudy({ ...SMALL, variants: 4, services: [evil, 'constructor'], name: (i) => `${evil}${i}` })
        return {
          ...plain,
          name: 'tight-or-loose',
          question: evil,
          notes: [evil],
          setup: [evil],
          axes: plain.axes.map(({ name, values }) => ({ name: `${evil}${name}`, values: values.map((value) => `${evil}${value}`) })),
          variants: plain.variants.map((variant) => ({
            ...variant,
            label: evil,
            values: variant.values.map((value) => `${evil}${value}`),
          })),
          reproduce: { command: evil, digest: evil, version: evil },
        }
      }
      const page = await open(await fileOf('evil', study))
      for (const name of [
        'metrics',
        'slo-misses-against-cost',
        'latency',
        'latency-by-service',
        'pending',
        'pending-tail',
        'packing',
        'timeseries',
        'nodes',
      ]) {
        const figure = await chart(page, name)
        const mark = figure.locator('.view').locator('.mark-symbol path, .mark-line path, .mark-rect path').first()
        await mark.hover({ force: true })
      }
      await page.locator('.filter summary').click()
      await page.locator('.filter input').first().uncheck()
      await page.locator('thead button').first().click()
      expect(await page.title()).toBe('tight-or-loose')
      expect(complaints).toEqual([])
      expect(requests).toHaveLength(1)
      expect(await page.locator('img').count()).toBe(0)
      expect(await page.locator('.filter').textContent()).toContain('</script><script>document.title="ran"</script>')
    })

    test.each([
      ['light', {}],
      ['dark', { colorScheme: 'dark' as const }],
    ])('%s: texts and lines of charts stand out against the page', async (_, options) => {
      const page = await usual(options)
      await chart(page, 'metrics')
      const colourOf = (selector: string, key: string): Promise<string> =>
        page.evaluate(`getComputedStyle(document.querySelector(${JSON.stringify(selector)})).${key}`)
      const paper = await colourOf('body', 'backgroundColor')
      const ink = await colourOf('#chart-metrics .view .role-axis-label text', 'fill')
      const line = await colourOf('#chart-metrics .view .mark-rule line[stroke="#3d3d3d"]', 'stroke')
      expect(contrast(paper, ink)).toBeGreaterThan(4.5) // WCAG 2.2, success criterion 1.4.3
      expect(contrast(paper, line)).toBeGreaterThan(3) // 1.4.11
    })

    test('on a phone nothing but tables and charts is wider than the screen, and charts are drawn for it', async () => {
      const page = await usual({ viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true })
      for (const name of CHARTS) {
        const box = await (await chart(page, name)).locator('.view svg').boundingBox()
        expect(box?.width, name).toBeLessThanOrEqual(345)
      }
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
    })

    test('on paper it is whole and light, whatever was clicked before', async () => {
      const page = await usual({ colorScheme: 'dark' })
      await chart(page, 'metrics')
      await page.locator('.filter summary').click()
      await page.getByRole('button', { name: 'none' }).click()
      await page.emulateMedia({ media: 'print', colorScheme: 'light' })
      expect(await page.locator('figure .static svg:visible').count()).toBe(CHARTS.length)
      expect(await page.locator('.view:visible, .tools:visible, .filter:visible, figcaption:visible').count()).toBe(0)
      expect(await page.locator('table').filter({ hasText: 'Mean and half the 95 % interval' }).locator('tbody tr:visible').count()).toBe(6)
      expect(await page.locator('.verdicts li:visible').count()).toBe(5)
      const pdf = await page.pdf({ preferCSSPageSize: true })
      expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
      expect(pdf.toString('latin1')).toContain('/MediaBox [0 0 594.95996 841.91998]') // A4, 595 x 842 points
    })

    test('without scripts every chart, verdict and table is there', async () => {
      const page = await usual({ javaScriptEnabled: false })
      expect(await page.locator('figure .static svg:visible').count()).toBe(CHARTS.length)
      expect(await page.locator('.verdicts li:visible').count()).toBe(5)
      expect(await page.locator('.filter').count()).toBe(0)
    })
  })
}

/** Ratio of relative luminances (WCAG 2.2) of two `rgb(...)` texts. */
function contrast(a: string, b: string): number {
  const luminance = (colour: string): number => {
    const parts = (/\d+, \d+, \d+/.exec(colour)?.[0] ?? '').split(', ').map((part) => Number(part) / 255)
    const [red, green, blue] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : Math.pow((part + 0.055) / 1.055, 2.4)))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (high + 0.05) / (low + 0.05)
}
