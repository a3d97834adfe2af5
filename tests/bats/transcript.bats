#!/usr/bin/env bats
# harness run, mode transcript: what real servers and clients show.
load helper

# play SCENARIO [ARG]...: runs it into ./results; sets $dir.
play() {
    run --separate-stderr run_timed 60 "$bin/harness" run "$@" --out results
    dir=${output##*$'\n'}
}

# A scenario with the steps of stdin; ARGs are further members, each with a comma.
scenario() {
    {
        echo '{"version": 1, "name": "x", "mode": "transcript",'
        printf '%s\n' "$@"
        echo '"steps": ['
        cat
        echo ']}'
    } >x.json
}

# The lab's lines of a server's or client's config, whatever else is told.
lab_lines() { grep -vE '^    (listen ip|max|model|rate|lifetime|limit|per)' "$@" | grep -v '^served '; }

client_head() {
    cat <<END_OF_HEAD
\$ $1 --ip 127.0.0.1 --port PORT
Client Config:
    server ip: 127.0.0.1
    server port: PORT
    timeout: -1
    buffer size: 1024
Connected to server ('127.0.0.1', PORT).
END_OF_HEAD
}

goodbye="Disconnected from server ('127.0.0.1', PORT)."

# simple_says TEXT...: as many starts, one message each.
simple_says() {
    local text
    for text; do
        client_head echo-simple-client
        printf 'To server < %s\nFrom server > %s\n%s\n' "$text" "$text" "$goodbye"
    done
}

# server_head COMMAND-LINE
server_head() {
    cat <<END_OF_HEAD
\$ $1
Server Config:
    listen port: PORT
    timeout: 30
    buffer size: 1024
listening tcp 127.0.0.1:PORT
END_OF_HEAD
}

# of WHO LINE...: what the server says of that client; "X!" or a message.
of() {
    local who="('127.0.0.1', PORT-$1)" line
    shift
    for line; do
        case $line in
        *!) echo "Client $who $line" ;;
        *) echo "From client $who: $line" ;;
        esac
    done
}

@test "transcript: simple, one client and three, as in figure 2" {
    play "$root/scenarios/transcript_simple.json"
    expect_status 0
    [[ $stderr == "" && $dir == results/transcript_simple-*Z ]]
    simple_says hi1 hi2 | diff - "$dir/simple-single/1/client-A.txt"
    lab_lines "$dir/simple-single/1/server.txt" | diff - <(
        server_head 'echo-simple-server --ip 127.0.0.1 --port 0 --timeout 30'
        of A connected! hi1 served!
        of A2 connected! hi2 served!
    )
    local many=$dir/simple-many/1
    simple_says hi2 | diff - "$many/client-A.txt"
    simple_says hi1 | diff - "$many/client-B.txt"
    simple_says hi3 | diff - "$many/client-C.txt"
    lab_lines "$many/server.txt" | diff - <(
        server_head 'echo-simple-server --ip 127.0.0.1 --port 0 --timeout 30'
        of A connected! && of B connected! && of C connected!
        of B hi1 served! && of A hi2 served! && of C hi3 served!
    )
    [[ $(ls "$many") == $'client-A.txt\nclient-B.txt\nclient-C.txt\nserver.txt' ]]
}

@test "transcript: echo, one leaves by Ctrl-C and one by exit, as in figure 3" {
    need telnet
    play "$root/scenarios/transcript_echo.json"
    expect_status 0
    local many=$dir/thread-many/1
    diff - "$many/client-A.txt" <<END_OF_TEXT
$(client_head echo-client)
To server < hi1
From server > hi1
To server < hi3
From server > hi3
To server < exit
$goodbye
END_OF_TEXT
    diff - "$many/client-B.txt" <<END_OF_TEXT
$(client_head echo-client)
To server < hi2
From server > hi2
To server < hi4
From server > hi4
To server < ^C
$goodbye
END_OF_TEXT
    lab_lines "$many/server.txt" | diff - <(
        server_head 'echo-server --ip 127.0.0.1 --port 0 --timeout 30 --model thread'
        of A connected! && of B connected!
        of A hi1 && of B hi2 && of A hi3 && of B hi4
        of B shutdown! && of A exit exit!
    )
    grep -q 'hi3$' "$dir/thread-single/1/server.txt"
}

