# Sourced by installer/run and tests/journeys/run-journey: a whole station on this
# machine, for demonstrations and tests. $work is its folder, $build the build tree.
#   station_central [VAR=VALUE...]   starts the central system; sets $central_port
#   station_devices                  starts bangban-sim; sets $printer_port $line_port
#   station_config                   writes $work/config with station.local.yaml
#   station_scan PICTURE             prints what its QR code says
#   station_end                      ends what was started, nothing else
central_pid= sim_pid= kiosk_pid= central_port= printer_port= line_port=

office() { "$build/src/central/bangban-central" "$@" --data "$work/central"; }

# Waits for a line "ready" in file $1 of process $2, whose complaints are in $3.
station_await() {
  for _ in $(seq 200); do
    grep -q '^ready' "$1" && return 0
    kill -0 "$2" 2>/dev/null || break
    sleep 0.05
  done
  tail -3 "$3" >&2
  return 1
}

station_pki() {
  mkdir -p "$work/central" "$work/station"
  [ -e "$work/central/ca.crt" ] || office init >/dev/null 2>&1
  office station yc-example-01 --out "$work/station" >/dev/null
}

station_central() {
  [ -e "$work/station/station.crt" ] || station_pki
  : > "$work/central.out"
  # Not through office(): the id must be the program's, or it outlives us.
  env "$@" "$build/src/central/bangban-central" serve --listen "127.0.0.1:${central_port:-0}" \
    --config "${central_config:-kiosk-config}" --data "$work/central" \
    > "$work/central.out" 2>> "$work/central.log" &
  central_pid=$!
  station_await "$work/central.out" "$central_pid" "$work/central.log" || return 1
  central_port=$(sed -n 's/^port //p' "$work/central.out")
}

station_devices() {
  : > "$work/sim.out"
  "$build/src/sim/bangban-sim" "$work/sim" --cards tests/cards \
    ${central_port:+--line "$central_port"} > "$work/sim.out" 2> "$work/sim.log" &
  sim_pid=$!
  station_await "$work/sim.out" "$sim_pid" "$work/sim.log" || return 1
  printer_port=$(sed -n 's/^printer //p' "$work/sim.out")
  line_port=$(sed -n 's/^line //p' "$work/sim.out")
}

station_config() {
  local to=${line_port:-${central_port:-1}} # 1: nobody listens there
  [ -e "$work/station/station.crt" ] || station_pki
  [ -e "$work/config" ] || cp -r kiosk-config "$work/config"
  {
    echo "central_url: https://localhost:$to"
    echo "central_ca: $work/station/ca.crt"
    echo "central_cert: $work/station/station.crt"
    echo "central_key: $work/station/station.key"
    echo "central_signing_cert: $work/station/signing.crt"
    echo "sealing_certs:"
    echo "  - $work/station/sealing.crt"
    echo "  - $work/station/escrow.crt"
    if [ -n "$sim_pid" ]; then
      echo "card_reader: serial:$work/sim/card-reader"
      echo "scanner: serial:$work/sim/scanner"
      echo "printer: tcp:127.0.0.1:$printer_port"
    fi
  } > "$work/config/station.local.yaml"
}

# What somebody else's eyes read in the QR code of a picture.
station_scan() { zbarimg -q --raw -Sdisable -Sqrcode.enable "$1" 2>/dev/null; }

station_end() {
  local pid
  for pid in $kiosk_pid $sim_pid $central_pid; do kill "$pid" 2>/dev/null || true; done
  for pid in $kiosk_pid $sim_pid $central_pid; do wait "$pid" 2>/dev/null || true; done
  kiosk_pid= sim_pid= central_pid=
}
