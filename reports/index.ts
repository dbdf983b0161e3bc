/** The public entry point of reports: a study in, files and texts out. */
export type { Axis, Margins, Study, StudyRun, Variant } from './study.ts'
export { summarise } from './summary/summary.ts'
export type { Summary, SummaryRow } from './summary/summary.ts'
export type { Warning } from './summary/warnings.ts'
export { WriteError, writeReports, writeWhole } from './write.ts'

// Statistics.
export type { Contrast, PerReplication, Verdict } from './statistics/contrast.ts'
export type { Effect, Effects, Factor } from './statistics/effects.ts'
export { differencesOf, moreReplications, precisionOf } from './statistics/precision.ts'
export type { PrecisionRule } from './statistics/precision.ts'
export { replicationsToSelect, selectionOf } from './statistics/selection.ts'
export type { SelectionRule } from './statistics/selection.ts'

// Texts and plain data.
export { metricInterval } from './statistics/interval.ts'
export { formatFixed, formatInterval, formatNumber, plainText, withUnit } from './format.ts'
export { summaryOf } from './text/plain.ts'
export type { PlainRow, PlainSummary } from './text/plain.ts'
export { sparkline } from './text/sparkline.ts'
export { comparisonText } from './text/terminal.ts'

// Two results folders.
export { compareRuns, runsTableOf } from './compare/compare.ts'
export type { ComparedRow, CompareOptions, RunComparison } from './compare/compare.ts'
export { comparisonData, comparisonLines, comparisonMarkdown } from './compare/compare-text.ts'

// Tables.
export { readRuns, RunsError, studyOfRuns } from './tables/read-runs.ts'
export type { RunsTable } from './tables/read-runs.ts'
export { TableError } from './tables/read-table.ts'
export { MissingWriter, PARQUET_FILES, parquetTables, parquetWriter } from './tables/parquet.ts'

// Charts.
export { chartNames } from './charts/index.ts'
export { ChartError } from './charts/own-spec.ts'
export { chartsIn, drawFromFolder } from './charts/redraw.ts'
export type { OwnSpecFile, Redrawn } from './charts/redraw.ts'
export { renderPng, renderSvg } from './charts/render.ts'
export { chartName, CONFIG, heading, panelTitle, rounded, WIDTH } from './charts/theme.ts'
export type { ChartSpec } from './charts/theme.ts'
