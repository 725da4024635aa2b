import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from '../../../test/kit/fast-check.ts'
import { arnOf, notFound, parseFunctionName, parseUnqualifiedName } from './names.ts'
import { arnPrefix, context, refusal } from './test-support.ts'

const parse = (text: string, qualifier?: string) => {
  const { name, qualifier: found } = parseFunctionName(text, qualifier, context, 'GetFunction')
  return found === undefined ? name : `${name} ${found}`
}
const invalid = (message: string | RegExp) =>
  refusal('InvalidParameterValueException', 400, message)

describe('the forms of a name (docs)', () => {
  const forms: [string, string | undefined, string][] = [
    ['my-function', undefined, 'my-function'],
    ['my-function:v1', undefined, 'my-function v1'],
    ['my-function:$LATEST', undefined, 'my-function $LATEST'],
    ['my-function', '3', 'my-function 3'],
    ['my-function:3', '3', 'my-function 3'],
    ['function:f', undefined, 'f'],
    ['123456789012:function:f', undefined, 'f'],
    ['123456789012:f', undefined, 'f'],
    ['eu-west-1:123456789012:function:f', undefined, 'f'],
    [`${arnPrefix}f`, undefined, 'f'],
    [`${arnPrefix}f:prod`, undefined, 'f prod'],
    [`${arnPrefix}f:$LATEST.PUBLISHED`, undefined, 'f $LATEST.PUBLISHED'],
    ['x'.repeat(64), undefined, 'x'.repeat(64)],
  ]
  for (const [text, qualifier, expected] of forms) {
    test(`${text} ${qualifier ?? ''}`, () => assert.equal(parse(text, qualifier), expected))
  }
})

describe('refused', () => {
  test('a qualifier in the name that is not the parameter (observed)', () => {
    const words =
      'The derived qualifier from the function name does not match the specified qualifier.'
    assert.throws(() => parse('f:1', '2'), invalid(words))
    assert.throws(() => parse(`${arnPrefix}f:$LATEST`, '1'), invalid(words))
  })

  test('another region (observed)', () => {
    assert.throws(
      () => parse('arn:aws:lambda:ap-southeast-1:123456789012:function:f'),
      refusal(
        'ResourceNotFoundException',
        404,
        "Functions from 'ap-southeast-1' are not reachable in this region ('eu-west-1')",
      ),
    )
  })

  test("another account, as AWS refuses what no function's policy allows", () => {
    assert.throws(
      () => parse('210987654321:function:f'),
      refusal(
        'AccessDeniedException',
        403,
        'User: arn:aws:iam::123456789012:root is not authorized to perform: lambda:GetFunction on resource: arn:aws:lambda:eu-west-1:210987654321:function:f because no resource-based policy allows the lambda:GetFunction action',
      ),
    )
  })

  test('more than 64 characters, alone or in an ARN (observed)', () => {
    const long = 'x'.repeat(65)
    for (const text of [long, `${arnPrefix}${long}`]) {
      assert.throws(
        () => parse(text),
        invalid(
          `1 validation error detected: Value '${text}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64`,
        ),
      )
    }
  })

  test('what has colons and is no form of a name', () => {
    for (const text of ['a:b:c', 'arn:aws:s3:::bucket', ':', arnPrefix, 'f:', 'a.b:1']) {
      assert.throws(() => parse(text), invalid(/is neither a name nor an ARN/))
    }
  })

  test('a version, where the function as a whole is meant (observed)', () => {
    const whole = (text: string) => parseUnqualifiedName(text, context, 'CreateFunction').name
    assert.equal(whole('f:$LATEST'), 'f')
    assert.throws(() => whole('f:1'), invalid(/^This operation is permitted on Lambda functions/))
    assert.throws(() => whole(`${arnPrefix}f:prod`), invalid(/^This operation is permitted/))
  })
})

test('404 shows the ARN, with the qualifier when there is one (observed)', () => {
  const named = parseFunctionName('f', 'live', context, 'GetFunction')
  assert.equal(notFound(named).message, `Function not found: ${arnPrefix}f:live`)
  assert.equal(
    notFound({ ...named, qualifier: undefined }).message,
    `Function not found: ${arnPrefix}f`,
  )
})

test('the ARN of a name names the same function (property)', () => {
  const name = fc.stringMatching(/^[a-zA-Z0-9_-]{1,64}$/)
  const qualifier = fc.option(fc.stringMatching(/^(\$LATEST|[a-zA-Z0-9_-]{1,20})$/), {
    nil: undefined,
  })
  fc.assert(
    fc.property(name, qualifier, (bare, given) => {
      const named = parseFunctionName(bare, given, context, 'Invoke')
      const again = parseFunctionName(arnOf(named), undefined, context, 'Invoke')
      assert.equal(again.name, named.name)
      assert.equal(again.qualifier, named.qualifier)
      assert.equal(arnOf(again), arnOf(named))
    }),
  )
})

test('any text is a name or refused in words (fuzz)', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300, unit: 'binary' }), (text) => {
      try {
        parse(text)
      } catch (error) {
        assert.equal((error as Error).name, 'ServiceError')
      }
    }),
  )
})
