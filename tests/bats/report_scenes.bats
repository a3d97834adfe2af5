#!/usr/bin/env bats
# harness report: transcripts, from invented ones.
load helper

setup() {
    common_setup
    need gnuplot pdflatex pdftotext pdffonts
}

# config Client|Server: how a program begins.
config() {
    printf '%s Config:\n    port: PORT\n    timeout: -1\n    buffer size: 1024\n' "$1"
}

# client TEXT...: what a client shows that says these.
client() {
    config Client
    echo "Connected to server ('127.0.0.1', PORT)."
    for text; do printf 'To server < %s\nFrom server > %s\n' "$text" "$text"; done
    echo "Disconnected from server ('127.0.0.1', PORT)."
}

server() {
    config Server
    for text; do echo "From client ('127.0.0.1', PORT-A): $text"; done
}

# scene_run SCENE SERVER [VAR=VALUE]...: a folder with the texts in ./texts.
scene_run() {
    local scene=$1 server=$2 key=$2-$1
    local dir=res/transcript_$server-$scene-20261122T131041Z
    shift 2
    mkdir -p "$dir/$key/1"
    mv texts/* "$dir/$key/1"
    env NAME="transcript_$server" MODE=transcript SERVER="$server" KEY="$key" "$@" \
        sh "$root/tests/data/make_result.sh" "$dir"
}

# lab_scenes SERVER: one client alone, then three.
lab_scenes() {
    mkdir -p texts
    client hi1 >texts/client-A.txt
    server hi1 >texts/server.txt
    scene_run single "$1"
    for name in A B C; do client "hi-$name" >texts/client-$name.txt; done
    server hi-A hi-B hi-C >texts/server.txt
    scene_run many "$1"
}

report() {
    run --separate-stderr "$bin/harness" report res/*Z --out out
    expect_status 0
    text=$(pdftotext -layout out/report.pdf - | tr -s ' \n\f' ' ')
    [[ $text != *'??'* && $text != *root:x:* ]]
}

@test "report: figures 2 and 3 and the telnet check are what was captured" {
    lab_scenes simple
    lab_scenes thread
    mkdir -p texts
    echo 'hheelllloo tthhiiss iiss LLCC!!' >texts/client-A.txt
    server h e l l o >texts/server.txt
    scene_run telnet thread
    # One folder name sorts before another; the scenario's order is that of cases.
    report
    [[ $text == *'(a) several clients: the clients (b) several clients: the server'* ]]
    [[ $text == *'(c) one client: the client (d) one client: the server'* ]]
    [[ $text == *'Fig. 2. Simple echo, word for word'*'Fig. 3. Echo, word for word'* ]]
    [[ $text == *'hheelllloo tthhiiss iiss LLCC!!'* ]]
    grep -q 'load}{scene thread-.*telnet}' out/results.tex
    for name in A B C; do
        [[ $text == *"client $name"* && $text == *"To server < hi-$name"* ]]
        [[ $text == *"From client (’127.0.0.1’, PORT-A): hi-$name"* ]]
    done
    run pdffonts out/report.pdf
    [[ $output != *'Type 3'* ]]
    not grep -E 'Overfull.*fig[23].tex' out/report.log
    mv out first
    report
    cmp first/report.pdf out/report.pdf
    # Without them there is no trace of them.
    rm -rf res
    sh "$root/tests/data/make_result.sh" res/local_rate-20261122T131041Z
    report
    [[ $text != *'Fig. 2'* && $text != *'Fig. 3'* && $text != *Telnet* ]]
    [ ! -e out/tables/fig2.tex ]
}

@test "report: a transcript of specials, control bytes and long lines is text" {
    mkdir -p texts
    # shellcheck disable=SC2016 # meant as they are
    {
        echo '\input{/etc/passwd} $x_1^2$ 50% #1 ~a & `id` "q" <b> [c] --- {'
        printf 'bytes: \x01-\x1b[31mred\x7f \xff caf\xc3\xa9 \xe5\xbc\xa0 \0 end\n'
        printf '\tindented\n\n'
        printf '%s\n' '\def\x{\x}\x \end{minipage}\end{document}'
        printf 'long:%010000d:end\n' 7
        printf 'last without newline'
    } >texts/client-A.txt
    server '^^M' '\newpage' >texts/server.txt
    scene_run single simple
    report
    # shellcheck disable=SC2016
    [[ $text == *'\input{/etc/passwd} $x_1^2$ 50% #1 ~a & '*'id'*' "q" <b> [c] --- {'* ]]
    [[ $text == *'bytes: ?-?[31mred? ? cafe'*' ? ? end'* ]]
    [[ $text == *'\def\x{\x}\x \end{minipage}\end{document}'* ]]
    [[ $text == *', PORT-A): ^^M'*'PORT-A): \newpage'* ]]
    # The figure fills a page at most.
    [[ $text == *'long:0000000'*'the rest is in the results folder'* ]]
    [[ $text != *'last without'* ]]
}

@test "report: transcripts of 3000 lines, of none, of too many clients and scenes" {
    mkdir -p texts
    seq 3000 | sed 's/^/line /' >texts/client-A.txt
    : >texts/server.txt
    scene_run single thread
    mkdir -p texts
    for name in A B C D E F; do seq 50 | sed "s/^/$name /" >texts/client-$name.txt; done
    scene_run many thread
    for scene in x y z; do
        mkdir -p texts
        echo "scene $scene" | tee texts/client-A.txt >texts/server.txt
        scene_run "$scene" thread
    done
    report
    pages=$(pdfinfo out/report.pdf | awk '/^Pages/ { print $2 }')
    echo "$pages pages"
    [ "$pages" -le 6 ]
    [ "$(stat -c %s out/tables/fig3.tex)" -lt 60000 ]
    [[ $text == *'line 10 '* && $text != *'line 100 '* ]]
    [[ $text == *'the rest is in the results folder'* ]]
    [[ $text == *'scene x'* && $text == *'1 more in the results folder'* ]]
}

@test "report: a transcript that is not as it was written is refused" {
    lab_scenes simple
    sed -i s/hi1/hi2/ res/*single*/*/1/server.txt
    run --separate-stderr "$bin/harness" report res/*Z --out out
    expect_error 5 results-damaged
    rm res/*single*/*/1/server.txt
    run --separate-stderr "$bin/harness" report res/*Z --out out
    expect_error 5 results-open
    [ ! -e out ]
}
