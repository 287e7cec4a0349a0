#!/usr/bin/env bash
# Installs one version of sps on a runner of GitHub Actions, and puts it onto the path of the next steps.
# It never asks which version is the latest: the caller names one.
#
# SPS_VERSION  the version, such as 0.1.0
# SPS_SHA256   the digest of the archive; without it, the one in SHA256SUMS of the release
# SPS_RELEASES where releases are; each version has a folder there
set -euo pipefail

fail() {
    echo "::error title=sps::$1"
    exit 1
}

version="${SPS_VERSION#v}"
releases="${SPS_RELEASES:-https://github.com/sps-rs/sps/releases/download}"
case "$version" in
    '' | *[!0-9a-zA-Z.+-]*) fail "the version '$version' is no version: set the input 'version', such as 0.1.0" ;;
esac

case "$RUNNER_OS-$RUNNER_ARCH" in
    Linux-X64) target=x86_64-unknown-linux-gnu program=sps ;;
    Linux-ARM64) target=aarch64-unknown-linux-gnu program=sps ;;
    macOS-X64) target=x86_64-apple-darwin program=sps ;;
    macOS-ARM64) target=aarch64-apple-darwin program=sps ;;
    Windows-X64) target=x86_64-pc-windows-msvc program=sps.exe ;;
    Windows-ARM64) target=aarch64-pc-windows-msvc program=sps.exe ;;
    *) fail "there is no sps for $RUNNER_OS on $RUNNER_ARCH: install it with pip or cargo, and call sps check yourself" ;;
esac

name="sps-$version-$target"
folder="$RUNNER_TEMP/$name"
archive="$RUNNER_TEMP/$name.tar.gz"

# Downloads a file of the release: one attempt more where the network fails, none where the server refuses.
fetch() {
    local status
    status="$(curl --silent --location --retry 2 --max-time 300 --output "$2" --write-out '%{http_code}' "$releases/v$version/$1")" \
        || fail "cannot download $1 of version $version: the network failed (curl: $?)"
    case "$status" in
        200) ;;
        404) fail "version $version has no $1: see the list of releases" ;;
        *) fail "cannot download $1 of version $version: the server answered $status" ;;
    esac
}

digest() {
    if command -v sha256sum >/dev/null; then
        sha256sum "$1" | cut -d ' ' -f 1
    else
        shasum -a 256 "$1" | cut -d ' ' -f 1
    fi
}

mkdir -p "$RUNNER_TEMP"
expected="${SPS_SHA256:-}"
if [ -z "$expected" ]; then
    fetch SHA256SUMS "$RUNNER_TEMP/$name.sums"
    expected="$(awk -v name="$name.tar.gz" '$2 == name || $2 == "*" name { print $1; exit }' "$RUNNER_TEMP/$name.sums")"
    [ -n "$expected" ] || fail "SHA256SUMS of version $version does not list $name.tar.gz"
fi
fetch "$name.tar.gz" "$archive"
found="$(digest "$archive")"
found="${found#\\}"
if [ "$found" != "$expected" ]; then
    rm -f "$archive"
    fail "$name.tar.gz has the digest $found, and $expected was expected: it was not unpacked"
fi
# A relative name: tar takes the colon of a drive for a host.
(cd "$RUNNER_TEMP" && tar -xzf "$name.tar.gz") || fail "cannot unpack $name.tar.gz"
[ -f "$folder/$program" ] || fail "$name.tar.gz holds no $program"
echo "$folder" >> "$GITHUB_PATH"
echo "sps $version is on the path"
