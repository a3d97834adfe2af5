#!/usr/bin/env bats
# echo-udp-server against real peers: bash's /dev/udp, socat, nc.
# shellcheck disable=SC2016,SC2317 # what eval and within call

load helper

# message KIND SEQ [CONN]: the 48 bytes of one of our messages, as lib/msg.h
# describes them; the CRC is worked out bit by bit.
message() (
    trap - DEBUG # of bats, at each of 400 commands
    local body crc=$((0xffffffff)) i c
    printf -v body 'EL1%s00000000000000aa%08x%012x' "$1" "${3:-0}" "$2"
    for ((i = 0; i < 40; i++)); do
        printf -v c '%d' "'${body:i:1}"
        ((crc ^= c))
        for _ in 1 2 3 4 5 6 7 8; do
            ((crc = crc & 1 ? crc >> 1 ^ 0x82f63b78 : crc >> 1))
        done
    done
    printf '%s%08x' "$body" $((crc ^ 0xffffffff))
)

# dial PORT: opens $fd to the server.
dial() { exec {fd}<>"/dev/udp/127.0.0.1/$1"; }

# next: one datagram of the server (dd reads it whole).
next() { run_timed 5 dd bs=70000 count=1 status=none <&"$fd"; }

# counts: ends the server; its line of counts is left in $line.
counts() {
    kill -TERM "$pid"
    within 5 has_ended "$pid"
    within 5 grep -q ^served "$log"
    line=$(grep ^served "$log")
    echo "$line"
}

@test "udp server: a question comes back as an answer of the same length" {
    start_server echo-udp-server
    dial "$port"
    question=$(message Q 7)$(head -c 952 /dev/zero | tr '\0' 0)
    printf %s "$question" >&"$fd"
    [[ $(next) == "EL1R${question:4}" ]]
    hello=$(message H 0)
    printf %s "$hello" >&"$fd"
    [[ $(next) == "EL1W${hello:4}" ]]
    counts
    [[ $line == 'served received=2 answered=2 refused=0 dropped=0 duplicated=0 reordered=0 unsent=0 bytes_in=1048 bytes_out=1048 throttled=0 local_drops=0' ]]
}

# The server takes datagrams in order, so when the next question is answered
# the ones before were not.
@test "udp server: answers and damaged messages of ours get silence" {
    start_server echo-udp-server
    dial "$port"
    question=$(message Q 1)
    for silent in "$(message R 1)" "$(message W 1)" "$(message X 1)" \
        "EL1R${question:4}" "${question:0:47}" "${question:0:47}x" \
        "EL1Q" "EL1" "${question:0:27}f${question:28}"; do
        printf %s "$silent" >&"$fd"
    done
    printf %s "$question" >&"$fd"
    [[ $(next) == "EL1R${question:4}" ]]
    counts
    [[ $line == *'received=10 answered=1 refused=9 '* ]]
}

@test "udp server: on loopback it is a plain echo server too, but not of nothing" {
    need socat nc
    start_server echo-udp-server
    [[ $(printf hello | run_timed 5 socat -t 1 - "UDP:127.0.0.1:$port") == hello ]]
    [[ $(printf 'hi\n' | run_timed 5 nc -u -w 1 127.0.0.1 "$port") == hi ]]
    run_timed 5 socat -u "OPEN:/dev/null" "UDP-SENDTO:127.0.0.1:$port,shut-null"
    within 5 grep -q "): $" "$log"
    counts
    [[ $line == *'received=3 answered=2 refused=1 '* ]]
}

