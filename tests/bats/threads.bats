#!/usr/bin/env bats
# Threads under everything at once.  `make threads SAN=thread` runs this file
# with programs that the thread sanitizer watches; common_teardown fails a test
# in which it has spoken.
load helper

# crowd SECONDS: clients of every kind at $port, in the background: some talk,
# some say nothing, some reset, some measure.  Sets $clients.
crowd() {
    local end=$((SECONDS + $1))
    clients=()
    (
        # Connect and close; with what was not read, that is a reset.
        while ((SECONDS < end)); do
            exec {fd}<>"/dev/tcp/127.0.0.1/$port" || continue
            printf 'xxxxxxxx' >&"$fd" || true
            exec {fd}>&-
        done
    ) 2>/dev/null 3>&- 4>&- &
    clients+=("$!")
    (
        # Say nothing, more of them than are let in.
        while ((SECONDS < end)); do
            fds=()
            for _ in {1..12}; do
                exec {fd}<>"/dev/tcp/127.0.0.1/$port" && fds+=("$fd")
            done
            read -r -t 1.3 -u "${fds[0]}" _
            for fd in "${fds[@]}"; do exec {fd}>&-; done
        done
    ) 2>/dev/null 3>&- 4>&- &
    clients+=("$!")
    (
        while ((SECONDS < end)); do
            timeout 5 "$bin/echo-fail-rate" --ip 127.0.0.1 --port "$port" \
                --connections 5 --duration 0.5 --quiet
        done
    ) 2>/dev/null 3>&- 4>&- &
    clients+=("$!")
}

# end_amid_crowd COUNT...: SIGTERM to $pid while they are at it; it ends well,
# and all of these had happened.
end_amid_crowd() {
    local name
    kill -TERM "$pid"
    within 10 has_ended "$pid"
    status=0
    wait "$pid" || status=$?
    [[ $status -eq 0 ]]
    within 5 grep -q ^served "$log"
    cat "$log"
    for name; do grep -qE " $name=[1-9]" "$log"; done
    wait "${clients[@]}" || true
}

@test "threads: connects, closes, refusals, time-outs and SIGTERM at once" {
    start_server echo-simple-server --quiet --timeout 1 --max-connections 14
    crowd 3
    simple=$pid simple_log=$log simple_clients=("${clients[@]}")
    start_server echo-server --quiet --timeout 1 --max-connections 14 --max-packets 50
    crowd 3
    sleep 2
    end_amid_crowd connections refused bytes_out timeouts throttled
    pid=$simple log=$simple_log clients=("${simple_clients[@]}")
    end_amid_crowd connections refused bytes_out timeouts
}

@test "threads: a server that ends as soon as it serves, again and again" {
    for _ in {1..20}; do
        start_server echo-server --quiet
        (for _ in {1..5}; do exec {fd}<>"/dev/tcp/127.0.0.1/$port"; done
            printf x >&"$fd") 2>/dev/null
        kill -TERM "$pid"
        within 5 has_ended "$pid"
        wait "$pid"
    done
}

@test "threads: clients that measure while a server goes" {
    start_server echo-server --quiet
    for transport in tcp udp; do
        [[ $transport == tcp ]] || start_server echo-udp-server --quiet
        run_timed 20 "$bin/echo-rate" --ip 127.0.0.1 --port "$port" \
            --transport "$transport" --timeout 0.2 --connections 20 \
            --duration 0.3 --quiet
        run_timed 20 "$bin/echo-fail-rate" --ip 127.0.0.1 --port "$port" \
            --transport "$transport" --timeout 0.2 --connections 5 \
            --duration 1 --machine >said &
        client=$!
        within 10 grep -q ^progress said
        stop_pid "$pid"
        wait "$client"
        rm said
    done
}
