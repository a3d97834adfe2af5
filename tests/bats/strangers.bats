#!/usr/bin/env bats
# A key for a run: who has it is served, and nobody else.
# shellcheck disable=SC2016,SC2317 # what other shells and within call
load helper

stranger=$bin/../tests/stranger

setup() {
    common_setup
    echo 000102030405060708090a0b0c0d0e0f >key
}

# keyed PROGRAM [ARG]...: start_server, with the key.
keyed() { server_input=key start_server "$@" --key-from-stdin; }

# keyed_rate [ARG]...: the rate test against $port, with the key.
keyed_rate() {
    run --separate-stderr run_timed 30 "$bin/echo-rate" --ip 127.0.0.1 \
        --port "$port" --key-from-stdin --machine "$@" <key
}

# served_is NAME=NUMBER...: what the server of $pid and $log has counted.
served_is() {
    local count
    stop_pid "$pid"
    within 5 grep -q '^served ' "$log"
    for count; do
        grep -Eq "^(served|refused) (.* )?$count( |\$)" "$log" || {
            printf 'want %s in:\n' "$count" >&2
            cat "$log" >&2
            return 1
        }
    done
}

@test "strangers: who has the key is served, by every server, and through relays" {
    for server in 'echo-server --model thread' 'echo-server --model single' \
        'echo-server --model epoll --buffer 7' echo-simple-server echo-udp-server; do
        # shellcheck disable=SC2086 # a list of words
        keyed $server --quiet
        more=()
        case $server in
        echo-simple*) more=(--reconnect) ;;
        echo-udp*) more=(--transport udp --timeout 0.2) ;;
        *) more=(--length 3) ;;
        esac
        keyed_rate --messages 40 "${more[@]}"
        expect_status 0
        # Of datagrams one may be late.
        [[ $output =~ \ plain=0\ ok=(40|[1-9][0-9]*\ .*\ (late|lost)=[1-9]) ]]
    done
    server=$pid server_log=$log
    start_server echo-relay --transport udp --to "127.0.0.1:$port" --delay-ms 1 --quiet
    keyed_rate --transport udp --timeout 0.2 --messages 20
    expect_status 0
    [[ $output =~ \ ok=[1-9] ]]
    pid=$server log=$server_log
    served_is 'answered=[1-9][0-9]*'
    [[ $(<"$log") =~ bytes_in=([0-9]+)\ bytes_out=([0-9]+) ]]
    ((BASH_REMATCH[2] <= BASH_REMATCH[1]))
    keyed echo-server --quiet
    server=$pid server_log=$log
    start_server echo-relay --to "127.0.0.1:$port" --delay-ms 1 --quiet
    keyed_rate --messages 40 --connections 4
    expect_status 0
    [[ $output == *' ok=40 '* ]]
    # A hello and four connections began with 64 bytes; a hello is answered.
    stop_pid "$pid"
    pid=$server log=$server_log
    served_is connections=5 refused=0 bytes_in=40320 bytes_out=40064
}

@test "strangers: what is lost on purpose is what was measured, with a key too" {
    keyed echo-udp-server --quiet --loss 0.2 --seed 3 --log injected.csv
    keyed_rate --transport udp --timeout 0.2 --messages 100 --rate 1000 --record out
    expect_status 0
    stop_pid "$pid"
    awk -F, 'NR == FNR { if (FNR > 1) gone[$1 "," $2]; next }
        FNR > 1 { lost += $9 == "lost"; wrong += ($1 "," $2 in gone) != ($9 == "lost") }
        END { exit !(lost > 5 && !wrong) }' injected.csv out/messages.csv
}

@test "strangers: what has come together with the proof is echoed, too" {
    keyed echo-server --model epoll --quiet
    timeout -k 2 60 "$bin/echo-rate" --ip 127.0.0.1 --port "$port" --key-from-stdin --reconnect \
        --duration 0.5 --timeout 20 --machine <key >out 3>&- &
    client=$!
    # It does not wait for a word on its proof: both wait for the server.
    until has_ended "$client"; do
        kill -STOP "$pid"
        sleep 0.02
        kill -CONT "$pid"
        sleep 0.01
    done
    wait "$client"
    grep -q "^counts .* ok=[1-9].* timeout=0 .* eof=0 " out
}