@test "udp server: outside loopback only messages of ours, or with --plain" {
    need_netns
    need socat
    cat >inside <<'END'
ip addr add 192.0.2.1/32 dev lo
serve() {
    mkfifo "ready$1"
    "$bin/echo-udp-server" --ip "$2" --port 0 "${@:3}" >"ready$1" 3>&- &
    server=$!
    exec 5<"ready$1"
    until [[ $line == listening* ]]; do read -r -t 10 -u 5 line || exit 9; done
    port=${line##*:}
    line=
    cat <&5 >"log$1" 3>&- &
}
ask() {
    exec 6<>"/dev/udp/192.0.2.1/$port"
    printf stranger >&6
    cat question >&6
    timeout 5 dd bs=70000 count=1 status=none <&6 >"answer$1"
    kill "$server"
    wait "$server"
}
bin=$1
for ip in 192.0.2.1 0.0.0.0; do
    serve "$ip" "$ip"; ask "$ip"
    serve "p$ip" "$ip" --plain; ask "p$ip"
done
wait
END
    question=$(message Q 1)
    printf %s "$question" >question
    run in_netns timeout -k 2 20 bash inside "$bin"
    expect_status 0
    for ip in 192.0.2.1 0.0.0.0; do
        [[ $(<"answer$ip") == "EL1R${question:4}" ]]
        grep -q 'received=2 answered=1 refused=1 ' "log$ip"
        [[ $(<"answerp$ip") == stranger ]]
        grep -q 'received=2 answered=2 refused=0 ' "logp$ip"
    done
}

@test "udp server: a peer that would answer back gets silence" {
    need socat
    start_server echo-udp-server
    message Q 1 >question
    # From its own port, at another address.
    run_timed 5 socat -t 0.3 - "UDP:127.0.0.1:$port,bind=127.0.0.2:$port" \
        <question >back
    [[ ! -s back ]]
    # From the port of another service, where we may have it.
    if socat -u OPEN:/dev/null UDP:127.0.0.1:9,sourceport=1023 2>/dev/null; then
        run_timed 5 socat -t 0.3 - "UDP:127.0.0.1:$port,sourceport=1023" \
            <question >back
        [[ ! -s back ]]
        run_timed 5 socat -t 0.3 - "UDP:127.0.0.1:$port,sourceport=1024" \
            <question >back
        [[ -s back ]]
        counts
        [[ $line == *'received=3 answered=1 refused=2 '* ]]
    fi
}

@test "udp server: the longest datagram, and longer ones by IPv6" {
    need socat
    head -c 65507 /dev/urandom >big
    start_server echo-udp-server
    dial "$port"
    run_timed 5 dd if=big bs=65507 count=1 status=none >&"$fd"
    next >back
    cmp big back
    start_server echo-udp-server --ip ::1 || skip 'no IPv6 here'
    head -c 65527 /dev/urandom >bigger
    run_timed 5 socat -u -b 65527 OPEN:bigger "UDP6-SENDTO:[::1]:$port"
    [[ $(printf hello | run_timed 5 socat -t 1 - "UDP6:[::1]:$port") == hello ]]
    counts
    [[ $line == *'received=2 answered=1 refused=1 '*' bytes_in=65532 bytes_out=5 throttled=0 local_drops=0' ]]
}

@test "udp server: 10 000 random datagrams get no answer outside loopback" {
    need_netns
    need socat
    message Q 1 >question
    cat >inside <<'END'
ip addr add 192.0.2.1/32 dev lo
mkfifo ready
"$1/echo-udp-server" --ip 192.0.2.1 --port 0 --quiet >ready 3>&- &
server=$!
exec 5<ready
read -r -t 10 -u 5 line || exit 9
port=${line##*:}
cat <&5 >log 3>&- &
head -c 6600000 /dev/urandom >noise
for size in 1 3 4 47 48 49 64 100 999 1000 1472 1473; do
    socat -u -b "$size" "OPEN:noise,readbytes=$((size * 825))" \
        "UDP-SENDTO:192.0.2.1:$port"
done
socat -u -b 65507 OPEN:noise,readbytes=6550700 "UDP-SENDTO:192.0.2.1:$port"
exec 6<>"/dev/udp/192.0.2.1/$port"
cat question >&6
timeout 5 dd bs=70000 count=1 status=none <&6 >answer
kill "$server"
wait
END
    run in_netns timeout -k 2 60 bash inside "$bin"
    expect_status 0
    cat log
    [[ $(<answer) == EL1R* ]]
    grep -q ' answered=1 ' log
    received=$(sed -n 's/.*received=\([0-9]*\) .*/\1/p' log)
    # The kernel may drop some on the way, but not most.
    ((received > 5000))
}

# ask FILE: what the server does with the questions in it, one a line, when all
# have come before it looks.  Ends with a hello, and waits for its answer; all
# answers are left in the file `answers`, one a line.
ask() {
    local one answer=
    dial "$port"
    kill -STOP "$pid"
    while read -r one; do printf %s "$one" >&"$fd"; done <"$1"
    message H 0 >&"$fd"
    kill -CONT "$pid"
    : >answers
    until [[ $answer == EL1W* ]]; do
        answer=$(next) || return
        echo "$answer" >>answers
    done
}

# lose OPTION...: the file questions to a server with these options, whose log
# is left in injected.csv.
lose() {
    rm -f injected.csv
    start_server echo-udp-server --quiet --log injected.csv "$@"
    ask questions
    counts
}

# Whether a held answer is overtaken is a matter of time.
decided() { grep -v ',reorder$' "$1"; }

@test "udp server: the same seed loses the same messages, another one others" {
    for ((i = 0; i < 75; i++)); do
        message Q "$i" 0
        echo
        message Q "$i" 5
        echo
    done >questions
    lose --loss 0.2 --duplicate 0.1 --reorder 0.1 --seed 3
    first_line=$line
    mv injected.csv first
    head -n 1 first | grep -qx conn,seq,direction,action
    awk -F, 'NR > 1 && (($1 != 0 && $1 != 5) || $2 > 74 ||
             ($3 != "forward" && $3 != "reverse") ||
             ($4 != "drop" && $3 != "reverse")) { exit 1 }' first
    # The log and the counts are the same story.
    dropped=$(grep -c ',drop$' first) doubled=$(grep -c ',duplicate$' first)
    reordered=$(grep -c ',reorder$' first)
    ((dropped > 30 && doubled > 2 && reordered > 2))
    [[ $line == *" dropped=$dropped duplicated=$doubled reordered=$reordered "* ]]
    [[ $line == *" answered=$((151 + doubled - dropped)) "* ]]
    lose --loss 0.2 --duplicate 0.1 --reorder 0.1 --seed 3
    cmp <(decided first) <(decided injected.csv)
    [[ ${line%% reordered*} == "${first_line%% reordered*}" ]]
    lose --loss 0.2 --duplicate 0.1 --reorder 0.1 --seed 4
    not cmp -s <(decided first) <(decided injected.csv)
    lose --loss 0.2 --loss-direction forward --loss-model gilbert --loss-burst 4
    not grep -q reverse injected.csv
    lose --loss 1
    [[ $line == *' answered=1 refused=0 dropped=150 '* ]]
    [[ $(grep -c ',forward,drop$' injected.csv) -eq 150 ]]
}

# seqs FILE: the numbers of the answers in it.
seqs() { sed -n 's/^EL1R.\{24\}\(.\{12\}\).*/\1/p' "$1"; }

# rest: adds those of 121 answers that came after the one of the hello.
rest() {
    local left=$((121 - $(wc -l <answers)))
    run_timed 5 dd bs=48 count="$left" status=none <&"$fd" | fold -w 48 >>answers
}

# behind: of numbers one a line, those that come after a higher one.
behind() { awk '$1 < most { print } $1 > most { most = $1 }' | sort; }

@test "udp server: what the log says was overtaken is what came late" {
    for ((i = 0; i < 120; i++)); do
        message Q "$i"
        echo
    done >questions
    lose --reorder 0.3
    # Those that were held at the end have been let go by the counts.
    rest
    awk -F, '$4 == "reorder" { printf "%012x\n", $2 }' injected.csv | sort >logged
    diff logged <(seqs answers | behind)
    [[ $(wc -l <logged) -gt 15 && $line == *" answered=121 "*" reordered=$(wc -l <logged) "* ]]
    [[ $(seqs answers | sort -u | wc -l) -eq 120 ]]
    # Where all are held none overtakes another.
    lose --reorder 1
    [[ $line == *' answered=121 '*' reordered=0 '* && $(wc -l <injected.csv) -eq 1 ]]
    rest
    [[ -z $(seqs answers | behind) && $(seqs answers | grep -c .) -eq 120 ]]
}

@test "udp server: it tells which questions got through, in order, with copies" {
    for i in {0..59} 7 7; do
        message Q "$i" 3
        echo
    done >questions
    lose --loss 0.3 --loss-direction forward --served served.csv
    head -n 1 served.csv | grep -qx conn,seq
    { seq 0 59; echo 7; echo 7; } | awk -F, 'NR == FNR { lost[$2] = $4 == "drop"; next }
        !lost[$1] { print "3," $1 }' injected.csv - >want
    diff want <(tail -n +2 served.csv)
    [[ $(wc -l <want) -lt 62 && $(seqs answers | wc -l) -eq $(wc -l <want) ]]
    lose --loss 1 --loss-direction reverse --served reverse.csv
    [[ $(wc -l <reverse.csv) -eq 63 && $(wc -l <answers) -eq 1 ]]
    # The messages are of run aa.
    lose --run-id 00000000000000aa --served ours.csv
    [[ $(wc -l <ours.csv) -eq 63 ]]
    lose --run-id 00000000000000ab --loss 0.3 --served theirs.csv
    [[ $(wc -l <theirs.csv) -eq 1 && $(wc -l <injected.csv) -eq 1 ]]
}

@test "udp server: a crash costs the last second of its files at most" {
    for i in {0..9}; do
        message Q "$i"
        echo
    done >questions
    start_server echo-udp-server --quiet --loss 1 --loss-direction reverse \
        --log injected.csv --served served.csv
    ask questions
    within 5 eval '[[ $(cat injected.csv served.csv | wc -l) -eq 22 ]]'
    kill -KILL "$pid"
    within 5 has_ended "$pid"
    [[ $(tail -n 1 injected.csv) == 0,9,reverse,drop && $(tail -n 1 served.csv) == 0,9 ]]
}

# 600 rows of 18 bytes and more, in flushes of all there is.
@test "udp server: a log that may not grow ends it, with whole rows" {
    start_server echo-udp-server --quiet --loss 1 --log injected.csv
    prlimit --fsize=2000 --pid "$pid"
    run_timed 20 "$bin/echo-rate" --transport udp --ip 127.0.0.1 --port "$port" --messages 600 \
        --connections 20 --window 32 --timeout 0.05 --quiet || true
    status=0
    wait "$pid" || status=$?
    stderr=$(<"$errlog")
    expect_error 5 results-no-space
    [[ $(stat -c %s injected.csv) -gt 1900 && $(tail -c 6 injected.csv) == ,drop ]]
    within 5 grep -q '^served ' "$log"
}

@test "udp server: shares and bursts that cannot be are refused" {
    for share in -0.1 1.1 NaN 20% ''; do
        run --separate-stderr run_timed 5 "$bin/echo-udp-server" --port 0 \
            --loss="$share"
        expect_error 2 usage
    done
    run --separate-stderr run_timed 5 "$bin/echo-udp-server" --port 0 \
        --loss 0.8 --loss-model gilbert --loss-burst 3
    expect_error 2 impair-burst
    run --separate-stderr run_timed 5 "$bin/echo-udp-server" --port 0 \
        --loss 0.1 --loss-burst 3
    expect_error 2 impair-burst
    run --separate-stderr run_timed 5 "$bin/echo-udp-server" --port 0 \
        --loss 0.1 --loss-model random
    expect_error 2 usage
    : >log.csv
    run --separate-stderr run_timed 5 "$bin/echo-udp-server" --port 0 \
        --log log.csv
    expect_error 5 results-exist
}

@test "udp server: it says what it does on purpose" {
    start_server echo-udp-server
    not grep -q 'on purpose' "$log"
    start_server echo-udp-server --loss 0.2 --loss-direction reverse \
        --loss-model gilbert --loss-burst 4 --duplicate 0.01 --seed 7
    grep -qx '    lost on purpose: 0.2 reverse, in bursts of 4' "$log"
    grep -qx '    duplicated: 0.01' "$log"
    grep -qx '    seed: 7' "$log"
}

@test "udp server: a second one on the port is told who has it" {
    start_server echo-udp-server
    run --separate-stderr run_timed 5 "$bin/echo-udp-server" --port "$port"
    expect_error 6 address-in-use
    [[ $stderr == *"hint: echo-udp-server (pid $pid) has port $port: end it, or "* ]]
}
