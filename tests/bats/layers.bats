#!/usr/bin/env bats
# tests/lint/layers.sh: each kind of breach, planted in a small tree whose
# modules have the ranks of the real table.
load helper

setup() {
    common_setup
    mkdir lib servers clients harness
    put lib/err.h '/* no include */'
    put lib/num.h '#include "lib/err.h"'
    put lib/net.h '#include "lib/err.h"'
    put lib/net.c '#include "lib/net.h"' '#include "lib/num.h"' '' \
        '#include <sys/socket.h>'
    put lib/json.h '#include <stddef.h>'
    put servers/serve.h '#include "lib/net.h"'
    put servers/server.c '#include "servers/serve.h"'
    put harness/scenario.h '#include "lib/json.h"'
    put harness/result.h '#include "lib/json.h"'
    put harness/report.h '#include "harness/result.h"'
    put harness/main.c '#include "harness/report.h"'
}

put() {
    local file=$1
    shift
    printf '%s\n' "$@" >"$file"
}

layers() { run sh "$root/tests/lint/layers.sh" .; }

# expect_breach PLACE TEXT: exactly one breach, which says so.
expect_breach() {
    layers
    echo "$output"
    [ "$status" -eq 1 ]
    [ "${#lines[@]}" -eq 1 ]
    [[ ${lines[0]} == "$1: $2"* ]]
}

@test "layers: the project keeps them" {
    run sh "$root/tests/lint/layers.sh"
    echo "$output"
    [ "$status" -eq 0 ]
}

@test "layers: a clean tree passes" {
    layers
    echo "$output"
    [ "$status" -eq 0 ]
    [ "$output" = "" ]
}

@test "layers: an include that is not written from the root" {
    put servers/server.c '#include "serve.h"'
    expect_breach servers/server.c:1 'path: "serve.h"'
}

@test "layers: an include of a file that is not there" {
    put servers/server.c '#  include "lib/nothing.h"'
    expect_breach servers/server.c:1 'path: "lib/nothing.h"'
}

@test "layers: an include by macro" {
    put servers/server.c '#define NET "lib/net.h"' '#include NET'
    expect_breach servers/server.c:2 'path: an include by macro'
}

@test "layers: a client that includes a server's file" {
    put clients/rate.c '#include "servers/serve.h"'
    expect_breach clients/rate.c:1 'folder: clients/ may not include servers/serve.h'
}

@test "layers: the library includes a program's file" {
    put lib/json.h '#include "harness/result.h"'
    layers
    echo "$output"
    [ "$status" -eq 1 ]
    [[ $output == *'lib/json.h:1: folder: lib/ may not include harness/result.h'* ]]
}

@test "layers: an include upwards" {
    put lib/num.h '#include "lib/net.h"'
    layers
    echo "$output"
    [ "$status" -eq 1 ]
    [[ $output == *'lib/num.h:1: rank: lib/num (1) may not include lib/net (2)'* ]]
}

@test "layers: an include beside" {
    put lib/net.h '#include "lib/json.h"'
    expect_breach lib/net.h:1 'rank: lib/net (2) may not include lib/json (2)'
}

@test "layers: a module that the table does not know" {
    put harness/newcomer.c '#include "lib/err.h"'
    expect_breach harness/newcomer.c:1 'rank: harness/newcomer has no rank'
}

@test "layers: a second owner of an outside header" {
    put servers/serve.h '#include <sys/socket.h>'
    expect_breach servers/serve.h:1 'owner: <sys/socket.h> belongs to lib/net.c'
}

@test "layers: a pattern of outside headers" {
    put harness/scenario.h '#include <gsl/gsl_cdf.h>'
    expect_breach harness/scenario.h:1 'owner: <gsl/gsl_cdf.h> belongs to harness/stats.c'
}

@test "layers: the report side includes the run side" {
    put harness/report.h '#include "harness/scenario.h"'
    expect_breach harness/report 'blind: report side reaches harness/scenario'
}

@test "layers: the report side reaches the run side through a third module" {
    put harness/proc.h '#include "lib/net.h"'
    put harness/report.h '#include "harness/proc.h"'
    expect_breach harness/report 'blind: report side reaches lib/net'
}
