#!/bin/sh
# Installs what is missing on a Debian 12, by package name: sh scripts/deps.sh
# [build|check|full]. Does nothing, and needs no rights, when all of it is there.
set -eu

build="gcc libc6-dev make pkgconf autoconf automake libtool git ca-certificates
    libpcsclite-dev libcurl4-openssl-dev libssl-dev libxml2-dev
    libmicrohttpd-dev libgnutls28-dev libsqlite3-dev libjansson-dev
    libzip-dev pcscd vsmartcard-vpcd util-linux procps"
check="$build check libp11-dev softhsm2 libengine-pkcs11-openssl opensc opensc-pkcs11
    openssl curl python3 python3-pytest python3-pip python3-setuptools
    python3-wheel mypy mandoc g++ clang libclang-rt-14-dev lld valgrind
    strace xz-utils gnucobol4"

full="$check gcovr samba smbnetfs iproute2"

case ${1:-build} in
build) want=$build ;;
check) want=$check ;;
full) want=$full ;;
*) echo "usage: sh scripts/deps.sh [build|check|full]" >&2; exit 2 ;;
esac

missing=
for p in $want; do
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] ||
	    missing="$missing $p"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
	as=
elif command -v sudo >/dev/null; then
	as=sudo
else
	echo "These packages are missing:$missing" >&2
	echo "Install them as root: apt-get install --no-install-recommends$missing" >&2
	exit 1
fi
echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
# shellcheck disable=SC2086
if ! { $as apt-get -qq update && $as apt-get -qq -o Dpkg::Use-Pty=0 install -y \
    --no-install-recommends $missing; } >"$log" 2>&1; then
	tail -n 20 "$log" >&2
	rm -f "$log"
	exit 1
fi
rm -f "$log"