@test "strangers: without the key no word on TCP, and the end at the deadline" {
    local models=(thread epoll single simple) hello
    hello=EL1H0123456789abcdefffffffff000000000000
    servers=() logs=() fds=()
    for model in "${models[@]}"; do
        case $model in
        simple) keyed echo-simple-server --hello-timeout 1 --timeout 60 ;;
        *) keyed echo-server --model "$model" --hello-timeout 1 --timeout 60 ;;
        esac
        servers+=("$pid") logs+=("$log")
        # Nothing; the beginning of a hello; a whole one without a proof; junk.
        for words in '' EL1H "$(printf %064d 0)" "$(printf '%s%024d' "$hello" 0)"; do
            start=$EPOCHREALTIME
            exec {fd}<>"/dev/tcp/127.0.0.1/$port"
            printf %s "$words" >&"$fd"
            fds+=("$fd")
            [[ $model != single ]] || break # one after the other
        done
    done
    for fd in "${fds[@]}"; do
        # The end of the connection, or its reset when we said too much.
        status=0
        LC_ALL=C read -r -t 20 -N 1 -u "$fd" heard 2>/dev/null || status=$?
        [[ $status -eq 1 && -z $heard ]]
        exec {fd}>&-
    done
    # The youngest had its second.
    ((${EPOCHREALTIME/./} - ${start/./} >= 1000000))
    for i in 0 1 2 3; do
        pid=${servers[i]} log=${logs[i]}
        case ${models[i]} in
        single) served_is connections=0 refused=1 bytes_out=0 silent=1 ;;
        *) served_is connections=0 refused=4 bytes_out=0 silent=2 unkeyed=2 ;;
        esac
        [[ $(<"$log") != *'From client'* ]]
    done
}

# ask_later NAME ARG...: keyed_rate in the background, into NAME.out; $waiting.
ask_later() {
    local name=$1
    shift
    timeout -k 2 30 "$bin/echo-rate" --ip 127.0.0.1 --messages 5 --timeout 20 "$@" \
        <"${asks_with:-key}" >"$name.out" 2>&1 3>&- &
    waiting+=("$!")
}

# came_to CODE ID NAME: what became of it, in the order of asking.
came_to() {
    local status=0
    wait "${waiting[0]}" || status=$?
    waiting=("${waiting[@]:1}")
    cat "$3.out"
    [[ $status -eq $1 ]] && grep -q "^echo-rate: ($2) " "$3.out"
}

@test "strangers: without the key, with another, or with the words of an earlier run, no load" {
    waiting=() servers=() logs=()
    echo 000102030405060708090a0b0c0d0e0e >other
    asks_with=other
    keyed echo-server --hello-timeout 1 --quiet
    servers+=("$pid") logs+=("$log")
    ask_later other --port "$port" --key-from-stdin
    keyed echo-udp-server --quiet
    servers+=("$pid") logs+=("$log")
    ask_later other-udp --port "$port" --key-from-stdin --transport udp --timeout 1
    asks_with=key
    keyed echo-server --hello-timeout 1 --quiet
    ask_later unkeyed --port "$port"
    keyed echo-server --model epoll --hello-timeout 1 --quiet
    keyed_rate --messages 1 --run-id 00000000000000aa
    expect_status 0
    # Its hello will be another, its connection begins as the one before.
    ask_later again --port "$port" --run-id 00000000000000aa --key-from-stdin
    start_server echo-server --quiet
    ask_later tcp --port "$port" --key-from-stdin
    start_server echo-udp-server --quiet
    ask_later udp --port "$port" --key-from-stdin --transport udp --timeout 1
    came_to 8 hello-refused other
    came_to 3 hello-timeout other-udp
    came_to 8 hello-refused unkeyed
    grep -q 'closed the connection after 0 of 48 bytes' unkeyed.out
    came_to 4 server-gone again
    came_to 8 hello-unkeyed tcp
    came_to 8 hello-unkeyed udp
    for i in 0 1; do
        pid=${servers[i]} log=${logs[i]}
        served_is 'unkeyed=[1-9][0-9]*' bytes_out=0
    done
}