@test "transcript: telnet types a character at a time" {
    need telnet
    play "$root/scenarios/transcript_echo.json"
    expect_status 0
    diff - "$dir/thread-telnet/1/client-A.txt" <<'END_OF_TEXT'
$ telnet -c 127.0.0.1 PORT
Trying 127.0.0.1...
Connected to 127.0.0.1.
Escape character is '^]'.
^]
telnet> mode character
hheelllloo  tthhiiss  iiss  LLCC!!^]
telnet> quit
Connection closed.
END_OF_TEXT
    # One message for each character, behind what telnet negotiates.
    sed -n "s/^From client ('127.0.0.1', PORT-A): \(.\)$/\1/p" \
        "$dir/thread-telnet/1/server.txt" | tr -d '\n' | diff - <(printf 'hello this is LC!')
}

@test "transcript: the same scenario twice gives the same bytes" {
    need telnet
    for name in simple echo; do
        play "$root/scenarios/transcript_$name.json" --set repeat=3
        expect_status 0
        for case in "$dir"/*-*/; do
            diff -r "$case/1" "$case/2"
            diff -r "$case/1" "$case/3"
        done
    done
}

@test "transcript: the manifest lists the texts, and verify holds them to it" {
    play "$root/scenarios/transcript_simple.json"
    expect_status 0
    [[ $(grep -c '"mode":[[:space:]]*"transcript"' "$dir/manifest.json") -eq 2 ]]
    run --separate-stderr run_timed 10 "$bin/harness" verify "$dir"
    expect_status 0
    [[ $output == *$'\n'"simple-many/1: a scene; 4 files as in the manifest"* ]]
    echo more >>"$dir/simple-many/1/client-B.txt"
    run --separate-stderr run_timed 10 "$bin/harness" verify "$dir"
    expect_error 5 results-damaged
    [[ $stderr == *client-B.txt* ]]
}

@test "transcript: over UDP, letters of the world, and every server" {
    scenario '"transport": "udp",' <<'END_OF_STEPS'
{"scene": "s"},
{"client": "A", "start": "echo-udp-client"},
{"client": "A", "say": "你好 \\ hi"},
{"client": "A", "leave": "end"}
END_OF_STEPS
    play x.json
    expect_status 0
    tail -n 4 "$dir/udp-s/1/client-A.txt" | diff - <(cat <<END_OF_TEXT
To server < 你好 \\ hi
From server > 你好 \\x5c hi
To server < 
$goodbye
END_OF_TEXT
    )
    grep -qx "From client ('127.0.0.1', PORT-A): 你好 \\\\x5c hi" "$dir/udp-s/1/server.txt"
    for server in single epoll; do
        scenario "\"server\": \"$server\"," <<'END_OF_STEPS'
{"scene": "s"},
{"client": "A", "start": "echo-client"},
{"client": "A", "say": "hi"},
{"client": "A", "leave": "exit"}
END_OF_STEPS
        play x.json --set "name=$server"
        expect_status 0
        of A connected! hi exit exit! | diff - <(grep PORT-A "$dir/$server-s/1/server.txt")
    done
}

@test "transcript: a server that runs already shows its clients only" {
    start_server echo-server
    play "$root/scenarios/transcript_echo.json" --host 127.0.0.1 --port "$port" \
        --set 'steps=[{"scene":"one"},{"client":"A","start":"echo-client"},{"client":"A","say":"hi"},{"client":"A","leave":"interrupt"}]'
    expect_status 0
    [[ $(ls "$dir/thread-one/1") == client-A.txt ]]
    # A port that was given is no secret.
    grep -qx "Connected to server ('127.0.0.1', $port)." "$dir/thread-one/1/client-A.txt"
}

