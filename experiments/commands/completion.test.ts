import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { main } from './cli.ts'
import { SHELLS } from './completion-script.ts'

async function script(shell: string): Promise<{ code: number; out: string; err: string }> {
  let out = ''
  let err = ''
  const code = await main(
    ['completion', shell],
    { out: { write: (text) => void (out += text) }, err: { write: (text) => void (err += text) } },
    new AbortController().signal,
  )
  return { code, out, err }
}

/** What bash offers after these words, the last one begun. */
async function offered(...words: string[]): Promise<string[]> {
  const { out } = await script('bash')
  const line = ['orchsim', ...words].map((word) => `'${word}'`).join(' ')
  const asked = `${out}\nCOMP_WORDS=(${line}); COMP_CWORD=${words.length}; _orchsim; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, stderr } = spawnSync('bash', ['-c', asked], { encoding: 'utf8' })
  expect(stderr).toBe('')
  return stdout.split('\n').filter((word) => word !== '')
}

describe('completion', () => {
  it('bash offers commands, options, families, templates and files', async () => {
    expect(await offered('val')).toEqual(['validate'])
    expect(await offered('')).toEqual(expect.arrayContaining(['run', 'plan', 'init', 'doctor', 'list']))
    expect(await offered('run', '--rep')).toEqual(['--replications'])
    expect(await offered('list', 'sch')).toEqual(['scheduling', 'scheduling.order'])
    expect(await offered('init', 'here', '--template', 's')).toEqual(['scheduling', 'slb'])
    expect(await offered('run', 'package.j')).toEqual(['package.json'])
    expect(await offered('list', 'slb', 'two')).toEqual(['two-choices'])
    expect(await offered('explain', '')).toEqual(['schedule', 'balance', 'rollout', 'autoscale'])
    expect(await offered('explain', '--json', 'ro')).toEqual(['rollout'])
    expect(await offered('explain', 'schedule', 'package.j')).toEqual(['package.json'])
    expect(await offered('shard-script', 'sl')).toEqual(['slurm'])
    expect(await offered('nothing', '--x')).toEqual([])
  })

  it.each(SHELLS)('%s: every command and option is in the script', async (shell) => {
    const { code, out } = await script(shell)
    expect(code).toBe(0)
    for (const word of ['run', 'completion', 'replications', 'template']) expect(out).toContain(word)
  })

  it('refuses other shells', async () => {
    expect(await script('bsh')).toEqual({
      code: 2,
      out: '',
      err: 'orchsim completion: found the shell "bsh"; accepted: bash, zsh, fish (did you mean bash?)\n',
    })
  })
})
