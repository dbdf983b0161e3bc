import { describe, expect, test } from 'vitest'
import { parseMemberOf } from './member-of.ts'

const instance = {
  attributes: {
    'ecs.instance-type': 'g4dn.xlarge',
    'ecs.availability-zone': 'us-east-1a',
    agentVersion: '1.9.0',
    ssd: null,
    stack: 'prod',
  },
  taskGroups: ['service:web', 'family:cache'],
}

describe('memberOf', () => {
  test.each([
    ['attribute:ecs.instance-type == g4dn.xlarge', true],
    ['attribute:ecs.instance-type != g4dn.xlarge', false],
    ['attribute:ecs.instance-type =~ g4.*', true],
    ['attribute:ecs.instance-type =~ g4', false], // the whole value must match
    ['attribute:ecs.instance-type !~ t2.*', true],
    ['attribute:ecs.availability-zone in [us-east-1a, us-east-1b]', true],
    ['attribute:ecs.availability-zone not_in [us-east-1a, us-east-1b]', false],
    ['attribute:ecs.availability-zone !in [us-east-1c]', true],
    ['attribute:ssd exists', true],
    ['attribute:gpu exists', false],
    ['attribute:gpu !exists', true],
    ['attribute:none != x', true],
    ['attribute:none == x', false],
    ['agentVersion > 1.10.0', false], // 9 < 10
    ['agentVersion greater_than_equal 1.9', true],
    ['task:group == service:web', true],
    ['task:group != service:web', false],
    ['not(task:group == service:db)', true],
    ['task:group == service:db or task:group == family:cache', true],
    // and binds more tightly than or
    ['attribute:stack == test and attribute:stack == x or attribute:stack == prod', true],
    ['attribute:stack == test and (attribute:stack == x or attribute:stack == prod)', false],
    ['attribute:stack equals "prod" && !(attribute:ssd !exists)', true],
  ])('%s: %s', (text, expected) => expect(parseMemberOf(text)(instance)).toBe(expected))

  test.each([
    ['attribute:a', 'found the end at character 12; accepted: an operator'],
    ['attribute:a near b', 'found "near b" at character 13; accepted: an operator'],
    ['attribute:a in b', 'found "b" at character 16; accepted: ['],
    ['(attribute:a == b', 'accepted: )'],
    ['attribute:a == b c', 'found "c" at character 18; accepted: and, or, or the end'],
    ['', 'accepted: a subject'],
  ])('refuses %s', (text, message) => expect(() => parseMemberOf(text)).toThrow(message))
})
