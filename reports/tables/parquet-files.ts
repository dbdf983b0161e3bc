/** What `--parquet` writes. In a file of its own, so that whoever only takes such files away loads no table. */
export const PARQUET_TABLES = ['runs', 'summary', 'effects', 'timeseries'] as const

export const PARQUET_FILES = PARQUET_TABLES.map((name) => `${name}.parquet`)
