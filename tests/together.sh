#!/bin/sh
# together.sh PROGRAM: make's LOG_COMPILER where many tests are run. Those of
# ONSHIKAKU_TOGETHER (tests/fast.sh forkless) are run in one process each, since
# a fork for each of their tests costs three times what the test does. One that
# fails is run once more with a process for each test, to say which; it has
# failed all the same. Check's own time-outs need forks: timeout ends what
# hangs.
case " ${ONSHIKAKU_TOGETHER:-} " in
*" ${1#./} "*) ;;
*) exec "$@" ;;
esac
rc=0
CK_FORK=no timeout 300 "$@" || rc=$?
case $rc in
0|77) exit $rc ;;
esac
echo "status $rc in one process; in a process for each test:"
"$@"
exit $rc
