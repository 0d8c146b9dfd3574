# Running the tests: what failed is said once more at the end, where continuous integration still shows it. Sourced, never run.
# shellcheck shell=bash

# Runs `swift test` with these arguments. Its words appear as they are spoken and are kept in a file; its own last count
# comes after what failed, as the last line of all. Ends as the test runner ended.
run_tests() {
    local words=$1 status=0
    shift
    # A pipe would make the runner save its words up; stdbuf has it speak line by line.
    stdbuf -oL swift test "$@" 2>&1 | tee "$words" | without_count || status=${PIPESTATUS[0]}
    [[ $status -eq 0 ]] || failures "$words"
    counts "$words"
    return "$status"
}

# `✘ Test run with 12 tests in 3 suites failed after 4.5 seconds with 1 issue.` The sign is several bytes where the locale knows no better.
count_line='^[^ ]+ Test run with [0-9]+ test'
without_count() { grep -aEv --line-buffered "$count_line" || true; }
counts() { grep -aE "$count_line" "$1" || true; }

# The failed tests with the issues they recorded, and, if the runner died, those that had begun and not ended.
failures() {
    step "what failed"
    awk -v most=24 '
        # Each event of the runner begins with its sign; what an issue says goes on below, by arrows or as it is.
        /^(◇|✔|✘|➜|⚠|↩|􀟈|􁁛|􀢄) / { shown = 0 }
        /^✘ (Test|Suite) .* recorded an issue/ { shown = most; issues++ }
        /^✘ Test .* failed after / && !/^✘ Test run with / { print; next }
        shown > 0 { print substr($0, 1, 600); if (--shown == 0) print "  …" }
        /^◇ Test .* started\.$/ && !/^◇ Test run started/ { name = $0; sub(/^◇ /, "", name); sub(/ started\.$/, "", name); running[name] = 1 }
        /^(✔|✘|➜|⚠|↩) Test .* (passed|failed|skipped)/ { for (one in running) if (index($0, " " one " ") > 0) delete running[one] }
        /^[^ ]+ Test run with / { ended = 1 }
        /^error: / { print }
        END { if (!ended) for (one in running) print "✘ " one " did not end." }
    ' "$1"
}