@test "strangers: a datagram once more, changed or turned round, gets silence" {
    local hole
    keyed echo-udp-server --quiet
    server=$pid server_log=$log server_port=$port
    mkfifo hole said
    "$stranger" replay "$port" <hole >said 3>&- &
    started+=("$!")
    exec {hole}>hole
    exec {fd}<said
    IFS=: read -r -t 10 -u "$fd" _ port
    keyed_rate --transport udp --timeout 0.2 --messages 40
    expect_status 0
    exec {hole}>&-
    IFS= read -r -t 20 -u "$fd" line
    [[ $line =~ ^forwarded=([0-9]+)\ back=([0-9]+)\ forged=([0-9]+)\ answers=0$ ]]
    ((BASH_REMATCH[3] >= 100))
    asked=${BASH_REMATCH[1]}
    # Who has the key is served all the same.
    port=$server_port
    keyed_rate --transport udp --timeout 0.2 --messages 40
    expect_status 0
    [[ $output =~ \ ok=[1-9] ]]
    pid=$server log=$server_log
    served_is 'refused=[1-9][0-9]*' 'unkeyed=[1-9][0-9]*' 'replayed=[1-9][0-9]*' 'foreign=[1-9][0-9]*'
    [[ $(<"$log") =~ answered=([0-9]+)\ .*bytes_in=([0-9]+)\ bytes_out=([0-9]+) ]]
    # Once each, and the hello of the second, which may have been said again.
    ((BASH_REMATCH[1] <= asked + 45 && BASH_REMATCH[3] <= BASH_REMATCH[2]))
}

# write_begin: a file of shell functions for tests in a network of their own.
write_begin() {
    cat >begin <<'END'
# begin NAME PROGRAM [ARG]...: a server; $port, and what it prints in NAME.log.
begin() {
    local name=$1 program=$2 line=''
    shift 2
    rm -f "$name.fifo"
    mkfifo "$name.fifo"
    "$bin/$program" --port 0 "$@" <key >"$name.fifo" 3>&- &
    pids+=("$!")
    exec {fd}<"$name.fifo"
    : >"$name.log"
    until [[ $line == listening* ]]; do
        IFS= read -r -t 10 -u "$fd" line || exit 9
        echo "$line" >>"$name.log"
    done
    port=${line##*:}
    cat <&"$fd" >>"$name.log" 3>&- &
    exec {fd}<&-
}
# finish: all of them, and their logs are whole.
finish() {
    kill "${pids[@]}"
    wait
    pids=()
}
trap '[ ${#pids[@]} -eq 0 ] || kill "${pids[@]}"' EXIT
pids=()
END
}

@test "strangers: two servers that a forged datagram sets on each other are soon silent" {
    need_netns
    write_begin
    cat >inside <<'END'
bin=$1 stranger=$2
shift 2
. ./begin
begin one echo-udp-server "$@"
one=$port
begin two echo-udp-server "$@"
two=$port
"$stranger" forge "$two" "$one" <question || exit 8
for ((i = 0; i < 500; i++)); do
    ! grep -q 'From client' two.log || break
    sleep 0.02
done
finish
END
    # A question as our clients ask it: see tests/unit/test_key.c.
    printf 'EL1Q0123456789abcdef0000000700000000002a7bfd1e1dedac69683f4882bb' >question
    for more in '' --key-from-stdin; do
        # shellcheck disable=SC2086 # one word or none
        run in_netns timeout -k 2 30 bash inside "$bin" "$stranger" $more
        expect_status 0
        cat ./*.log
        grep -q '^served received=1 answered=1 refused=0 ' one.log
        grep -q '^served received=1 answered=0 refused=1 ' two.log
        grep -qx 'refused foreign=1' two.log
    done
}

# have_come N: the server of $log has let in so many, whether or not they have left.
have_come() { [[ $(grep -c '^Client .* connected!' "$log") -ge $1 ]]; }

@test "strangers: those who hold connections open keep nobody out" {
    for model in thread epoll; do
        keyed echo-server --model "$model" --max-connections 8 --timeout 60 --listen 600
        mkfifo "hole$model"
        "$stranger" half 127.0.0.9 "$port" 200 2000 100 <"hole$model" >said 3>&- &
        started+=("$!")
        exec {hole}>"hole$model"
        within 20 have_come 200 # none of them is still on the way
        keyed_rate --messages 200 --connections 4
        expect_status 0
        [[ $output == *' ok=200 '* ]]
        exec {hole}>&-
        served_is connections=5 'refused=[1-9][0-9]+' 'crowded=[1-9][0-9]*'
    done
}

# It sleeps while they come from two addresses: all wait to be accepted, faster
# than one a turn.
@test "strangers: who had to make room takes no descriptor any more (epoll)" {
    keyed echo-server --model epoll --max-connections 8 --timeout 60 --listen 600
    prlimit --pid "$pid" --nofile=40
    mkfifo hole
    kill -STOP "$pid"
    for host in 8 9; do
        "$stranger" half "127.0.0.$host" "$port" 200 2000 200 <hole >"said$host" 3>&- &
        started+=("$!")
    done
    exec {hole}>hole
    within 20 grep -q ready said8
    within 20 grep -q ready said9
    kill -CONT "$pid"
    # Of 400 all but the last 8 had to go.
    within 20 gone 392
    exec {hole}>&-
    served_is connections=0 refused=400
    not grep 'out of descriptors' "$log" "$errlog"
}

# queue N: so many wait to be accepted by the server at $port.
queue() { [[ $(ss -Hltn "sport = :$port" | awk '{ print $2 }') -ge $1 ]]; }

# It sleeps while they come: he is the 41st, and 64 have room.
@test "strangers: who comes among hundreds from as many addresses is heard before he has to go (epoll)" {
    need ss
    keyed echo-server --model epoll --max-connections 64 --timeout 60 --listen 600 --quiet
    mkfifo hole
    kill -STOP "$pid"
    "$stranger" half 127.0.1.0 "$port" 40 2000 40 <hole >said1 3>&- &
    started+=("$!")
    exec {hole}>hole
    within 20 queue 40
    run_timed 30 "$bin/echo-rate" --ip 127.0.0.1 --port "$port" --key-from-stdin \
        --messages 1 --timeout 20 --machine <key >honest.out 2>&1 3>&- &
    client=$!
    within 20 queue 41
    "$stranger" half 127.0.2.0 "$port" 400 2000 400 <hole >said2 3>&- &
    started+=("$!")
    within 20 queue 441
    kill -CONT "$pid"
    wait "$client" || {
        cat honest.out
        return 1
    }
    grep -q ' ok=1 ' honest.out
    exec {hole}>&-
    served_is connections=2 refused=440
}

# gone N: the server of $log has told the end of at least N connections.
gone() { [[ $(grep -c '^Client .* \(shutdown\|timeout\|E[A-Z]*\)!' "$log") -ge $1 ]]; }

# words N: the server of $log has shown at least N messages.
words() { [[ $(grep -c '^From client' "$log") -ge $1 ]]; }

@test "strangers: a crowd from one address does not get ahead of who comes from another" {
    start_server echo-server --model epoll
    exec {fd}<>"/dev/tcp/127.0.0.1/$port"
    mkfifo hole
    "$stranger" call 127.0.0.9 "$port" 200 2000 200 <hole >said 3>&- &
    started+=("$!")
    exec {hole}>hole
    within 20 words 200
    # All of them have said something more before he says his word.
    kill -STOP "$pid"
    echo >&"$hole"
    within 20 grep -q said said
    printf word >&"$fd"
    kill -CONT "$pid"
    read -r -t 20 -N 4 -u "$fd" heard
    [[ $heard = word ]]
    within 20 words 401
    exec {fd}>&- {hole}>&-
    stop_pid "$pid"
    grep '^From client' "$log" | sed 1,200d | grep -nF "('127.0.0.1'," >place
    cat place
    [[ $(cut -d : -f 1 place) -le 10 ]]
}

# nice_is PRIORITY N: so many threads of the server have it, see proc(5).
nice_is() {
    [[ $(sed 's/.*) //' "/proc/$pid/task"/*/stat | cut -d ' ' -f 17 | grep -cx -e "$1") -eq $2 ]]
}

