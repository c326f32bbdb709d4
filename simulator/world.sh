# The world a client needs, for scripts to source: certificates, a PC/SC daemon
# with virtual cards, the service, a configuration, a record. All of it lies in
# one temporary folder, listens on loopback alone, and goes with world_stop.
#
#   world_start [people]   sets and exports WORLD, ONSHIKAKU_CONF, …
#   world_stop             ends what was started, by its number
#
# ONSHIKAKU_BINDIR names the folder of the programs, if PATH does not; of a
# build tree's, libtool's wrappers are passed by where LD_LIBRARY_PATH is set.
# WORLD_FACE=yes starts a face reader, too, and sets ONSHIKAKU_FACE.
# WORLD_CARD, WORLD_CARD2 are the profiles on the readers (adult, none).

world_bin() {
	[ -z "${ONSHIKAKU_BINDIR:-}" ] || for world_d in \
	    ${LD_LIBRARY_PATH:+"$ONSHIKAKU_BINDIR/.libs"} "$ONSHIKAKU_BINDIR"; do
		[ ! -x "$world_d/$1" ] || { echo "$world_d/$1"; return; }
	done
	command -v "$1"
}

# Waits for the first line of a program: world_line FILE PID WHAT SECONDS
world_line() {
	world_n=0
	until [ -s "$1" ] && grep -q "$3" "$1"; do
		if ! kill -0 "$2" 2>/dev/null || [ $world_n -ge $(($4 * 20)) ]; then
			echo "world: no '$3' came" >&2
			return 1
		fi
		sleep 0.05
		world_n=$((world_n + 1))
	done
}

world_reader() {
	vreader=$(world_bin onshikaku-vreader) || return 1
	mkdir "$WORLD/reader"
	"$vreader" --dir "$WORLD/reader" --pki "$WORLD/pki" \
	    --card "${WORLD_CARD:-adult}" --card2 "${WORLD_CARD2:-none}" \
	    </dev/null >"$WORLD/reader.out" 2>"$WORLD/reader.err" &
	world_reader_pid=$!
	world_line "$WORLD/reader.out" $world_reader_pid ready 30 || {
		cat "$WORLD/reader.err" >&2
		wait $world_reader_pid
		return $?
	}
	PCSCLITE_CSOCK_NAME=$WORLD/reader/run/pcscd/pcscd.comm
	ONSHIKAKU_VCARD=$WORLD/reader/vcard.sock
	export PCSCLITE_CSOCK_NAME ONSHIKAKU_VCARD
}

world_service() {
	"$(world_bin onshikaku-sim)" serve --pki "$WORLD/pki" \
	    --listen 127.0.0.1:0 --people "$1" --db "$WORLD/service.db" \
	    --control "$WORLD/service.sock" \
	    </dev/null >"$WORLD/service.out" 2>"$WORLD/service.err" &
	world_service_pid=$!
	world_line "$WORLD/service.out" $world_service_pid '^listening ' 30 || {
		cat "$WORLD/service.err" >&2
		return 1
	}
	WORLD_PORT=$(sed -n 's/^listening .*://p' "$WORLD/service.out")
}

world_face() {
	[ "${WORLD_FACE:-no}" = yes ] || return 0
	ONSHIKAKU_FACE=$WORLD/face.sock
	export ONSHIKAKU_FACE
	"$(world_bin onshikaku-sim)" face serve --pki "$WORLD/pki" \
	    </dev/null >"$WORLD/face.out" 2>"$WORLD/face.err" &
	world_face_pid=$!
	world_line "$WORLD/face.out" $world_face_pid '^ready' 30
}

world_conf() {
	(umask 077; cat >"$WORLD/onshikaku.conf" <<END
[facility]
institution_code = 1319999996
kind = medical
operator_sign_in = password
municipality = 13101
desk = 1
[link]
type = https
base = https://onshi.example:$WORLD_PORT
ca_file = $WORLD/pki/ca.pem
cert_file = $WORLD/pki/terminal-medical.pem
key_file = $WORLD/pki/terminal-medical.key
addresses = onshi.example:$WORLD_PORT:127.0.0.1
networks = 127.0.0.0/8
[card]
ca_file = $WORLD/pki/card-ca.pem
[audit]
dir = $WORLD/audit
END
	[ "${WORLD_FACE:-no}" != yes ] || printf '[face]\nsocket = %s\n' \
	    "$WORLD/face.sock" >>"$WORLD/onshikaku.conf"
	)
	ONSHIKAKU_CONF=$WORLD/onshikaku.conf
	export ONSHIKAKU_CONF
	"$(world_bin onshikaku)" -c "$ONSHIKAKU_CONF" audit init \
	    --key-out "$WORLD/audit.key" >"$WORLD/audit.out" 2>&1 || {
		cat "$WORLD/audit.out" >&2
		return 1
	}
}

world_start() {
	world_reader_pid= world_service_pid= world_face_pid=
	WORLD=$(mktemp -d "${TMPDIR:-/tmp}/onshi.XXXXXX") || return 1
	export WORLD
	"$(world_bin onshikaku-pki)" "$WORLD/pki" >/dev/null &&
	    world_reader && world_service "${1:-200}" && world_face &&
	    world_conf
}

world_stop() {
	for world_p in $world_service_pid $world_face_pid $world_reader_pid; do
		kill "$world_p" 2>/dev/null && wait "$world_p" 2>/dev/null
	done
	world_reader_pid= world_service_pid= world_face_pid=
	[ -z "${WORLD:-}" ] || rm -rf "$WORLD"
	WORLD=
}
