#!/bin/sh
# Installs what echolab needs, on Debian and Ubuntu: `sh setup.sh --help`.
# Asks nothing; does nothing when all is there.
set -eu

# One package a line, and what it is for.
needed() {
    cat <<'END'
gcc                         compiles echolab
libc6-dev                   C library headers
make                        builds, tests, reports
pkg-config                  finds the libraries below
libcjson-dev                scenarios and manifests (cJSON)
libcsv-dev                  reads message records (libcsv)
libgsl-dev                  distributions and statistics (GSL)
libsodium-dev               run ids, keys and checksums (libsodium)
gnuplot-nox                 draws the figures
fonts-lmodern               the figures' font
texlive-latex-base          builds the report (pdflatex)
texlive-latex-recommended   booktabs, microtype and xcolor for the report
telnet                      types into a server in scenarios/transcript_echo.json
bats                        end-to-end tests
openssh-client              takes a server to another host (ssh)
poppler-utils               tests read the report (pdftotext, pdffonts)
iproute2                    tests make networks of their own (ip, ss)
nftables                    tests drop packets in those networks (nft)
traceroute                  shows the path to a server (harness trace)
mtr-tiny                    shows it without root (harness trace)
procps                      tests name the processes left behind (ps)
socat                       a foreign echo peer in tests
netcat-openbsd              a foreign echo client in tests (nc)
inetutils-inetd             a foreign echo server in tests
strace                      tests make a system call fail
END
    [ "$dev" = no ] || cat <<'END'
clang-format                format (make lint, make format)
clang-tidy                  C analysis (make lint)
cppcheck                    C analysis (make lint)
shellcheck                  shell analysis (make lint)
git                         version control
openssh-server              tests deploy to a host that they make (sshd)
busybox                     tests deploy to one that has little else
END
}

usage() {
    cat <<'END'
usage: sh setup.sh [--dev] [--list]
  --dev    also what `make lint` needs
  --list   print the packages and what each is for; install nothing
END
}

fail() {
    echo "setup.sh: $1" >&2
    exit 1
}

# The needed packages that are not installed, on one line.  Any gnuplot will
# do: gnuplot-nox and its sisters replace each other.
missing() {
    # shellcheck disable=SC2046,SC2016 # a list of words; dpkg's own variables
    installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' \
        gnuplot-qt gnuplot-x11 $(needed | cut -d ' ' -f 1) 2>/dev/null |
        sed -n 's/^gnuplot-[a-z0-9]* installed$/gnuplot-nox/p; s/ installed$//p') || true
    needed | while read -r name _; do
        echo "$installed" | grep -qxF "$name" || printf '%s ' "$name"
    done
}

dev=no list=no
for arg; do
    case $arg in
    --dev) dev=yes ;;
    --list) list=yes ;;
    --help | -h)
        usage
        exit 0
        ;;
    *)
        usage >&2
        exit 2
        ;;
    esac
done
if [ "$list" = yes ]; then
    needed
    exit 0
fi
if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    echo "setup.sh installs with apt-get, which is not here.  Needed, by Debian's names:"
    needed
    exit 1
fi

to_install=$(missing)
[ -n "$to_install" ] || exit 0
as_root=
if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null ||
        fail "needs root: sudo apt-get install --no-install-recommends $to_install"
    as_root='sudo -n'
fi
apt() {
    $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -y -o DPkg::Lock::Timeout=300 "$@" </dev/null
}
echo "installing: $to_install"
apt update || echo 'setup.sh: the package lists are not up to date; trying all the same' >&2
# shellcheck disable=SC2086 # a list of words
apt install --no-install-recommends $to_install
left=$(missing)
[ -z "$left" ] || fail "still not installed: $left"