@test "strangers: threads of a crowd let those of others go first, where there are others" {
    start_server echo-server --quiet
    usual=$(sed 's/.*) //' "/proc/$pid/stat" | cut -d ' ' -f 17)
    less=$((usual < 9 ? usual + 10 : 19))
    ((usual < less)) || skip "this runs with the lowest priority already"
    mkfifo hole
    "$stranger" call 127.0.0.9 "$port" 40 2000 40 <hole >said 3>&- &
    started+=("$!")
    exec {hole}>hole
    within 20 grep -q ready said
    within 20 nice_is "$usual" 41
    exec {fd}<>"/dev/tcp/127.0.0.1/$port"
    for word in one two; do
        printf %s "$word" >&"$fd"
        read -r -t 20 -N 3 -u "$fd" heard
        [[ $heard = "$word" ]]
        echo >&"$hole"
        within 20 nice_is "$less" 40
        nice_is "$usual" 2
    done
    exec {hole}>&- {fd}>&-
}

@test "strangers: who takes all that the rate allows does not slow who takes little" {
    # A read of theirs is worth a second: had he to wait for each, it took a minute.
    servers=() logs=()
    for model in thread epoll; do
        start_server echo-server --model "$model" --quiet --max-rate 1000 --timeout 600
        servers+=("$pid") logs+=("$log")
        mkfifo "hole$model"
        "$stranger" deaf 127.0.0.9 "$port" 15 1000 15 <"hole$model" >"said$model" 3>&- &
        started+=("$!")
        exec {hole}>"hole$model" {fd}<>"/dev/tcp/127.0.0.1/$port"
        within 20 grep -q ready "said$model"
        for word in one two six ten; do
            printf %s "$word" >&"$fd"
            read -r -t 10 -N 3 -u "$fd" heard
            [[ $heard = "$word" ]]
        done
        exec {hole}>&- {fd}>&-
    done
    kill "${servers[@]}"
    for i in 0 1; do
        pid=${servers[i]} log=${logs[i]}
        served_is connections=16 refused=0
    done
}

