// The smallest test runner that names tests by sentences.

const tests = [];

export function test(sentence, body) {
  tests.push({ sentence, body });
}

export function expect(actual, expected) {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (left !== right) throw new Error(`${left} is not ${right}`);
}

/** A test that never ends is named like any other that fails. */
function tooLong() {
  return new Promise((_, refuse) => setTimeout(() => refuse(new Error("did not end within 3 s")), 3000));
}

/** Runs them all; returns `{ sentence, problem }` for each. */
export async function run() {
  const results = [];
  for (const { sentence, body } of tests) {
    try {
      await Promise.race([body(), tooLong()]);
      results.push({ sentence, problem: null });
    } catch (error) {
      results.push({ sentence, problem: String(error?.message ?? error) });
    }
  }
  return results;
}
