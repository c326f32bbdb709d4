#!/bin/sh
# Builds everything and checks a patient in with a My Number Card over a real
# PC/SC stack and a real mutual-TLS connection: sh scripts/demo.sh
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)

exec sh "$top/scripts/sandbox.sh" sh "$top/scripts/demo-visit.sh"