@test "strangers: only addresses that may come are served, and the others counted" {
    need_netns
    write_begin
    cat >inside <<'END'
bin=$1
. ./begin
ip addr add 192.0.2.1/32 dev lo
question=$(printf 'EL1Q0123456789abcdef0000000700000000002a7bfd1e1d')
# say TRANSPORT HOST: is there an answer?  One that is waited for comes.
say() {
    local word wait=5
    [ "$2" != "$refused" ] || [ "$1" = tcp ] || wait=0.1
    exec {fd}<>"/dev/$1/$2/$port"
    printf %s "$question" >&"$fd"
    read -r -t "$wait" -N 4 -u "$fd" word 2>/dev/null || word=nothing
    exec {fd}>&-
    printf '%s ' "$word"
}
# ask REFUSED FROM-SSH ARG...: who is at 192.0.2.1 asks both servers, then
# loopback does.  REFUSED is an address that is not answered.
ask() {
    local ssh=$2
    refused=$1
    shift 2
    for program in echo-server echo-udp-server; do
        [ -z "$ssh" ] || export SSH_CONNECTION="$ssh"
        begin log "$program" --ip 0.0.0.0 --quiet "$@"
        unset SSH_CONNECTION
        for host in 192.0.2.1 127.0.0.1; do
            [ "$program" = echo-server ] && say tcp "$host" || say udp "$host"
        done
        finish
        grep -o 'refused address=[1-9]' log.log || echo none
    done
}
ask none '192.0.2.1 50000 192.0.2.1 22'
ask 192.0.2.1 '192.0.2.9 50000 192.0.2.1 22'
ask none '192.0.2.9 50000 192.0.2.1 22' --allow any
ask none '' --allow 192.0.2.9,192.0.2.1
ask none ''
END
    unset SSH_CONNECTION
    run in_netns timeout -k 2 60 bash inside "$bin"
    expect_status 0
    diff <(echo "$output") - <<'END'
EL1Q EL1Q none
EL1R EL1R none
nothing EL1Q refused address=1
nothing EL1R refused address=1
EL1Q EL1Q none
EL1R EL1R none
EL1Q EL1Q none
EL1R EL1R none
EL1Q EL1Q none
EL1R EL1R none
END
}

@test "strangers: a key is in no argument, no environment and no file, and with whom it belongs" {
    mkdir bin results
    cp "$bin/harness" bin
    ln -s "$(readlink -f "$bin/../share")" share
    # What starts in their place sees the key, and looks for it everywhere.
    for program in echo-server echo-rate; do
        cat >"bin/$program" <<END
#!/bin/sh
read -r key
echo "\$key" >>"$BATS_TEST_TMPDIR/seen"
grep -alsF -f "$BATS_TEST_TMPDIR/seen" /proc/[0-9]*/cmdline /proc/[0-9]*/environ >>"$T/found"
exec "$bin/$program" "\$@" <<KEY
\$key
KEY
END
        chmod 755 "bin/$program"
    done
    run --separate-stderr run_timed 30 bin/harness run "$root/scenarios/smoke.json" \
        --set duration_s=0.1 --set target.keyed=true --out results
    expect_status 0
    seen=$BATS_TEST_TMPDIR/seen
    # One key, given to both, new for each run.
    [[ $(grep -cE '^[0-9a-f]{32}$' "$seen") -eq 2 && $(sort -u "$seen" | wc -l) -eq 1 ]]
    [[ -e found && ! -s found ]]
    grep -q '"keyed":.*true' results/*/manifest.json
    not grep -raF -f "$seen" results
    not grep -qF -f "$seen" <<<"$output$stderr"
    run --separate-stderr run_timed 30 bin/harness run "$root/scenarios/smoke.json" \
        --set duration_s=0.1 --set target.keyed=true --set name=again --out results
    expect_status 0
    [[ $(sort -u "$seen" | wc -l) -eq 2 ]]
}
