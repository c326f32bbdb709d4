#!/bin/sh
# The Python binding: types, then its own tests over the library just built.
# ONSHIKAKU_PYTEST holds further words for pytest, as "-k audit".
set -eu
case ${PYTHON3:-no} in
no)	echo "no Python with pytest"; exit 77 ;;
esac
package=$top_srcdir/bindings/python
library=$top_builddir/lib/.libs/libonshikaku.so.0
[ -e "$library" ] || { echo "no $library"; exit 77; }
# What a sanitizer has to be loaded before cannot be loaded by Python.
if nm -D "$library" 2>/dev/null | grep -q '__asan_init'; then
	echo "a library with sanitizers cannot be loaded by Python"
	exit 77
fi

dir=$(mktemp -d "${TMPDIR:-/tmp}/onshi-python.XXXXXX")
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
ONSHIKAKU_LIBRARY=$library
PYTHONPATH=$package
PYTHONDONTWRITEBYTECODE=1
PYTHONFAULTHANDLER=1
LC_ALL=C.UTF-8
export ONSHIKAKU_LIBRARY PYTHONPATH PYTHONDONTWRITEBYTECODE \
    PYTHONFAULTHANDLER LC_ALL
unset ONSHIKAKU_CONF

if "$PYTHON3" -c 'import mypy' 2>/dev/null; then
	(cd "$package" && MYPYPATH=$package/tests "$PYTHON3" -m mypy --strict \
	    --cache-dir "$dir/mypy" onshikaku tests examples backend.py \
	    ../../tests/sim/python_client.py)
else
	echo "no mypy: types are not checked"
fi

# shellcheck disable=SC2086
(cd "$package/tests" && "$PYTHON3" -m pytest -p no:cacheprovider \
    -o faulthandler_timeout=120 --basetemp "$dir/tmp" -q -rs --tb=short \
    ${ONSHIKAKU_PYTEST:-} .)