@test "transcript: a peer that changes what was said is refused" {
    # shellcheck disable=SC2016 # for the peer
    start_peer 'cat' '{ printf %s "$first"; dd bs=4 count=1 iflag=fullblock status=none; } | tr h j; swallow'
    scenario "\"target\": {\"launch\": \"none\", \"port\": $port}," <<'END_OF_STEPS'
{"scene": "s"},
{"client": "A", "start": "echo-client"},
{"client": "A", "say": "hi there"},
{"client": "A", "leave": "exit"}
END_OF_STEPS
    play x.json
    expect_error 8 echo-differs
    [[ $stderr == *'client A said "hi there"'*'ji tjere'* ]]
    grep -qx 'From server > ji tjere' results/x-*.partial/thread-s/1/client-A.txt
}

@test "transcript: a server that is killed in the middle keeps what was shown" {
    scenario <<'END_OF_STEPS'
{"scene": "first"},
{"client": "A", "start": "echo-client"},
{"client": "A", "say": "hi"},
{"client": "A", "leave": "exit"},
{"scene": "second"},
{"client": "A", "start": "echo-client"},
{"client": "A", "say": "die"},
{"client": "A", "leave": "exit"}
END_OF_STEPS
    # Beside this harness stands a server that dies of that word, the second time.
    mkdir bin
    ln "$bin"/echo-* "$bin/harness" bin/ 2>/dev/null || cp "$bin"/echo-* "$bin/harness" bin/
    mv bin/echo-server bin/real
    cat >bin/echo-server <<'END_OF_SERVER'
#!/bin/sh
mkdir first 2>/dev/null && exec bin/real "$@"
sh -c 'echo $$ >real.pid; exec bin/real "$@"' sh "$@" | while IFS= read -r line; do
    case $line in *': die') kill -KILL "$(cat real.pid)" ;; esac
    echo "$line"
done
exit 9
END_OF_SERVER
    chmod +x bin/echo-server
    run --separate-stderr run_timed 60 bin/harness run x.json --out results
    expect_error 4 server-died
    [[ $stderr == *'in the middle of the scene "second"'*'kept: what was shown so far, in results/x-'*.partial* ]]
    dir=$(echo results/x-*.partial)
    grep -q 'A) exit!' "$dir/thread-first/1/server.txt"
    of A connected! die | diff - <(grep PORT-A "$dir/thread-second/1/server.txt")
    grep -q '^To server < die' "$dir/thread-second/1/client-A.txt"
    run --separate-stderr run_timed 10 "$bin/harness" verify --allow-partial "$dir"
    expect_status 0
}

@test "transcript: no telnet is told with the name of the package" {
    mkdir path
    run --separate-stderr run_timed 60 env PATH="$T/path" "$bin/harness" run \
        "$root/scenarios/transcript_echo.json" --out results
    expect_error 7 helper-missing
    [[ $stderr == *'install telnet'* ]]
    # The scenes before it are kept.
    grep -q 'hi4$' results/*.partial/thread-many/1/server.txt
}

@test "transcript: Ctrl-C keeps the scenes that were played" {
    "$bin/harness" run "$root/scenarios/transcript_simple.json" --out results \
        --set repeat=500 >out 2>err 3>&- &
    harness=$!
    within 20 grep -qs 'simple-single/3: 2 said' out
    kill -INT "$harness"
    status=0
    wait "$harness" || status=$?
    expect_status 130
    grep -qE '^harness: \(interrupted\) interrupted: .*: after (1 scene|[0-9]{2,} scenes|[2-9] scenes)$' err
    [[ $(wc -l <err) -eq 3 ]]
    dir=$(echo results/*.partial)
    simple_says hi1 hi2 | diff - "$dir/simple-single/2/client-A.txt"
    run --separate-stderr run_timed 10 "$bin/harness" verify --allow-partial "$dir"
    expect_status 0
}

@test "transcript: it measures nothing that could be compared in pairs" {
    run --separate-stderr run_timed 10 "$bin/harness" run --pairs 2 \
        "$root"/scenarios/{transcript_simple,smoke}.json --out results
    expect_error 2 pairs-differ
    [[ $stderr == *'a transcript measures nothing'* && ! -e results ]]
}
