#!/usr/bin/env bats
# echo-rate with many connections and several threads, and what it asks of the
# machine before it begins.

# shellcheck disable=SC2016 # for inner shells
load helper

# rate ARG...: a test of the server on $port; the record is in out/.
rate() {
    rm -rf out
    run --separate-stderr run_timed 60 "$bin/echo-rate" --ip "${ip:-127.0.0.1}" \
        --port "$port" --record out --machine "$@"
    counts=$(grep ^counts <<<"$output") || true
    echo "$counts"
}

counted() {
    local rest=${counts#* "$1"=}
    echo "${rest%% *}"
}

# whole_record CONNECTIONS: rows are gap-free for each of so many connections,
# and as many as intended; so are the lines of connections.csv.
whole_record() {
    awk -F, 'NR > 1 { if (NF != 12 || $2 != next_seq[$1]++) { print; exit 1 }
                      if (!($1 in seen)) { seen[$1]; n++ } rows++ }
             END { print rows " rows of " n; exit rows != want || n != conns }' \
        want="$(counted intended)" conns="$1" out/messages.csv
    [[ $(awk -F, 'NR > 1 && $4 == "ok"' out/connections.csv | cut -d, -f1 | sort -u | wc -l) -eq $1 ]]
}

@test "many: a thousand connections" {
    start_server echo-server --quiet --model epoll --listen 1000
    rate --connections 1000 --messages 6000
    expect_status 0
    [[ $counts == *'intended=6000 connected=1000 broken=0 plain=0 ok=6000 '* ]]
    whole_record 1000
}

@test "many: ten thousand connections" {
    (($(ulimit -Hn) >= 10100)) || skip "needs ulimit -n 10100"
    start_server echo-server --quiet --model epoll --listen 4096 --max-connections 10010
    rate --connections 10000 --messages 20000
    expect_status 0
    [[ $counts == *'intended=20000 connected=10000 broken=0 plain=0 ok=20000 '* ]]
    whole_record 10000
}

@test "many: threads share connections, messages and rate" {
    start_server echo-server --quiet --model epoll
    rate --connections 10 --messages 2003 --threads 3
    expect_status 0
    [[ $(counted ok) -eq 2003 && $(counted connected) -eq 10 ]]
    whole_record 10
    [[ $output == *"messages=2003 limit=2003 "* ]]
    rate --connections 4 --messages 1000 --threads 4 --rate 4000 --cpu 0
    expect_status 0
    [[ $(counted ok) -eq 1000 ]]
    whole_record 4
    sort -t, -k3,3n out/messages.csv | awk -F, '$1 != "conn" {
        if (n++ && ($3 - last < 249999 || $3 - last > 250001)) { print; exit 1 }
        last = $3 }'
    rate --connections 2 --messages 1 --threads 8
    expect_status 0
    [[ $(counted ok) -eq 1 ]]
}

@test "many: threads over UDP lose what the server loses" {
    start_server echo-udp-server --quiet --loss 0.2 --loss-direction forward --log lost.csv
    rate --transport udp --connections 60 --messages 600 --threads 2 --timeout 0.5
    expect_status 0
    whole_record 60
    stop_pid "$pid" # its log is whole then
    diff <(awk -F, '$4 == "drop" { print $1 "," $2 }' lost.csv | sort) \
        <(awk -F, '$9 == "lost" { print $1 "," $2 }' out/messages.csv | sort)
    [[ $(counted lost) -gt 50 ]]
}

@test "many: a full disk ends all threads" {
    start_server echo-server --quiet --model epoll
    limited() { ulimit -f 100 && rate --connections 4 --threads 3 --duration 30; }
    limited
    expect_error 5 results-no-space
    whole_rows=$(awk -F, 'NF != 12 { exit 1 } END { print NR }' out/messages.csv)
    [[ $whole_rows -gt 100 && -z $(tail -c 1 out/messages.csv) ]]
}

@test "many: no call to the kernel per message but send, recv and the wait" {
    need strace
    export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0
    start_server echo-server --quiet --model epoll
    for connections in 1 20; do
        run_timed 60 strace -f -c -o calls "$bin/echo-rate" --ip 127.0.0.1 --port "$port" \
            --connections "$connections" --messages 10000 --duration 0 --record "out$connections" --quiet
        cat calls
        # The hello is one more; a row of the table ends with the call's name.
        [[ $(awk '$NF == "sendto" { print $4 }' calls) -le 10010 ]]
        [[ $(awk '$NF == "epoll_pwait2" { n = $4 } END { print n + 0 }' calls) -le 11000 ]]
        [[ $(awk '$NF !~ /^(sendto|recvfrom|epoll_pwait2|syscall|total|-+)$/ { n += $4 } END { print n }' calls) -lt 2000 ]]
    done
}

@test "many: when the ports of one address have run out there are others" {
    need_netns
    cat >inside <<'END'
echo 40000 40005 >/proc/sys/net/ipv4/ip_local_port_range
mkfifo said
"$1/echo-server" --port 3000 --quiet --model epoll >said 3>&- &
server=$!
read -r line <said
"$1/echo-rate" --ip 127.0.0.1 --port 3000 --connections 20 --messages 200 --machine | tail -n 1
"$1/echo-rate" --ip 127.0.0.1 --port 3000 --connections 2000 2>refused.tcp
echo "tcp $?"
"$1/echo-rate" --transport udp --ip 127.0.0.1 --port 3000 --connections 7 2>refused.udp
echo "udp $?"
ip addr add 192.0.2.1/32 dev lo
"$1/echo-rate" --ip 192.0.2.1 --port 3000 --connections 7 2>refused.far
echo "far $?"
kill "$server"
wait
END
    run --separate-stderr in_netns timeout -k 2 30 bash inside "$bin"
    echo "$output $stderr"
    [[ ${lines[0]} == *'connected=20 broken=0 plain=0 ok=200 '* ]]
    [[ ${lines[1]} == 'tcp 6' && ${lines[2]} == 'udp 6' && ${lines[3]} == 'far 6' ]]
    grep -q '(limit-ports) .*40000\.\.40005' refused.tcp
    grep -q 'at most --connections 1506 fit' refused.tcp
    grep -q 'at most --connections 6 fit' refused.udp
    grep -q 'at most --connections 6 fit' refused.far
}

@test "many: memory and disk for the plan, before the first packet" {
    port=9
    rate --transport udp --rate 10000000 --timeout 80000 --duration 86400
    expect_error 6 limit-memory
    [[ $stderr =~ 'at most --rate '[1-9][0-9]*' fits' ]]
    rate --rate 1000 --timeout -1 --duration 0
    expect_error 6 limit-memory
    [[ $stderr != *'--rate 0'* ]]
    rate --rate 1000 --timeout -1 # the duration bounds what is in flight
    expect_error 3 connect-refused
    rate --messages 1000000000000 --duration 0
    expect_error 6 limit-disk
    [[ $stderr =~ 'about '[0-9]+' messages fit' ]]
    [[ ! -e out ]]
}
